import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { endAll, Running } from '../cli/__helpers__/command-line'
import { freePair } from '../cli/__helpers__/ports'
import { answerTo, send } from './__helpers__/raw-request'

const MB = 1024 * 1024

let url: string
beforeAll(async () => {
  url = await new Running(['serve', '--noUI', '--port', '0']).url()
})
afterAll(endAll)

function head(path: string, headers: string[]): string {
  return [`POST ${path} HTTP/1.1`, `Host: ${new URL(url).host}`, ...headers, '', ''].join('\r\n')
}

describe('a body that is too large', () => {
  const limits: [path: string, bytes: number, status: number][] = [
    ['/v1/batch', 500 * 1024, 400],
    ['/trackEvent', 100 * 1024, 413],
    ['/_page/preview', 5 * MB, 413],
    ['/api/track', 48 * MB, 413],
    ['/eu/api/track', 48 * MB, 413],
    ['/api/visitor', 128 * 1024, 413],
    ['/_emulator/faults', 48 * MB, 413]
  ]

  it.each(limits)('is refused by POST %s past %d bytes', async (path, bytes, status) => {
    const headers = { 'content-type': 'application/json' }
    const answer = await send(url, path, { method: 'POST', headers, body: ' '.repeat(bytes + 1) })
    expect([answer.status, answer.headers['content-type']]).toEqual([status, 'application/json'])
    expect((await send(url, '/manifest')).status).toBe(200)
  })

  it.each(limits)('is refused by POST %s also when it does not say how large it is', async (path, bytes, status) => {
    const chunk = `${MB.toString(16)}\r\n${' '.repeat(MB)}\r\n`
    const start = head(path, ['Content-Type: application/json', 'Transfer-Encoding: chunked', 'Connection: close'])
    const answer = await answerTo(url, start + chunk.repeat(bytes / MB + 1) + '0\r\n\r\n')
    expect(answer.split(' ')[1]).toBe(String(status))
  })

  it('is refused when it grows by being inflated', async () => {
    const body = gzipSync(`{"batch":[],"padding":"${' '.repeat(50 * MB)}"}`)
    expect(body.length).toBeLessThan(100 * 1024)
    const start = head('/v1/batch', ['Content-Encoding: gzip', `Content-Length: ${body.length}`, 'Connection: close'])
    const answer = await answerTo(url, Buffer.concat([Buffer.from(start), body]))
    expect(answer).toMatch(/^HTTP\/1\.1 400 [^]*larger than 500 KB/)
  })
})

describe('headers that are too large', () => {
  it('are refused', async () => {
    const answer = await answerTo(url, head('/v1/track', [`X: ${'x'.repeat(20_000)}`]))
    expect(answer).toMatch(/^HTTP\/1\.1 431 [^]*"the headers are too large"/)
  })
})

describe('a client that is slow', () => {
  const portOf = (address: string) => Number(new URL(address).port)

  /** Keeps the connection busy, a byte at a time, until the server ends it. */
  async function trickle(start: string): Promise<string> {
    const socket: Socket = connect(portOf(url), '127.0.0.1')
    let answer = ''
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()))
    socket.on('error', () => undefined)
    socket.write(start)
    const timer = setInterval(() => socket.write('x'), 200)
    await once(socket, 'close')
    clearInterval(timer)
    return answer
  }

  /** Resolves when the server has closed a connection whose client never closes its own side. */
  async function closedByServer(text: string, port: number): Promise<void> {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    socket.resume().on('error', () => undefined)
    socket.write(text)
    // Only a connection that the server has let go of answers with a reset.
    const probing = setInterval(() => socket.write('x'), 200)
    await new Promise((resolve) => socket.on('close', resolve))
    clearInterval(probing)
  }

  /** In which order connections that wait for these were closed. */
  async function orderOfClosing(): Promise<string[]> {
    const closed: string[] = []
    const connections = {
      'a body': head('/v1/track', ['Content-Length: 100000']),
      headers: 'GET /manifest HTTP/1.1\r\n',
      'the next request': `GET /manifest HTTP/1.1\r\nHost: ${new URL(url).host}\r\n\r\n`
    }
    await Promise.all(
      Object.entries(connections).map(([awaited, text]) => answerTo(url, text).then(() => closed.push(awaited)))
    )
    return closed
  }

  const start = (webSocket: number) => ({
    slow: Promise.all([
      ...Array.from({ length: 50 }, () => trickle('GET / HTTP/1.1\r\nX: ')),
      ...Array.from({ length: 50 }, () => trickle(head('/v1/track', ['Content-Length: 100000']))),
      answerTo(url, '')
    ]),
    idle: answerTo(url, `GET /manifest HTTP/1.1\r\nHost: ${new URL(url).host}\r\n\r\n`),
    closed: orderOfClosing(),
    neverClosing: Promise.all(
      ['', 'GET / HTTP/1.1\r\nX: ', 'GARBAGE\r\n\r\n'].map((text) => closedByServer(text, portOf(url)))
    ),
    ofWebSocket: Promise.all(['', 'GET / HTTP/1.1\r\nX: '].map((text) => closedByServer(text, webSocket)))
  })

  /** All at once: each waits for seconds. */
  let clients: ReturnType<typeof start>
  beforeAll(async () => {
    const port = await freePair()
    await new Running(['serve', '--port', String(port)]).url()
    clients = start(port + 1)
  })

  it('is cut off wherever it stops, while others are served', async () => {
    expect((await send(url, '/manifest')).status).toBe(200)
    for (const answer of await clients.slow) {
      expect(answer).toMatch(/^HTTP\/1\.1 408 [^]*"the request was not complete in time"/)
    }
    expect(await clients.idle).toMatch(/^HTTP\/1\.1 200 /)
  })

  it('cannot keep a connection by never closing its side', async () => {
    await clients.neverClosing
  })

  it('has less time for the headers, and until the next request, than for a whole request', async () => {
    expect(await clients.closed).toEqual([expect.any(String), expect.any(String), 'a body'])
  })

  it('is cut off by the WebSocket, too', async () => {
    await clients.ofWebSocket
  })
})
