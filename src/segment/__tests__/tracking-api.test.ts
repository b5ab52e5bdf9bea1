import { gzipSync } from 'node:zlib'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { QUEUE_FULL, trackingApi } from '../tracking-api'
import type { SegmentMessage } from '../message'
import { listen } from './__helpers__/listen'
import type { Listening } from './__helpers__/listen'

const NOW = '2026-11-23T20:03:14.000Z'
const BASIC = `Basic ${Buffer.from('WRITEKEY:').toString('base64')}`

let server: Listening
let accepted: { messages: SegmentMessage[]; writeKey: string }[]
let full: boolean

beforeAll(async () => {
  const accept = async (messages: SegmentMessage[], { writeKey }: { writeKey: string }) => {
    if (full) return QUEUE_FULL
    accepted.push({ messages, writeKey })
    return undefined
  }
  server = await listen(trackingApi({ accept, now: () => new Date(NOW) }))
})
beforeEach(() => {
  accepted = []
  full = false
})
afterAll(() => server.close())

async function post(path: string, body: unknown, headers: Record<string, string> = {}) {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  const response = await fetch(server.url + path, {
    method: 'POST',
    headers: { authorization: BASIC, 'content-type': 'application/json', ...headers },
    body: new Uint8Array(bytes)
  })
  return { status: response.status, headers: response.headers, body: await response.json() }
}

const refusal = (message: string) => ({ success: false, error: { message } })
const single = (fields: object) => ({ type: 'track', event: 'E', userId: 'u', messageId: 'm', ...fields })
const received = (fields: object) => ({
  type: 'track',
  event: 'E',
  userId: 'u',
  messageId: 'm',
  timestamp: NOW,
  originalTimestamp: NOW,
  receivedAt: NOW,
  ...fields
})

