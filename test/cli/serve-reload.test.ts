import { once } from 'node:events'
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import { endAll, ROOT, Running } from './__helpers__/command-line'
import { freePair } from './__helpers__/ports'
import { SENDING_TOY, toyFolder, writeSendingToy } from './__helpers__/sending-toy'
import { removeTemporaryFolders, temporaryFolder } from './__helpers__/temporary-folder'
import { post, storedEvents } from './__helpers__/tracking'

const TRACK = { writeKey: 'key', event: 'Order Completed', userId: 'user-1', messageId: 'message-1' }

afterEach(async () => {
  await endAll()
  removeTemporaryFolders()
})

function serveToy(directory: string, ...args: string[]): Running {
  return new Running(['serve', '--directory', directory, '--destination', SENDING_TOY, ...args])
}

describe('serve, when sources change', () => {
  it('keeps the definition before when the new one cannot be loaded, and takes the next that can', async () => {
    const directory = toyFolder()
    const server = serveToy(directory, '--noUI', '--port', '0')
    const url = await server.url()
    const send = async (messageId: string) => {
      const from = server.stdout.length
      await post(`${url}/v1/track`, { ...TRACK, messageId })
      await server.printed(/→ \/api\/track 200/, from)
    }
    await send('message-1')

    writeFileSync(join(directory, SENDING_TOY, 'index.ts'), 'export default {')
    await server.printed(/cannot load sending-toy, the previous one stays in use: /)
    await send('message-2')

    writeSendingToy(directory, { suffix: ' again', extraField: 'note' })
    await server.printed(/loaded sending-toy again/)
    await send('message-3')

    expect(await storedEvents(url)).toEqual([
      { event: 'Order Completed', identity: 'user-1', properties: {} },
      { event: 'Order Completed', identity: 'user-1', properties: {} },
      { event: 'Order Completed again', identity: 'user-1', properties: { note: 'message-3' } }
    ])
  })

  it('respects what a call says of the destination by name, also when it was loaded again', async () => {
    const directory = toyFolder()
    const server = serveToy(directory, '--noUI', '--port', '0')
    const url = await server.url()
    writeSendingToy(directory, { suffix: ' again' })
    await server.printed(/loaded sending-toy again/)

    const integrations = { All: false, 'Sending Toy (Actions)': true }
    await post(`${url}/v1/track`, { ...TRACK, event: 'Unwanted', integrations: { 'Sending Toy (Actions)': false } })
    await post(`${url}/v1/track`, { ...TRACK, event: 'Wanted', integrations })
    await server.printed(/→ \/api\/track 200/)

    expect((await storedEvents(url)).map(({ event }) => event)).toEqual(['Wanted again'])
  })

  it('sends the frame "change" to the pages of Segment, its own and clients outside browsers, and to no other', async () => {
    const directory = toyFolder()
    const port = await freePair()
    const server = serveToy(directory, '--port', String(port))
    const url = await server.url()
    const origins = ['https://app.segment.com', url, undefined]
    const clients = await Promise.all(origins.map((origin) => connect(port + 1, origin)))
    const frames = clients.map((client) => once(client, 'message'))

    writeSendingToy(directory, { suffix: ' again' })

    expect((await Promise.all(frames)).map(([data]) => String(data))).toEqual(['change', 'change', 'change'])
    await expect(connect(port + 1, 'https://evil.example')).rejects.toThrow('401')
    await expect(connect(port + 1, undefined, 'evil.example')).rejects.toThrow('401')
    clients.forEach((client) => client.terminate())
  })
})

describe('bin/dev serve', () => {
  it('serves the sources of the project, and loads them again when they change', async () => {
    const root = temporaryFolder()
    for (const name of ['bin', 'src', 'package.json', 'tsconfig.json']) {
      cpSync(join(ROOT, name), join(root, name), { recursive: true })
    }
    symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'))
    const server = new Running(['serve', '--noUI', '--port', '0'], { bin: join(root, 'bin/dev') })
    const url = await server.url()

    const file = join(root, 'src/destinations/heap/index.ts')
    writeFileSync(file, readFileSync(file, 'utf8').replace(/\n  name: '.*'/, "\n  name: 'Another'"))
    await server.printed(/loaded heap again/)

    const manifest = (await (await fetch(`${url}/manifest`)).json()) as { name: string }
    expect(manifest.name).toBe('Another')
  })
})

async function connect(port: number, origin?: string, host = `127.0.0.1:${port}`): Promise<WebSocket> {
  const client = new WebSocket(`ws://127.0.0.1:${port}`, { origin, headers: { host } })
  await once(client, 'open')
  return client
}
