import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { Hono } from 'hono'
import { serve } from '@hono/node-server'
import type { ServerType } from '@hono/node-server'
import { createEmulator, start } from '..'
import type { Change } from '..'
import { KEPT_BODY_BYTES, KEPT_REQUESTS, RequestLog } from '../request-log'
import { answerOf, NOW, post, useEmulator } from './__helpers__/emulator-client'

const heap = useEmulator({ rateLimits: false, faults: { retryAfter: 1 } })
const event = { app_id: '11', event: 'A', identity: 'ann' }
const read = (path: string) => answerOf(fetch(heap().url + path))

describe('GET /_emulator/...', () => {
  it('lists what is stored, all of it or for one app_id', async () => {
    await post(`${heap().url}/api/track`, event)
    await post(`${heap().url}/api/track`, { ...event, app_id: '22' })
    await post(`${heap().url}/api/add_account_properties`, { app_id: '11', accounts: [{ account_id: 'acme' }] })
    expect(await read('/_emulator/events')).toEqual({ status: 200, body: heap().events() })
    expect(await read('/_emulator/events?app_id=22')).toEqual({ status: 200, body: heap().events('22') })
    expect(await read('/_emulator/users?app_id=11')).toEqual({ status: 200, body: heap().users('11') })
    expect(await read('/_emulator/users?app_id=33')).toEqual({ status: 200, body: [] })
    expect(await read('/_emulator/accounts')).toEqual({
      status: 200,
      body: [{ app_id: '11', account_id: 'acme', properties: {} }]
    })
    expect(await read('/_emulator/requests')).toEqual({ status: 200, body: heap().requests })
    expect(await read('/_emulator/requests?app_id=22')).toEqual({ status: 200, body: [heap().requests[1]] })
    expect([heap().events(), heap().users()].map(({ length }) => length)).toEqual([2, 2])
  })

  it('records requests whole, refused ones included, and their count', async () => {
    await post(`${heap().url}/eu/api/track`, { app_id: '11', events: [{ event: 1 }] })
    await post(`${heap().url}/api/track`, 'no JSON')
    expect(heap().requests).toEqual([
      {
        number: 1,
        received_at: NOW,
        method: 'POST',
        region: 'EU',
        path: '/api/track',
        app_id: '11',
        items: 1,
        bytes: 38,
        body: { app_id: '11', events: [{ event: 1 }] },
        status: 400,
        response: 'postBody.events[0] should have exactly one of identity, user_id',
        fault: null,
        dropped: []
      },
      {
        number: 2,
        received_at: NOW,
        method: 'POST',
        region: 'US',
        path: '/api/track',
        app_id: null,
        items: 0,
        bytes: 7,
        body: 'no JSON',
        status: 400,
        response: { error: 'The body is not valid JSON' },
        fault: null,
        dropped: []
      }
    ])
    expect((await fetch(`${heap().url}/_emulator/requests`)).headers.get('x-total-count')).toBe('2')
  })

  it('lists a request that is nested too deep to be printed', async () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000)
    await post(`${heap().url}/api/track`, `{"app_id":"11","event":"A","identity":"ann","properties":{"a":${deep}}}`)
    expect(await read('/_emulator/requests')).toEqual({
      status: 200,
      body: [{ ...heap().requests[0], body: '(nested too deep)' }]
    })
    expect(
      heap()
        .events()
        .map(({ properties }) => properties)
    ).toEqual([{ a: '' }])
  })
})

describe('POST /_emulator/reset', () => {
  it('empties everything and brings back the faults of the start', async () => {
    const { requests } = heap()
    await post(`${heap().url}/api/track`, event)
    heap().setFaults({ delayMs: 1 })
    expect(await answerOf(post(`${heap().url}/_emulator/reset`, ''))).toEqual({ status: 200, body: {} })
    expect([heap().events(), heap().users(), heap().accounts(), requests]).toEqual([[], [], [], []])
    expect(await read('/_emulator/faults')).toEqual({ status: 200, body: { retryAfter: 1 } })
    await post(`${heap().url}/api/track`, event)
    expect(requests.map(({ number }) => number)).toEqual([1])
  })
})

describe('POST /_emulator/faults', () => {
  const set = (faults: unknown) => answerOf(post(`${heap().url}/_emulator/faults`, faults))

  it('replaces the faults', async () => {
    const faults = { next: [{ status: 503 }, { status: 500 }] }
    expect(await set(faults)).toEqual({ status: 200, body: faults })
    expect((await post(`${heap().url}/api/track`, event)).status).toBe(503)
    expect(await read('/_emulator/faults')).toEqual({ status: 200, body: { next: [{ status: 500 }] } })
  })

  it('refuses what is no fault and keeps the old ones', async () => {
    expect(await set({ x: 1 })).toEqual({ status: 400, body: { error: "faults should NOT have a property 'x'" } })
    expect(await set('{')).toEqual({ status: 400, body: { error: 'The body is not valid JSON' } })
    expect(await read('/_emulator/faults')).toEqual({ status: 200, body: { retryAfter: 1 } })
  })
})

