import { chmodSync, cpSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, Running } from './__helpers__/command-line'
import type { Finished } from './__helpers__/command-line'
import { removeTemporaryFolders, temporaryFolder } from './__helpers__/temporary-folder'

const LOCK = 'package-lock.json'
const INSTALLED = 'node_modules/.package-lock.json'
const SOURCE = 'src/lib/flatten.ts'
const BUILT = 'dist/.tsbuildinfo'

afterEach(removeTemporaryFolders)

/** A project whose npm leaves an older build alone, and whose server says what it was given. */
function project(files: Record<string, number>): string {
  const root = temporaryFolder()
  write(root, 'bin/run', SERVER)
  write(root, 'npm', '#!/bin/sh\nmkdir -p dist && [ -f dist/.tsbuildinfo ] || touch dist/.tsbuildinfo\n')
  chmodSync(join(root, 'npm'), 0o755)
  cpSync(join(ROOT, 'bin/start'), join(root, 'bin/start'))
  for (const [file, seconds] of Object.entries({ 'package.json': 1, ...files })) {
    write(root, file, '{}')
    utimesSync(join(root, file), seconds, seconds)
  }
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

describe('bin/start', () => {
  it('only serves when everything is there', async () => {
    const root = project({ [LOCK]: 1, [INSTALLED]: 2, [SOURCE]: 3, [BUILT]: 4 })

    expect(await output(root, '--port', '4000')).toEqual({ code: 0, stdout: 'serve --port 4000\n', stderr: '' })
  })

  it.each([
    ['installs when nothing is installed', { [LOCK]: 1, [SOURCE]: 3, [BUILT]: 4 }, 'npm ci\nserve\n'],
    ['installs when the lock file is newer', { [LOCK]: 3, [INSTALLED]: 2, [SOURCE]: 3, [BUILT]: 4 }, 'npm ci\nserve\n'],
    ['builds when nothing is built', { [LOCK]: 1, [INSTALLED]: 2, [SOURCE]: 3 }, 'npm run build\nserve\n'],
    ['builds when a source is newer', { [LOCK]: 1, [INSTALLED]: 2, [SOURCE]: 5, [BUILT]: 4 }, 'npm run build\nserve\n']
  ])('%s', async (_name, files, stdout) => {
    expect(await output(project(files))).toEqual({ code: 0, stdout, stderr: '' })
  })

  it('builds once, also when the compiler finds nothing to write', async () => {
    const root = project({ [LOCK]: 1, [INSTALLED]: 2, [SOURCE]: 5, [BUILT]: 4 })
    await output(root)

    expect((await output(root)).stdout).toBe('serve\n')
  })

  it('stops when npm fails', async () => {
    const root = project({ [LOCK]: 1, [SOURCE]: 3, [BUILT]: 4 })
    write(root, 'npm', '#!/bin/sh\nexit 5\n')

    expect(await output(root)).toEqual({ code: 5, stdout: 'npm ci\n', stderr: '' })
  })

  it('passes signals on and exits as the server does', async () => {
    const starting = start(project({ [LOCK]: 1, [INSTALLED]: 2, [SOURCE]: 3, [BUILT]: 4 }), '--wait')
    await starting.printed(/serve --wait/)

    starting.kill('SIGTERM')

    expect((await starting.exited).code).toBe(7)
  })
})
