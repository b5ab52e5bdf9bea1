import { execFileSync } from 'child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'fs'
import { tmpdir } from 'os'
import { join } from 'path'
import { ROOT } from '../cli/__helpers__/command-line'

/** The tools of the action-destinations monorepo, and the core that the project itself uses. */
const TOOLS = ['typescript@5.5', 'prettier@2.4', 'jest@27', 'ts-jest@27', 'nock@13', '@types/jest@27', '@types/node@20']
const CORE = ['@segment/actions-core@3.170.0', '@segment/destination-subscriptions', 'liquidjs@10.27.2']

const JEST = {
  preset: 'ts-jest',
  testEnvironment: 'node',
  roots: ['<rootDir>/src'],
  testPathIgnorePatterns: ['__helpers__'],
  globals: { 'ts-jest': { isolatedModules: true } }
}

const COMPILER = {
  target: 'ES2020',
  lib: ['ES2020'],
  module: 'CommonJS',
  moduleResolution: 'node',
  esModuleInterop: true,
  strict: true,
  skipLibCheck: true,
  declaration: true,
  composite: true,
  rootDir: 'src',
  outDir: 'types',
  emitDeclarationOnly: true,
  types: ['node', 'jest']
}

describe('the portable trees, copied into a folder with the tools of the monorepo', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'portable-'))
    for (const tree of ['src/lib', 'src/destinations/heap'])
      cpSync(join(ROOT, tree), join(folder, tree), { recursive: true })
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'portable', private: true, jest: JEST }))
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: COMPILER, include: ['src'] }))
    // ts-jest 27 does not know TypeScript 5, which the monorepo pairs it with all the same.
    const options = [
      '--legacy-peer-deps',
      '--ignore-scripts',
      '--prefer-offline',
      '--no-audit',
      '--no-fund',
      '--silent'
    ]
    execFileSync('npm', ['install', ...options, ...TOOLS, ...CORE, '@types/json-schema'], { cwd: folder })
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

  it('compile with its TypeScript, declarations and all', () => {
    expect(run('tsc', '--project', '.')).toBe('')
  }, 120000)

  it('are formatted as its prettier wants', () => {
    const style = ['--no-semi', '--single-quote', '--trailing-comma', 'none', '--print-width', '120']
    expect(run('prettier', '--list-different', ...style, 'src/**/*.ts', '!**/generated-types.ts')).toBe('')
  }, 60000)

  it('pass their tests under its jest', () => {
    const report = JSON.parse(run('jest', '--json', '--rootDir', folder)) as {
      numPassedTests: number
      success: boolean
    }
    expect(report.success).toBe(true)
    expect(report.numPassedTests).toBeGreaterThan(250)
  }, 120000)
})
