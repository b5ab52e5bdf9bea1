import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, run } from './__helpers__/command-line'
import { removeTemporaryFolders, temporaryFolder } from './__helpers__/temporary-folder'
import manifest from '../../package.json'

const VERSION = `${manifest.name}/${manifest.version} ${process.platform}-${process.arch} node-${process.version}\n`

afterEach(removeTemporaryFolders)

/** A copy of the scripts without anything to run. */
function copy(folder: string): string {
  for (const name of ['bin', 'package.json', 'tsconfig.json']) {
    cpSync(join(ROOT, name), join(folder, name), { recursive: true })
  }
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

/** With one command, in TypeScript and compiled. */
function copyWithCommand(folder: string, body: string): string {
  copy(folder)
  for (const file of ['dist/cli/main.js', 'src/cli/main.ts']) cpSync(join(ROOT, file), join(folder, file))
  for (const [file, from] of Object.entries({
    'dist/cli/commands/try.js': 'build',
    'src/cli/commands/try.ts': 'sources'
  })) {
    mkdirSync(join(folder, file, '..'), { recursive: true })
    const annotation = file.endsWith('.ts') ? ': string' : ''
    writeFileSync(
      join(folder, file),
      `const { Command } = require('@oclif/core')
       const from${annotation} = '${from}'
       module.exports = class extends Command { async run() { await this.parse(); ${body} } }`
    )
  }
  return join(folder, 'bin/run')
}

describe('bin/run', () => {
  it('lists the commands', async () => {
    const { code, stdout, stderr } = await run(['--help'])

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('USAGE\n  $ segment-heap-destination [COMMAND]\n')
    expect(stdout).toMatch(/^ {2}emulate {2,}Run [^]*^ {2}replay {2,}Send [^]*^ {2}serve {2,}Run /m)
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

  it('runs the build, bin/dev the sources, in a path with spaces', async () => {
    const bin = copyWithCommand(temporaryFolder(), `this.log('from the ' + from)`)

    expect(await run(['try'], { bin })).toEqual({ code: 0, stdout: 'from the build\n', stderr: '' })
    expect(await run(['try'], { bin: join(bin, '../dev') })).toEqual({
      code: 0,
      stdout: 'from the sources\n',
      stderr: ''
    })
  })

  it('says in one line how to build what is not built', async () => {
    const folder = copy(temporaryFolder())
    mkdirSync(join(folder, 'src'))

    expect(await run(['serve'], { bin: join(folder, 'bin/run') })).toEqual({
      code: 1,
      stdout: '',
      stderr: `Error: nothing is built in ${folder}: run npm run build there, or bin/dev, which runs the sources\n`
    })
  })

  it.each(['bin/run', 'bin/dev'])('says in one line that nothing is installed: %s', async (bin) => {
    const folder = copyWithCommand(temporaryFolder(), '')
    rmSync(join(folder, '../../node_modules'))

    expect(await run(['try'], { bin: join(folder, '../..', bin) })).toEqual({
      code: 1,
      stdout: '',
      stderr: `Error: dependencies are missing: run npm ci in ${join(folder, '../..')}\n`
    })
  })

  it('leaves what is written beside the sources to bin/dev', async () => {
    expect(await run(['generate:types', '--check'])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'Error: generate:types works on the sources: run ./bin/dev generate:types in a checkout of the project\n'
    })
  })

  it.each([
    ['an unknown flag', ['emulate', '--nope'], 'Error: Nonexistent flag: --nope (see --help)\n'],
    [
      'an unknown value',
      ['serve', '--mode', 'x'],
      'Error: Expected --mode=x to be one of: cloud, device, both (see --help)\n'
    ]
  ])('refuses %s in one line', async (_name, args, stderr) => {
    expect(await run(args)).toEqual({ code: 1, stdout: '', stderr })
  })

  it('says where all commands are listed when one is unknown', async () => {
    expect(await run(['servee'])).toEqual({
      code: 1,
      stdout: '',
      stderr:
        ' ›   Warning: servee is not a segment-heap-destination command.\n' +
        'Error: Run segment-heap-destination help for a list of available commands.\n'
    })
  })

  it('takes topics with a space and with a colon', async () => {
    const refusal = { code: 1, stdout: '', stderr: expect.stringContaining('Missing required flag name') as string }
    expect(await run(['audience', 'sync'])).toEqual(refusal)
    expect(await run(['audience:sync'])).toEqual(refusal)
  })

  it('has the help and the completion of oclif', async () => {
    expect(await run(['help', 'audience', 'sync'])).toMatchObject({ code: 0, stdout: expect.stringContaining('USAGE') })
    expect(await run(['autocomplete', '--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('USAGE') })
  })

  it('colours its errors on a terminal, and never with NO_COLOR', async () => {
    const coloured = { FORCE_COLOR: '1' }
    const { stderr } = await run(['emulate', '--nope'], { env: coloured, without: ['NO_COLOR'] })
    expect(stderr).toBe('\x1b[31mError:\x1b[39m Nonexistent flag: --nope (see --help)\n')
    expect((await run(['emulate', '--nope'])).stderr).toBe('Error: Nonexistent flag: --nope (see --help)\n')
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
