import { execFileSync } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, join, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import omitBy from 'lodash/omitBy'
import { ROOT, run } from '../cli/__helpers__/command-line'
import { removeTemporaryFolders, temporaryFolder } from '../cli/__helpers__/temporary-folder'
import { installed } from './__helpers__/consumer'
import { program } from './__helpers__/documented'
import { pack } from './__helpers__/packed'

// npm installs the development dependencies and builds.
jest.setTimeout(300_000)

const NOT_COMMITTED = ['.git', 'node_modules', 'dist', 'coverage']
const GIT_ENV = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' }
const AUTHOR = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com']

afterAll(removeTemporaryFolders)

/** Development dependencies that the build does without: npm would spend most of the time on them. */
const FOR_TESTS = /chromium|playwright|axe|jest|swc|eslint|pnpm|yarn|fast-check|nock|flat|memory-level|fetch/

function leaveOutTools(folder: string): void {
  const file = join(folder, 'package.json')
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as { devDependencies: Record<string, string> }
  const devDependencies = omitBy(manifest.devDependencies, (_version, name) => FOR_TESTS.test(name))
  writeFileSync(file, JSON.stringify({ ...manifest, devDependencies }, null, 2))
}

/** The address of a bare repository with the sources as they are, committed or not. */
function repository(): string {
  const sources = temporaryFolder()
  const bare = join(temporaryFolder(), 'bare.git')
  const git = (...args: string[]) =>
    execFileSync('git', [...AUTHOR, ...args], { cwd: sources, env: { ...process.env, ...GIT_ENV }, stdio: 'pipe' })
  cpSync(ROOT, sources, { recursive: true, filter: (path) => !NOT_COMMITTED.includes(basename(path)) })
  leaveOutTools(sources)
  git('init', '--quiet')
  git('add', '--all')
  git('commit', '--quiet', '--message', 'Sources')
  git('clone', '--quiet', '--bare', '.', bare)
  return `git+${pathToFileURL(bare).href}`
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(folder, path)).isFile())
    .map((path) => path.split(sep).join('/'))
}

describe('npm install git+file://…', () => {
  it('builds the package that npm pack packs, and it runs', async () => {
    const consumer = await installed(repository(), '--ignore-scripts=false')

    const { files } = await pack()
    expect(filesIn(consumer.packageFolder).sort()).toStrictEqual(files.sort())
    consumer.write('program.js', `${program('README.md', 'new Destination(heap)')}\nconsole.log(destination.name)`)
    expect(await consumer.node(['program.js'])).toBe('Heap\n')
    expect(await run(['validate'], { bin: consumer.bin, cwd: consumer.folder })).toEqual({
      code: 0,
      stdout: 'heap: problems 0\nheap-web: problems 0\n',
      stderr: ''
    })
  })
})
