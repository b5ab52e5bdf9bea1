import { execFileSync } from 'child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'fs'
import { tmpdir } from 'os'
import { dirname, join } from 'path'
import { ROOT } from '../cli/__helpers__/command-line'

/** The tools of the action-destinations monorepo, and the packages of its own that the project itself uses. */
const TOOLS = ['typescript@5.5', 'prettier@2.4', 'jest@27', 'ts-jest@27', 'nock@13', '@types/jest@27', '@types/node@20']
const SEGMENT = [
  '@segment/actions-core@3.170.0',
  '@segment/destination-subscriptions',
  '@segment/browser-destination-runtime@1.6.0',
  '@segment/analytics-next',
  'liquidjs@10.27.2',
  '@types/json-schema'
]

const CLOUD = 'packages/destination-actions'
const BROWSER = 'packages/browser-destinations'
const HEAP_WEB = join(BROWSER, 'destinations/heap')

const TS_JEST = {
  preset: 'ts-jest',
  globals: { 'ts-jest': { isolatedModules: true } },
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '__tests__/__helpers__/']
}

const ROOT_PACKAGE = {
  private: true,
  prettier: { semi: false, singleQuote: true, trailingComma: 'none', printWidth: 120 },
  jest: {
    projects: [
      { ...TS_JEST, rootDir: join('<rootDir>', CLOUD), testEnvironment: 'node' },
      {
        ...TS_JEST,
        rootDir: join('<rootDir>', BROWSER),
        testEnvironment: 'jsdom',
        // This jest does not read the exports of a package.
        moduleNameMapper: {
          '@segment/browser-destination-runtime/(.*)':
            '<rootDir>/../../node_modules/@segment/browser-destination-runtime/dist/cjs/$1',
          '@segment/actions-core/mapping-kit':
            '<rootDir>/../../node_modules/@segment/actions-core/dist/cjs/mapping-kit/index.js'
        }
      }
    ]
  }
}

const COMPILER = {
  target: 'es2020',
  moduleResolution: 'node',
  esModuleInterop: true,
  resolveJsonModule: true,
  strict: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  skipLibCheck: true,
  declaration: true,
  composite: true,
  rootDir: 'src',
  outDir: 'dist',
  emitDeclarationOnly: true,
  types: ['node', 'jest']
}
const CLOUD_COMPILER = { ...COMPILER, module: 'commonjs', lib: ['es2020'] }
const BROWSER_COMPILER = { ...COMPILER, module: 'esnext', lib: ['es2020', 'dom'] }

interface JestReport {
  success: boolean
  testResults: { name: string; assertionResults: object[] }[]
}

function writeJson(file: string, value: object): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, JSON.stringify(value, null, 2))
}

/** The places of the monorepo that docs/register.md names, filled as it says. */
function fillMonorepo(folder: string): void {
  writeJson(join(folder, 'package.json'), ROOT_PACKAGE)
  writeJson(join(folder, CLOUD, 'tsconfig.json'), { compilerOptions: CLOUD_COMPILER, include: ['src'] })
  for (const tree of ['src/lib', 'src/destinations/heap'])
    cpSync(join(ROOT, tree), join(folder, CLOUD, tree), { recursive: true })

  const heapWeb = join(folder, HEAP_WEB)
  writeJson(join(heapWeb, 'package.json'), { name: '@segment/analytics-browser-actions-heap' })
  writeJson(join(heapWeb, 'tsconfig.json'), { compilerOptions: BROWSER_COMPILER, include: ['src'] })
  execFileSync(process.execPath, [join(ROOT, 'scripts/copy-heap-web'), heapWeb])
}

/** Kept from run to run, for the list of what is in it. */
const CACHE = join(ROOT, 'node_modules/.cache/monorepo')

// ts-jest 27 does not know TypeScript 5, which the monorepo pairs it with all the same.
const NPM_OPTIONS = [
  '--legacy-peer-deps',
  '--ignore-scripts',
  '--prefer-offline',
  '--no-audit',
  '--no-fund',
  '--silent'
]

/** Installs the packages where nobody has before. */
function installedPackages(): string {
  const wanted = JSON.stringify([...TOOLS, ...SEGMENT])
  const record = join(CACHE, 'complete.json')
  if (!existsSync(record) || readFileSync(record, 'utf8') !== wanted) {
    rmSync(CACHE, { recursive: true, force: true })
    writeJson(join(CACHE, 'package.json'), { private: true })
    execFileSync('npm', ['install', ...NPM_OPTIONS, ...TOOLS, ...SEGMENT], { cwd: CACHE })
    writeFileSync(record, wanted)
  }
  return join(CACHE, 'node_modules')
}

describe('the portable trees, copied into a folder with the tools of the monorepo', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'portable-'))
    fillMonorepo(folder)
    symlinkSync(installedPackages(), join(folder, 'node_modules'))
  }, 240000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  function run(tool: string, ...args: string[]): string {
    return execFileSync(process.execPath, [join(folder, 'node_modules/.bin', tool), ...args], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_ENV: 'test', JEST_WORKER_ID: undefined }
    })
  }

  it.each([CLOUD, HEAP_WEB])(
    'compile in %s with its TypeScript, declarations and all',
    (project) => {
      expect(run('tsc', '--project', project)).toBe('')
    },
    120000
  )

  it('are formatted as its prettier wants', () => {
    expect(run('prettier', '--list-different', 'packages/**/src/**/*.ts', '!**/generated-types.ts')).toBe('')
  }, 60000)

  it.each([join(CLOUD, 'src/destinations/heap'), HEAP_WEB])(
    'have in %s the metadata.json its prettier makes',
    (path) => {
      const written = readFileSync(join(folder, path, 'metadata.json'), 'utf8')
      const unformatted = join(folder, 'metadata.json')
      writeJson(unformatted, JSON.parse(written) as object)
      expect(run('prettier', unformatted)).toBe(written)
    }
  )

  it('pass their tests under its jest', () => {
    const { success, testResults } = JSON.parse(run('jest', '--json')) as JestReport
    const passed = (place: string) =>
      testResults.filter(({ name }) => name.includes(place)).flatMap(({ assertionResults }) => assertionResults)
    expect(success).toBe(true)
    expect(passed(CLOUD).length).toBeGreaterThan(200)
    expect(passed(BROWSER).length).toBeGreaterThan(5)
  }, 120000)
})
