import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, run } from './__helpers__/command-line'
import { removeTemporaryFolders, temporaryFolder } from './__helpers__/temporary-folder'
import manifest from '../../package.json'

const VERSION = `${manifest.name}/${manifest.version} ${process.platform}-${process.arch} node-${process.version}\n`

afterEach(removeTemporaryFolders)

/** A copy of the script with one command of its own, to see how errors are printed. */
function copyWithCommand(folder: string, body: string): string {
  const commands = join(folder, 'dist/cli/commands')
  mkdirSync(commands, { recursive: true })
  mkdirSync(join(folder, 'bin'))
  cpSync(join(ROOT, 'bin/run'), join(folder, 'bin/run'))
  cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'))
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(
    join(commands, 'try.js'),
    `const { Command } = require('@oclif/core')
     module.exports = class extends Command { async run() { await this.parse(); ${body} } }`
  )
  return join(folder, 'bin/run')
}

describe('bin/run', () => {
  it('lists the commands', async () => {
    const { code, stdout, stderr } = await run(['--help'])

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('USAGE\n  $ segment-heap-destination [COMMAND]\n')
    expect(stdout).toMatch(/^ {2}emulate .*\n {2}serve /m)
    expect(stdout).toMatch(/^ {2}generate {2}Write files/m)
  })

  it('prints its version, and nothing else, in any NODE_ENV', async () => {
    for (const NODE_ENV of ['development', 'production']) {
      expect(await run(['--version'], { env: { NODE_ENV } })).toEqual({ code: 0, stdout: VERSION, stderr: '' })
    }
  })

  it('runs from any folder, through a symbolic link', async () => {
    const folder = temporaryFolder()
    const bin = join(folder, 'segment-heap-destination')
    symlinkSync(join(ROOT, 'bin/run'), bin)

    expect(await run(['--version'], { cwd: folder, bin })).toEqual({ code: 0, stdout: VERSION, stderr: '' })
  })

  it('runs the build where there are no sources, in a path with spaces', async () => {
    const bin = copyWithCommand(temporaryFolder(), `this.log('from the build')`)

    expect(await run(['try'], { bin })).toEqual({ code: 0, stdout: 'from the build\n', stderr: '' })
  })

  it.each([
    ['an unknown command', ['nope'], 'Error: command nope not found\n'],
    ['an unknown flag', ['emulate', '--nope'], 'Error: Nonexistent flag: --nope (see --help)\n'],
    ['an unknown argument', ['emulate', 'nope'], 'Error: Unexpected argument: nope (see --help)\n']
  ])('refuses %s in one line', async (_name, args, stderr) => {
    expect(await run(args)).toEqual({ code: 1, stdout: '', stderr })
  })

  it('exits with the code a command asks for', async () => {
    const bin = copyWithCommand(temporaryFolder(), 'this.exit(3)')

    expect(await run(['try'], { bin })).toEqual({ code: 3, stdout: '', stderr: '' })
  })

  it('keeps the stack of an unexpected error', async () => {
    const bin = copyWithCommand(temporaryFolder(), `throw new TypeError('a mistake')`)

    const { code, stderr } = await run(['try'], { bin })

    expect(code).toBe(1)
    expect(stderr).toMatch(/^TypeError: a mistake\n {4}at .*try\.js/)
  })
})