describe('start', () => {
  it.each([
    ['GET', '/api/track', 405, 'GET is not allowed here, only POST'],
    ['DELETE', '/eu/api/track', 405, 'DELETE is not allowed here, only POST'],
    ['POST', '/api/nothing', 404, 'No POST route here'],
    ['GET', '/', 404, 'No GET route here'],
    ['GET', '/_emulator/nothing', 404, 'No GET route here']
  ])('answers %s %s with %i', async (method, path, status, error) => {
    expect(await answerOf(fetch(heap().url + path, { method }))).toEqual({ status, body: { error } })
  })

  it.each([
    ['a line of nonsense', 'NONSENSE\r\n\r\n', '400 Bad Request', 'Malformed HTTP request'],
    [
      'a header of 20 kB',
      `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
      '431 Request Header Fields Too Large',
      'Malformed HTTP request'
    ],
    [
      'a host that is none',
      'GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n',
      '400 Bad Request',
      'RequestError: Invalid URL'
    ]
  ])('answers %s as JSON and stays up', async (_name, text, status, error) => {
    const answer = await raw(text)
    expect(answer.split('\r\n')[0]).toBe(`HTTP/1.1 ${status}`)
    expect(JSON.parse(answer.split('\r\n\r\n')[1])).toEqual({ error })
    expect((await read('/_emulator/events')).status).toBe(200)
  })

  it('rejects when the port is taken', async () => {
    const port = Number(new URL(heap().url).port)
    await expect(start({ port })).rejects.toThrow('EADDRINUSE')
  })

  it('rejects wrong faults', async () => {
    await expect(start({ faults: { delayMs: -1 } })).rejects.toThrow('faults.delayMs should be >= 0')
  })

  it('takes 50,000 events in bodies of 1,000 and keeps each once when all are sent twice', async () => {
    for (let round = 0; round < 2; round++) {
      for (let batch = 0; batch < 50; batch++) {
        const events = Array.from({ length: 1000 }, (_, at) => {
          const key = `message-${batch}-${at}`
          return { event: 'E', user_identifier: { anonymous_id: `anon-${batch}-${at}` }, idempotency_key: key }
        })
        await post(`${heap().url}/api/integrations/track`, { app_id: '11', events })
      }
    }
    expect(heap().events().length).toBe(50_000)
  })

  function raw(text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(Number(new URL(heap().url).port), '127.0.0.1', () => socket.write(text))
      let answer = ''
      socket.on('data', (chunk) => (answer += chunk.toString()))
      socket.on('close', () => resolve(answer)).on('error', reject)
    })
  }
})

describe('createEmulator', () => {
  const request = (body: unknown) => ({ method: 'POST', body: JSON.stringify(body) })
  let server: ServerType | undefined

  afterEach(async () => {
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)))
    server = undefined
  })

  async function listen(app: Hono): Promise<string> {
    const { port } = await new Promise<AddressInfo>((resolve) => {
      server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1', overrideGlobalObjects: false }, resolve)
    })
    return `http://127.0.0.1:${port}`
  }

  it('answers in process', async () => {
    const emulator = createEmulator()
    expect((await emulator.app.request('/api/track', request(event))).status).toBe(200)
    expect(emulator.events().map(({ event: name }) => name)).toEqual(['A'])
  })

  it('stands for a reset with a network error in process', async () => {
    const emulator = createEmulator({ faults: { next: [{ reset: 'before' }] } })
    expect((await emulator.app.request('/api/track', request(event))).type).toBe('error')
  })

  it('works below a path of a server of another, resets included', async () => {
    const emulator = createEmulator({ faults: { next: [{ pass: true }, { reset: 'after' }] } })
    const outer = new Hono().route('/heap', emulator.app)
    outer.notFound((context) => context.text('outer', 404))
    const url = await listen(outer)
    expect(await answerOf(post(`${url}/heap/eu/api/track`, event))).toEqual({ status: 200, body: {} })
    await expect(post(`${url}/heap/api/track`, event)).rejects.toThrow('fetch failed')
    expect(await answerOf(fetch(`${url}/heap/api/x`))).toEqual({ status: 404, body: { error: 'No GET route here' } })
    expect(await answerOf(fetch(`${url}/heap`))).toEqual({ status: 404, body: 'outer' })
    expect(emulator.requests.map(({ region, path }) => region + path)).toEqual(['EU/api/track', 'US/api/track'])
    expect(emulator.events()).toHaveLength(2)
  })

  it('tells listeners of changes until they leave', async () => {
    const emulator = createEmulator()
    const changes: Change[] = []
    const leave = emulator.onChange((change) => changes.push(change))
    await emulator.app.request('/api/track', request(event))
    const [first] = emulator.requests
    emulator.reset()
    leave()
    emulator.reset()
    expect(changes).toEqual([{ type: 'request', request: first }, { type: 'reset' }])
  })
})

describe('RequestLog', () => {
  const request = (bytes: number) => ({
    received_at: NOW,
    method: 'POST',
    region: 'US' as const,
    path: '/api/track',
    app_id: '11',
    items: 1,
    bytes,
    body: {},
    status: 200,
    response: {},
    fault: null,
    dropped: []
  })

  it('keeps the newest requests and counts all', () => {
    const log = new RequestLog()
    for (let sent = 0; sent < KEPT_REQUESTS + 2; sent++) log.add(request(1))
    expect([log.requests.length, log.requests[0].number, log.count]).toEqual([KEPT_REQUESTS, 3, KEPT_REQUESTS + 2])
  })

  it('keeps older requests while their bodies fit, and the newest however large', () => {
    const log = new RequestLog()
    const kept = [KEPT_BODY_BYTES - 1, 1, 1, KEPT_BODY_BYTES + 1].map((bytes) => {
      log.add(request(bytes))
      return log.requests.map(({ number }) => number)
    })
    expect(kept).toEqual([[1], [1, 2], [2, 3], [4]])
  })

  it('has room for a full load of bodies again once cleared', () => {
    const log = new RequestLog()
    log.add(request(KEPT_BODY_BYTES))
    log.clear()
    for (const bytes of [KEPT_BODY_BYTES - 1, 1]) log.add(request(bytes))
    expect(log.requests.map(({ number }) => number)).toEqual([1, 2])
  })
})
