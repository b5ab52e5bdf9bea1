import { once } from 'node:events'
import { networkInterfaces } from 'node:os'
import { WebSocket } from 'ws'
import { endAll, Running } from '../cli/__helpers__/command-line'
import { freePair } from '../cli/__helpers__/ports'
import { refusalOf, send } from './__helpers__/raw-request'

/** Addresses that only a server for all interfaces listens on; 127.0.0.2 is one of every Linux machine. */
const OTHER_ADDRESSES = Object.values(networkInterfaces())
  .flatMap((addresses = []) => addresses.filter(({ internal }) => !internal).map(({ address }) => address))
  .filter((address) => !address.startsWith('fe80:'))
  .concat(process.platform === 'linux' ? ['127.0.0.2', '::1'] : ['::1'])

const FOREIGN_HOSTS = [
  'evil.example',
  'evil.example:3000',
  '127.0.0.1.evil.example',
  'localhost.evil.example',
  'evil.example@localhost',
  '127.0.0.1:3000@evil.example',
  '192.168.0.1',
  '0.0.0.0',
  '127.0.0.1.',
  'localhost:',
  'LOCALHOST:80:80',
  '127.0.0.1, evil.example'
]

const NOT_HERE = { error: 'The Host header must be 127.0.0.1, localhost or [::1].' }
const NOT_VALID = {
  success: false,
  error: { message: expect.stringMatching(/^this is not a valid request: .*(host|URL)/i) as string }
}

describe.each([
  ['serve', ['/', '/manifest', '/v1/track', '/v1/projects/key/settings', '/_page/state', '/_emulator/events', '/nope']],
  ['emulate', ['/_emulator/events', '/api/track', '/config/11/heap_config.js', '/nope']]
])('%s, asked by another machine', (command, paths) => {
  let server: Running
  let url: string
  let port: number
  beforeAll(async () => {
    port = await freePair()
    server = new Running([command, '--port', String(port)])
    url = await server.url()
  })
  afterAll(endAll)

  it('listens on 127.0.0.1 alone', async () => {
    expect(await refusalOf('127.0.0.1', port)).toBeUndefined()
    for (const address of OTHER_ADDRESSES)
      expect([address, await refusalOf(address, port)]).toEqual([address, expect.stringMatching(/^E/)])
  })

  it.each(FOREIGN_HOSTS)(
    'answers nothing when Host is %s, which a name made to resolve to 127.0.0.1 brings',
    async (host) => {
      for (const path of paths) {
        const { status, text } = await send(url, path, { headers: { host } })
        expect([path, JSON.parse(text)]).toEqual([path, status === 403 ? NOT_HERE : NOT_VALID])
      }
    }
  )

  it('answers nothing when the request line has another host, as for a proxy', async () => {
    for (const path of paths) {
      const { status, text } = await send(url, `http://evil.example${path}`)
      expect([path, status, JSON.parse(text)]).toEqual([path, 403, NOT_HERE])
    }
    expect((await send(url, `${url}/_emulator/events`)).status).toBe(200)
  })

  it('answers this machine by each of its names', async () => {
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`, 'localhost', 'LOCALHOST']) {
      expect((await send(url, '/_emulator/events', { headers: { host } })).status).toBe(200)
    }
  })
})

describe('the WebSocket of serve', () => {
  let socketUrl: string
  let port: number
  beforeAll(async () => {
    port = (await freePair()) + 1
    await new Running(['serve', '--port', String(port - 1)]).url()
    socketUrl = `ws://127.0.0.1:${port}`
  })
  afterAll(endAll)

  async function handshake(headers: Record<string, string>): Promise<string> {
    const socket = new WebSocket(socketUrl, { headers })
    socket.on('error', () => undefined)
    const [event] = await Promise.race([
      once(socket, 'open').then(() => ['open']),
      once(socket, 'unexpected-response').then(() => ['refused'])
    ])
    socket.terminate()
    return event
  }

  it('listens on 127.0.0.1 alone', async () => {
    for (const address of OTHER_ADDRESSES) expect(await refusalOf(address, port)).toMatch(/^E/)
  })

  it.each([
    [{ host: 'evil.example' }],
    [{ origin: 'https://evil.example' }],
    [{ origin: 'null' }],
    [{ origin: 'https://app.segment.com.evil.example' }]
  ])('refuses %j', async (headers) => {
    expect(await handshake(headers)).toBe('refused')
  })

  it.each([[{}], [{ origin: 'https://app.segment.com' }]])('takes %j', async (headers) => {
    expect(await handshake(headers)).toBe('open')
  })
})