describe('POST /v1/batch', () => {
  const library = { library: { name: '@segment/analytics-node', version: '3.1.0' } }
  const metadata = { nodeVersion: 'v20.20.2', jsRuntime: 'node' }
  const identify = {
    timestamp: '2026-11-23T20:02:39.383Z',
    integrations: {},
    type: 'identify',
    userId: 'user-1',
    traits: { email: 'a@b.c', born: '1970-01-01T00:00:00.000Z' },
    context: library,
    messageId: 'node-next-1795464159383-f183ff6b-e0eb-4339-b79d-e67a44947ec5',
    _metadata: metadata
  }
  const track = {
    timestamp: '2020-01-01T00:00:00.000Z',
    integrations: {},
    event: 'Order Completed',
    type: 'track',
    properties: { when: '1970-01-01T00:00:00.000Z', foo: { bar: [1, 2] } },
    context: { ip: '1.2.3.4', ...library },
    userId: 'user-1',
    messageId: 'm-1',
    _metadata: metadata
  }
  const sentAt = '2026-11-23T20:02:39.391Z'
  const body = { batch: [identify, track], writeKey: 'WRITEKEY', sentAt }
  const messages = [
    {
      ...identify,
      timestamp: '2026-11-23T20:03:13.992Z',
      originalTimestamp: '2026-11-23T20:02:39.383Z',
      receivedAt: NOW,
      sentAt
    },
    {
      ...track,
      timestamp: '2020-01-01T00:00:34.609Z',
      originalTimestamp: '2020-01-01T00:00:00.000Z',
      receivedAt: NOW,
      sentAt
    }
  ]

  it('accepts what analytics-node sends', async () => {
    const answer = await post('/v1/batch', body, { 'user-agent': 'analytics-node-next/latest', 'x-retry-count': '1' })
    expect(answer).toMatchObject({ status: 200, body: { success: true } })
    expect(accepted).toStrictEqual([{ messages, writeKey: 'WRITEKEY' }])
  })

  it('accepts gzip from analytics-python', async () => {
    const answer = await post('/v1/batch', gzipSync(JSON.stringify(body)), { 'content-encoding': 'gzip' })
    expect(answer).toMatchObject({ status: 200, body: { success: true } })
    expect(accepted).toStrictEqual([{ messages, writeKey: 'WRITEKEY' }])
  })

  it('takes the write key from Basic authentication alone', async () => {
    await post('/v1/batch', { batch: body.batch, sentAt }, { authorization: `Basic ${btoa('OTHER:')}` })
    expect(accepted).toStrictEqual([{ messages, writeKey: 'OTHER' }])
  })

  it('takes the write key from the body when the header is a Bearer token', async () => {
    await post('/v1/batch', body, { authorization: 'Bearer token' })
    expect(accepted).toStrictEqual([{ messages, writeKey: 'WRITEKEY' }])
  })

  it('merges the context and integrations of the batch under those of each message', async () => {
    const batch = [single({ context: { ip: '2.2.2.2' } }), single({ integrations: { All: false } })]
    await post('/v1/batch', { batch, context: { ip: '1.1.1.1', app: 'x' }, integrations: { All: true, Heap: true } })
    expect(accepted[0].messages).toStrictEqual([
      received({ context: { ip: '2.2.2.2', app: 'x' }, integrations: { All: true, Heap: true } }),
      received({ context: { ip: '1.1.1.1', app: 'x' }, integrations: { All: false, Heap: true } })
    ])
  })

  it('accepts the good messages and names every bad one', async () => {
    const answer = await post('/v1/batch', {
      batch: [single({}), single({ userId: '' }), 7, single({ type: 'nope' }), single({ messageId: 'm2' })]
    })
    const refused = [
      { index: 1, message: 'userId and anonymousId are both missing; send at least one of them' },
      { index: 2, message: 'the message must be a JSON object' },
      { index: 3, message: 'type must be one of identify, track, page, screen, group, alias; got "nope"' }
    ]
    const message =
      'batch[1]: userId and anonymousId are both missing; send at least one of them; ' +
      'batch[2]: the message must be a JSON object; ' +
      'batch[3]: type must be one of identify, track, page, screen, group, alias; got "nope" ' +
      '(messages accepted: 2, refused: 3)'
    expect(answer).toMatchObject({ status: 400, body: { success: false, error: { message, refused } } })
    expect(accepted).toStrictEqual([{ messages: [received({}), received({ messageId: 'm2' })], writeKey: 'WRITEKEY' }])
  })

  it('lists no more than 20 bad messages', async () => {
    const { body } = await post('/v1/batch', { batch: Array(25).fill(1) })
    expect(body.error.refused).toHaveLength(20)
    expect(body.error.message).toMatch(
      /batch\[19\]: the message must be a JSON object; and 5 more \(messages accepted: 0, refused: 25\)$/
    )
  })

  it('accepts 500 KB and refuses a byte more, plain or inflated', async () => {
    const filler = JSON.stringify({ batch: [single({})], filler: '' })
    const exact = JSON.stringify({ batch: [single({})], filler: 'x'.repeat(500 * 1024 - filler.length) })
    const tooLarge = refusal('the body is larger than 500 KB; the limit is 500 KB a request and 32 KB a message')
    expect(await post('/v1/batch', exact)).toMatchObject({ status: 200 })
    expect(await post('/v1/batch', `${exact} `)).toMatchObject({ status: 400, body: tooLarge })
    expect(await post('/v1/batch', gzipSync(exact), { 'content-encoding': 'gzip' })).toMatchObject({ status: 200 })
    expect(await post('/v1/batch', gzipSync(`${exact} `), { 'content-encoding': 'gzip' })).toMatchObject({
      status: 400,
      body: tooLarge
    })
    expect(accepted).toHaveLength(2)
  })

  it('refuses a gzip bomb', async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024))
    expect(await post('/v1/batch', bomb, { 'content-encoding': 'gzip' })).toMatchObject({ status: 400 })
  })

  it('answers a client that sends far more than it should', async () => {
    const answer = await post('/v1/batch', Buffer.alloc(30 * 1024 * 1024, 'x'))
    expect(answer).toMatchObject({ status: 400 })
  })

  it('answers a client that takes its time to send more than it should, and reads nothing before', async () => {
    const half = 'x'.repeat(600 * 1024)
    const head = `POST /v1/batch HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${2 * half.length}\r\nConnection: close\r\n\r\n`
    const socket = connect(server.port, '127.0.0.1').pause()
    socket.write(head + half)
    // Longer than the server's adapter waits for what is left of a body once it is answered.
    await delay(700)
    socket.write(half)
    expect((await buffer(socket)).toString()).toMatch(/^HTTP\/1\.1 400 /)
  })

  it('refuses a message over 32 KB and names it', async () => {
    const message = single({ properties: { text: '' } })
    const room = 32 * 1024 - JSON.stringify(message).length
    const batch = [
      single({ properties: { text: 'é'.repeat(room / 2) + 'x'.repeat(room % 2) } }),
      single({ properties: { text: 'x'.repeat(room + 1) } })
    ]
    const text = 'the message takes 32769 bytes; the limit is 32 KB (32768 bytes)'
    expect((await post('/v1/batch', { batch })).body.error.refused).toStrictEqual([{ index: 1, message: text }])
    expect(accepted[0].messages).toHaveLength(1)
  })

  it('takes nothing and asks to come back when the queue is full', async () => {
    full = true
    const answer = await post('/v1/batch', { batch: [single({}), 1] })
    expect(answer).toMatchObject({
      status: 429,
      body: refusal('the queue is full and nothing was accepted; send the request again')
    })
    expect(answer.headers.get('retry-after')).toBe('1')
    expect(answer.headers.get('access-control-expose-headers')).toBe('retry-after')
  })

  it('accepts an empty batch', async () => {
    expect(await post('/v1/batch', { batch: [] })).toMatchObject({ status: 200, body: { success: true } })
    expect(accepted).toStrictEqual([])
  })

  it.each([
    ['no array', { batch: {} }, 'batch must be an array of messages'],
    ['a context that is not an object', { batch: [], context: 'x' }, 'context of the batch must be a JSON object'],
    [
      'integrations that are not an object',
      { batch: [], integrations: [1] },
      'integrations of the batch must be a JSON object'
    ]
  ])('refuses %s', async (_case, body, message) => {
    expect(await post('/v1/batch', body)).toMatchObject({ status: 400, body: refusal(message) })
  })
})

