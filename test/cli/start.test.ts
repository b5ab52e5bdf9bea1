import { chmodSync, cpSync, existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ROOT, Running } from './__helpers__/command-line'
import type { Finished } from './__helpers__/command-line'
import { removeTemporaryFolders, temporaryFolder } from './__helpers__/temporary-folder'

const LOCK = 'package-lock.json'
const INSTALLED = 'node_modules/.package-lock.json'
const SOURCE = 'src/lib/flatten.ts'
const BUNDLE = 'dist/heap-web.js'
const PAGE = 'dist/page/client/index.html'
const CODE = 'dist/.tsbuildinfo'

afterEach(removeTemporaryFolders)

/** What the commands of the build write last. */
const NPM = `#!/bin/sh
case "$3" in
  build:heap-web) file=${BUNDLE};;
  build:page) file=${PAGE};;
  build:code) file=${CODE};;
  *) exit 0;;
esac
mkdir -p $(dirname $file) && [ -f $file ] || touch $file
`

/** A project whose npm leaves an older build alone, and whose server says what it was given. */
function project(files: Record<string, number>): string {
  const root = temporaryFolder()
  write(root, 'bin/dev', SERVER)
  write(root, 'npm', NPM)
  chmodSync(join(root, 'npm'), 0o755)
  for (const file of ['bin/start', 'scripts/prepare.js']) cpSync(join(ROOT, file), join(root, file))
  for (const [file, seconds] of Object.entries({ 'package.json': 1, ...files })) {
    write(root, file, '{}')
    utimesSync(join(root, file), seconds, seconds)
  }
  for (const folder of [dirname(SOURCE), 'src']) utimesSync(join(root, folder), 1, 1)
  return root
}

const SERVER = `
process.on('SIGTERM', () => process.exit(7))
if (process.argv.includes('--wait')) setInterval(() => {}, 1000)
console.log(process.argv.slice(2).join(' '))
`

function write(root: string, file: string, text: string): void {
  mkdirSync(join(root, file, '..'), { recursive: true })
  writeFileSync(join(root, file), text)
}

function start(root: string, ...args: string[]): Running {
  return new Running(args, { bin: join(root, 'bin/start'), env: { PATH: `${root}:${process.env.PATH}` } })
}

async function output(root: string, ...args: string[]): Promise<Finished> {
  return start(root, ...args).exited
}

const BUILT = { [BUNDLE]: 4, [PAGE]: 4 }
const READY = { [LOCK]: 1, [INSTALLED]: 2, [SOURCE]: 3, ...BUILT }

describe('bin/start', () => {
  it('only serves when everything is there', async () => {
    const root = project(READY)

    expect(await output(root, '--port', '4000')).toEqual({ code: 0, stdout: 'serve --port 4000\n', stderr: '' })
  })

  const bundle = 'npm run --silent build:heap-web\n'
  const page = 'npm run --silent build:page\n'
  it.each([
    ['installs when nothing is installed', { [LOCK]: 1, [SOURCE]: 3, ...BUILT }, 'npm ci\n'],
    ['installs when the lock file is newer', { ...READY, [LOCK]: 3 }, 'npm ci\n'],
    ['builds when nothing is built', { [LOCK]: 1, [INSTALLED]: 2, [SOURCE]: 3 }, bundle + page],
    ['builds again what uses a newer source', { ...READY, [SOURCE]: 5 }, bundle],
    ['builds the page again when dependencies are newer', { ...READY, [BUNDLE]: 6, 'package.json': 5 }, page]
  ])('%s', async (_name, files, printed) => {
    expect(await output(project(files))).toEqual({ code: 0, stdout: `${printed}serve\n`, stderr: '' })
  })

  it('builds once, also when nothing new is written', async () => {
    const root = project({ ...READY, [SOURCE]: 5 })
    await output(root)

    expect((await output(root)).stdout).toBe('serve\n')
  })

  it('stops when npm fails', async () => {
    const root = project({ [LOCK]: 1, [SOURCE]: 3, ...BUILT })
    write(root, 'npm', '#!/bin/sh\nexit 5\n')

    expect(await output(root)).toEqual({ code: 5, stdout: 'npm ci\n', stderr: '' })
  })

  it('builds again what was written by a build that failed', async () => {
    const root = project({ [LOCK]: 1, [INSTALLED]: 2, [SOURCE]: 3, [PAGE]: 4 })
    write(root, 'npm', `${NPM}exit 5\n`)

    expect((await output(root)).code).toBe(5)
    expect(await output(root)).toEqual({ code: 5, stdout: bundle, stderr: '' })
  })

  it('passes signals on and exits as the server does', async () => {
    const starting = start(project(READY), '--wait')
    await starting.printed(/serve --wait/)

    starting.kill('SIGTERM')

    expect((await starting.exited).code).toBe(7)
  })
})

describe('scripts/prepare.js', () => {
  const prepare = (root: string) =>
    new Running([], { bin: join(root, 'scripts/prepare.js'), env: { PATH: `${root}:${process.env.PATH}` } }).exited

  it('builds only what is missing', async () => {
    const root = project(READY)
    write(root, 'node_modules/typescript/index.js', '')

    expect(await prepare(root)).toEqual({ code: 0, stdout: 'npm run --silent build:code\n', stderr: '' })
    expect(await prepare(root)).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  it('deletes what was compiled from a source that is gone', async () => {
    const bundle = { [BUNDLE]: 4, 'dist/heap-web.js.map': 4, [PAGE]: 4, 'dist/page/client/app.js': 4 }
    const kept = { ...bundle, 'dist/lib/flatten.js': 4, 'dist/lib/flatten.d.ts': 4, 'dist/lib/flatten.js.map': 4 }
    const gone = { 'dist/lib/squash.js': 4, 'dist/lib/squash.d.ts': 4, 'dist/lib/squash.js.map': 4 }
    const root = project({ [LOCK]: 1, [SOURCE]: 3, ...kept, ...gone })
    write(root, 'node_modules/typescript/index.js', '')

    await prepare(root)

    const left = Object.keys({ ...kept, ...gone }).filter((file) => existsSync(join(root, file)))
    expect(left).toStrictEqual(Object.keys(kept))
  })

  it('leaves an installation without development dependencies alone', async () => {
    expect(await prepare(project({ [SOURCE]: 3 }))).toEqual({ code: 0, stdout: '', stderr: '' })
  })
})
