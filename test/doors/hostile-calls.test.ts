import { connect } from 'node:net'
import { endAll, Running } from '../cli/__helpers__/command-line'
import { post, storedEvents } from '../cli/__helpers__/tracking'
import { send } from './__helpers__/raw-request'

const SECRET = 'k3y-that-nobody-may-see'

let server: Running
let url: string
beforeAll(async () => {
  server = new Running(['serve', '--noUI', '--port', '0', '--api-key', SECRET])
  url = await server.url()
})
afterAll(endAll)

const writeKey = 'key'
const call = (fields: object) => ({ type: 'track', userId: 'ann', event: 'E', ...fields })

/** Nothing that came before has ended the server, or what it had accepted. */
async function expectDelivered(event: string): Promise<void> {
  await post(`${url}/v1/track`, { writeKey, userId: 'ann', event, messageId: event })
  await server.printed(new RegExp(`${event} .*→ /api/track 200`))
  expect((await storedEvents(url)).map((stored) => stored.event)).toContain(event)
}

describe('a call with a name or an ID that is not text', () => {
  const values: unknown[] = [
    { toString: 1 },
    { toString: null, valueOf: null },
    ['x', { toString: {} }],
    { toJSON: 1 },
    [],
    7,
    true
  ]

  it.each(['track', 'page', 'screen', 'group', 'identify', 'alias'])('harms no other one: %s', async (type) => {
    const batch = values.map((value) => ({ ...call({ type }), event: value, name: value, groupId: value }))
    const { status } = await post(`${url}/v1/batch`, { writeKey, batch })
    expect(status).toBe(200)
    await expectDelivered(`After ${type}`)
  })
})

describe('what the messages of a batch share', () => {
  const batch = Array.from({ length: 9_000 }, () => ({ type: 'page', userId: 'u' }))

  it.each([
    ['many lists', { a: Array.from({ length: 40_000 }, () => []) }],
    ['long text', { a: 'x'.repeat(100_000) }]
  ])('is refused when it is too much for so many of them: %s', async (_name, context) => {
    expect(await post(`${url}/v1/batch`, { writeKey, context, batch })).toEqual({
      status: 400,
      body: {
        success: false,
        error: {
          message: 'context and integrations of the batch are too large for so many messages; send fewer at once'
        }
      }
    })
  })

  it('is refused when it is nested too deep', async () => {
    const context = JSON.parse('{"a":'.repeat(501) + '1' + '}'.repeat(501)) as object
    const { status, body } = await post(`${url}/v1/batch`, { writeKey, context, batch: [call({})] })
    expect({ status, body: JSON.stringify(body) }).toEqual({
      status: 400,
      body: expect.stringContaining('nested deeper than 500 levels')
    })
  })

  it('is refused with 400 when no stack could hold it', async () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000)
    const body = `{"writeKey":"${writeKey}","batch":${deep}}`
    const { status } = await fetch(`${url}/v1/batch`, { method: 'POST', body })
    expect(status).toBe(400)
  })

  it('counts for each of them as far as it is usual', async () => {
    const context = { library: { name: 'analytics-python' } }
    const { status } = await post(`${url}/v1/batch`, { writeKey, context, batch: batch.slice(0, 2_000) })
    expect(status).toBe(200)
  })
})

describe('a line in the log', () => {
  it('holds no part of a secret, wherever an answer would be cut', async () => {
    for (const before of [0, 20, 30, 39, 200]) {
      await post(`${url}/v1/track`, { writeKey, userId: 'ann', type: 'x'.repeat(before) + SECRET })
      await fetch(`${url}/v1/track`, { method: 'POST', body: `{"a": ${' '.repeat(before)}x${SECRET}}` })
    }
    await expectDelivered('After secrets')
    expect(server.stdout).not.toContain(SECRET.slice(0, 8))
  })

  it('turns nothing around on a terminal', async () => {
    await post(`${url}/v1/track`, { writeKey, ...call({ event: 'left\u202eright\u2066\u200f\u061c\u001b[2J' }) })
    await server.printed(/left right {1,5}\[2J/)
  })

  it('says that a body was broken off, not that the server has failed', async () => {
    const head = `POST /v1/track HTTP/1.1\r\nHost: ${new URL(url).host}\r\nContent-Length: 100\r\n\r\n{`
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.end(head, () => socket.destroy()))
    await server.printed(/→ rejected 400\n +the body was broken off/)
    expect((await send(url, '/manifest')).status).toBe(200)
  })
})