describe('POST /v1/import', () => {
  it('accepts the same body as batch', async () => {
    expect(await post('/v1/import', { batch: [single({})] })).toMatchObject({ status: 200, body: { success: true } })
    expect(accepted).toStrictEqual([{ messages: [received({})], writeKey: 'WRITEKEY' }])
  })
})

describe('POST /v1/b', () => {
  it('accepts react-native: no header, the write key in the body', async () => {
    const response = await fetch(`${server.url}/v1/b`, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ batch: [single({})], sentAt: NOW, writeKey: 'MOBILE' })
    })
    expect(response.status).toBe(200)
    expect(accepted).toStrictEqual([{ messages: [received({ sentAt: NOW })], writeKey: 'MOBILE' }])
  })

  it('accepts kotlin: chunked gzip as text/plain', async () => {
    const body = gzipSync(JSON.stringify({ batch: [single({})], writeKey: 'MOBILE' }))
    const status = await new Promise((resolve) => {
      const headers = { 'content-type': 'text/plain', 'content-encoding': 'gzip' }
      const outgoing = httpRequest(`${server.url}/v1/b`, { method: 'POST', headers }, (incoming) => {
        incoming.resume()
        resolve(incoming.statusCode)
      })
      outgoing.write(body.subarray(0, 20))
      outgoing.end(body.subarray(20))
    })
    expect(status).toBe(200)
    expect(accepted).toStrictEqual([{ messages: [received({})], writeKey: 'MOBILE' }])
  })
})

describe('POST /v1/<type>', () => {
  it('accepts what analytics.js sends as text/plain', async () => {
    const sent = {
      timestamp: '2026-11-23T20:03:13.286Z',
      integrations: { 'Segment.io': true },
      event: 'Order Completed',
      type: 'track',
      properties: { when: '1970-01-01T00:00:00.000Z', foo: { bar: [1, 2] } },
      context: {
        page: { path: '/', referrer: '', search: '', title: 't', url: 'http://127.0.0.1:43579/' },
        locale: 'en-US',
        library: { name: 'analytics.js', version: 'npm:next-1.84.3' },
        timezone: 'UTC'
      },
      messageId: 'ajs-next-1795464193286-850c11c2-fadd-424f-9be7-03f9a9b13ee6',
      userId: 'user-1',
      anonymousId: '12f919b5-850c-41c2-badd-524f9be703f9',
      _metadata: { bundled: ['Segment.io'], unbundled: [], bundledIds: [] }
    }
    const sentAt = '2026-11-23T20:03:13.292Z'
    const answer = await post('/v1/t', { ...sent, writeKey: 'WRITEKEY', sentAt }, { 'content-type': 'text/plain' })
    expect(answer).toMatchObject({ status: 200, body: { success: true } })
    const times = { originalTimestamp: sent.timestamp, timestamp: '2026-11-23T20:03:13.994Z', receivedAt: NOW, sentAt }
    expect(accepted).toStrictEqual([{ messages: [{ ...sent, ...times }], writeKey: 'WRITEKEY' }])
  })

  it('accepts a page call before any identify', async () => {
    const answer = await post('/v1/p', single({ type: 'page', event: undefined, userId: null, anonymousId: 'a' }))
    expect(answer.status).toBe(200)
    const { event: _event, ...page } = received({ type: 'page', userId: null, anonymousId: 'a' })
    expect(accepted[0].messages).toStrictEqual([page])
  })

  it.each([
    ['identify', 'identify'],
    ['track', 'track'],
    ['page', 'page'],
    ['screen', 'screen'],
    ['group', 'group'],
    ['alias', 'alias'],
    ['i', 'identify'],
    ['t', 'track'],
    ['p', 'page'],
    ['s', 'screen'],
    ['g', 'group'],
    ['a', 'alias']
  ])('takes a missing type from the path /v1/%s', async (path, type) => {
    expect(await post(`/v1/${path}`, single({ type: undefined }))).toMatchObject({
      status: 200,
      body: { success: true }
    })
    expect(accepted).toStrictEqual([{ messages: [received({ type })], writeKey: 'WRITEKEY' }])
  })

  it('answers a refused message by its problem alone', async () => {
    expect(await post('/v1/track', single({ userId: undefined }))).toMatchObject({
      status: 400,
      body: refusal('userId and anonymousId are both missing; send at least one of them')
    })
  })
})

