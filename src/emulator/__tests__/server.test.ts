import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { Hono } from 'hono'
import { serve } from '@hono/node-server'
import type { ServerType } from '@hono/node-server'
import { createEmulator, start } from '..'
import type { Change } from '..'
import { answerOf, post, useEmulator } from './__helpers__/emulator-client'

const heap = useEmulator({ rateLimits: false })
const event = { app_id: '11', event: 'A', identity: 'ann' }
const read = (path: string) => answerOf(fetch(heap().url + path))

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

  it('takes 10,000 events in bodies of 1,000 and keeps each once when all are sent twice', async () => {
    for (let round = 0; round < 2; round++) {
      for (let batch = 0; batch < 10; batch++) {
        const events = Array.from({ length: 1000 }, (_, at) => {
          const key = `message-${batch}-${at}`
          return { event: 'E', user_identifier: { anonymous_id: `anon-${batch}-${at}` }, idempotency_key: key }
        })
        await post(`${heap().url}/api/integrations/track`, { app_id: '11', events })
      }
    }
    expect(heap().events().length).toBe(10_000)
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

  it('notifies listeners of changes until they leave', async () => {
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
