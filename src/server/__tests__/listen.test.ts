import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import { LIMITS, listen, TIMEOUTS_MS } from '../listen'
import type { LocalServer } from '../listen'

const UNREAD_MS = 400

/** More than the system takes for a client that does not read. */
const LARGE = 'x'.repeat(40_000_000)

interface Bindings {
  outgoing: ServerResponse
}

let server: LocalServer
/** What was asked, what of it the server has found idle, and what is over. */
const seen: string[] = []

function app(): Hono<{ Bindings: Bindings }> {
  const routes = new Hono<{ Bindings: Bindings }>()
  routes.use(async ({ env: { outgoing }, req: { path } }, next) => {
    seen.push(`${path} asked`)
    outgoing.on('timeout', () => seen.push(`${path} idle`))
    outgoing.on('close', () => seen.push(`${path} over`))
    return next()
  })
  routes.get('/large', ({ body }) => body(LARGE))
  routes.get('/slow', ({ text }) => until(() => seen.includes('/slow idle')).then(() => text('done')))
  routes.get('/held', ({ text }) => until(() => seen.includes('let go')).then(() => text('done')))
  routes.get('/news', (context) =>
    streamSSE(context, async (stream) => {
      await stream.writeSSE({ data: 'first' })
      await until(() => seen.includes('/news idle'))
      await stream.writeSSE({ data: 'second' })
    })
  )
  return routes
}

async function serve(): Promise<void> {
  const { fetch } = app()
  server = await listen({ port: 0, fetch: (request, bindings) => fetch(request, bindings) })
}

function ask(path: string): Socket {
  const socket = connect(server.port, '127.0.0.1').on('error', () => undefined)
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
  return socket
}

/** All that comes until the connection is closed. */
async function read(socket: Socket): Promise<string> {
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk)).resume()
  await once(socket, 'close')
  return Buffer.concat(chunks).toString()
}

async function until(isTrue: () => boolean): Promise<void> {
  const givenUpAt = Date.now() + 50_000
  while (!isTrue()) {
    if (Date.now() > givenUpAt) throw new Error(`seen only ${seen.join(', ')}`)
    await delay(10)
  }
}

beforeEach(() => {
  seen.length = 0
  jest.replaceProperty(LIMITS, 'unreadMs', UNREAD_MS)
  jest.replaceProperty(TIMEOUTS_MS, 'keepAliveTimeout', 1)
})
afterEach(() => server.close())

describe('listen', () => {
  it('ends the connection of a client that reads nothing of its answer', async () => {
    await serve()
    const socket = ask('/large').pause()
    await until(() => seen.includes('/large over'))
    expect((await read(socket)).length).toBeLessThan(LARGE.length)
  })

  it('ends it as well when the client continues sending', async () => {
    jest.replaceProperty(TIMEOUTS_MS, 'headersTimeout', 2 * UNREAD_MS)
    jest.replaceProperty(TIMEOUTS_MS, 'connectionsCheckingInterval', UNREAD_MS)
    await serve()
    const socket = ask('/large').pause()
    await until(() => seen.length > 0)
    socket.write('GET /')
    const sending = setInterval(() => socket.write('x'), UNREAD_MS / 4)
    await until(() => seen.includes('/large over')).finally(() => clearInterval(sending))
    expect((await read(socket)).length).toBeLessThan(LARGE.length)
  })

  it('waits for an answer that takes its time, and for news', async () => {
    await serve()
    const [slow, news] = await Promise.all(['/slow', '/news'].map((path) => read(ask(path))))
    expect(slow).toMatch(/done$/)
    expect(news).toMatch(/data: first\n[^]*data: second\n/)
  })

  it('waits for a client that reads slowly', async () => {
    await serve()
    const large = ask('/large').pause()
    const reading = setInterval(() => large.read(1_000_000) as unknown, UNREAD_MS / 8)
    await until(() => large.bytesRead > LARGE.length).finally(() => clearInterval(reading))
    large.destroy()
  })

  it('closes a connection beyond its limit at once, until there is room again', async () => {
    jest.replaceProperty(LIMITS, 'connections', 2)
    await serve()
    const [first, second] = ['/held', '/held'].map(ask)
    await until(() => seen.length === 2)
    expect(await read(ask('/held'))).toBe('')
    first.destroy()
    await until(() => seen.includes('/held over'))
    const third = read(ask('/held'))
    await until(() => seen.filter((what) => what === '/held asked').length === 3)
    seen.push('let go')
    expect(await third).toMatch(/done$/)
    second.destroy()
  })
})