describe('POST /v1/m', () => {
  it('swallows metrics', async () => {
    expect(await post('/v1/m', { series: [] })).toMatchObject({ status: 200, body: { success: true } })
    expect(accepted).toStrictEqual([])
  })
})

describe('OPTIONS /v1/t', () => {
  it('allows any origin to send the authorization header', async () => {
    const response = await fetch(`${server.url}/v1/t`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://shop.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization'
      }
    })
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(response.headers.get('access-control-allow-methods')).toBe('POST')
    expect(response.headers.get('access-control-allow-headers')).toBe('content-type,authorization,x-retry-count')
  })

  it.each([['accepted', single({}), 200] as const, ['refused', '{', 400] as const])(
    'lets the page read the answer to an %s call',
    async (_case, body, status) => {
      const answer = await post('/v1/t', body, { origin: 'https://shop.example' })
      expect(answer.status).toBe(status)
      expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    }
  )
})

describe('trackingApi', () => {
  it.each([
    ['no header and no write key in the body', ''],
    ['Basic authentication without a user', `Basic ${btoa(':secret')}`]
  ])('answers 401 to %s', async (_case, authorization) => {
    expect(await post('/v1/track', single({}), { authorization })).toMatchObject({
      status: 401,
      body: refusal('no write key; send it as the user of Basic authentication or as writeKey in the body')
    })
    expect(accepted).toStrictEqual([])
  })

  it.each([
    ['an array', '[]', 'the body must be a JSON object'],
    ['null', 'null', 'the body must be a JSON object'],
    ['an unknown encoding', '{}', 'Content-Encoding "br" is not supported; send gzip or plain JSON', 'br'],
    ['what is not gzip', '{}', 'the body is not valid gzip', 'gzip']
  ])('refuses %s', async (_case, body, message, encoding = 'identity') => {
    const answer = await post('/v1/batch', body, { 'content-encoding': encoding })
    expect(answer).toMatchObject({ status: 400, body: refusal(message) })
  })

  it('refuses bodies of a million brackets', async () => {
    expect(await post('/v1/track', '['.repeat(500_000))).toMatchObject({ status: 400 })
    const deep = `{"userId":"u","properties":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}`
    expect(await post('/v1/track', deep)).toMatchObject({
      status: 400,
      body: refusal('the message is nested deeper than 500 levels; flatten its properties or traits')
    })
  })

  it('stays up through 1,000 malformed requests', async () => {
    const bodies = ['', '{', 'null', '[]', '"x"', '{"type":"track"}', '{"batch":[null]}', '\u0000', '{"batch":"x"}']
    const statuses = new Set<number>()
    for (let i = 0; i < 1000; i++) {
      const { status, body } = await post(i % 2 ? '/v1/batch' : '/v1/track', bodies[i % bodies.length])
      expect(body.success).toBe(false)
      statuses.add(status)
    }
    expect([...statuses]).toStrictEqual([400])
    expect(await post('/v1/track', single({}))).toMatchObject({ status: 200, body: { success: true } })
    expect(accepted).toStrictEqual([{ messages: [received({})], writeKey: 'WRITEKEY' }])
  })
})

describe('onClientError', () => {
  function raw(text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(server.port, '127.0.0.1', () => socket.write(text))
      let answer = ''
      socket.on('data', (chunk: Buffer) => (answer += chunk.toString()))
      socket.on('end', () => resolve(answer))
      socket.on('error', reject)
    })
  }

  it.each([
    ['what is not HTTP', 'hello\r\n\r\n', 'HTTP/1.1 400 Bad Request'],
    [
      'headers that are too large',
      `GET / HTTP/1.1\r\nx: ${'y'.repeat(20_000)}`,
      'HTTP/1.1 431 Request Header Fields Too Large'
    ]
  ])('answers %s with a JSON error', async (_case, text, line) => {
    const [head, body] = (await raw(text)).split('\r\n\r\n')
    expect(head.split('\r\n')).toStrictEqual([
      line,
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
      'Connection: close'
    ])
    expect(JSON.parse(body)).toStrictEqual({ success: false, error: { message: expect.any(String) } })
  })
})
