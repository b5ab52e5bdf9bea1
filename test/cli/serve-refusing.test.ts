import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runCommand } from './__helpers__/in-process'
import { freePair, occupy, release } from './__helpers__/ports'
import { SENDING_TOY, toyFolder } from './__helpers__/sending-toy'
import { removeTemporaryFolders } from './__helpers__/temporary-folder'

afterEach(removeTemporaryFolders)

describe('serve, refusing to start', () => {
  it.each([
    [['--port', 'abc'], 'Parsing --port: Expected an integer but received: abc (see --help)'],
    [
      ['--port', '70000'],
      'Parsing --port: Expected an integer less than or equal to 65534 but received: 70000 (see --help)'
    ],
    [['--region', 'MARS'], 'Expected --region=MARS to be one of: US, EU (see --help)'],
    [
      ['--app-id', 'abc'],
      `--app-id: Setting \`appId\` must be Heap's numeric App ID, but is "abc". Find it in Heap's install snippet: heap.load('YOUR_APP_ID').`
    ],
    [['--live'], '--live needs the App ID of your Heap environment: add --app-id'],
    [
      ['--live', '--app-id', '1'],
      '--live needs --write-key: otherwise any page could send to your Heap through this server'
    ],
    [
      ['--live', '--app-id', '1', '--fault', '503=1'],
      '--live=true cannot also be provided when using --fault (see --help)'
    ],
    [['--fault', '503=2'], '--fault: Fault "503" needs a rate from 0 to 1, as in 503=0.1; got "2".']
  ])('%j', async (args, message) => {
    expect(await runCommand(['serve', '--noUI', ...args])).toEqual({
      code: 1,
      stdout: '',
      stderr: `Error: ${message}\n`
    })
  })

  it('names the destinations there are', async () => {
    const directory = toyFolder()

    expect(await runCommand(['serve', '-b', directory, '-d', '../heap'])).toEqual({
      code: 1,
      stdout: '',
      stderr: `Error: no destination "../heap" in ${directory}: there are sending-toy\n`
    })
  })

  it('says what is wrong with a destination that cannot be loaded', async () => {
    const directory = toyFolder()
    writeFileSync(join(directory, SENDING_TOY, 'index.ts'), `throw new Error('not today')`)

    const { code, stderr } = await runCommand(['serve', '-b', directory, '-d', SENDING_TOY])

    expect({ code, stderr }).toEqual({ code: 1, stderr: 'Error: cannot load sending-toy: not today\n' })
  })

  it.each([
    ['HTTP', 0],
    ['the WebSocket', 1]
  ])('says in one line that the port of %s is in use', async (_name, offset) => {
    const pair = await freePair()
    const { server } = await occupy(pair + offset)

    expect(await runCommand(['serve', '-b', toyFolder(), '-d', SENDING_TOY, '-p', String(pair)])).toEqual({
      code: 1,
      stdout: '',
      stderr: `Error: port ${pair + offset} is in use: choose another with --port\n`
    })
    await release(server)
  })
})
