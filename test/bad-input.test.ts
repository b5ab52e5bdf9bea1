import { request } from 'http'
import { connect } from 'net'
import { endAll, Running } from './cli/__helpers__/command-line'
import { freePair } from './cli/__helpers__/ports'

const nested = (levels: number) => '{"a":'.repeat(levels) + '1' + '}'.repeat(levels)

const good = (id: string) => ({ type: 'track', event: 'Good', userId: 'user-1', messageId: id })

const preview = (event: unknown) => JSON.stringify({ action: 'trackEvent', event, mapping: {} })

/** Input that the Tracking API or the page itself refuses: body, status and what the answer tells. */
const refused: [string, string, string, number, RegExp][] = [
  ['no user', '/v1/track', '{"event":"E"}', 400, /userId.*anonymousId/],
  ['an id that is an object', '/v1/track', '{"event":"E","userId":{"a":1}}', 400, /userId/],
  ['text that is no JSON', '/v1/track', '{"event":', 400, /JSON/],
  ['a list', '/v1/track', '[1]', 400, /object/],
  ['nesting of 501 levels', '/v1/track', `{"event":"E","userId":"u","properties":${nested(501)}}`, 400, /500/],
  ['nesting of 3,000 levels', '/v1/track', `{"event":"E","userId":"u","properties":${nested(3000)}}`, 400, /500/],
  [
    'a message over 32 KB',
    '/v1/track',
    `{"event":"E","userId":"u","properties":{"x":"${'x'.repeat(33000)}"}}`,
    400,
    /32/
  ],
  [
    'a batch over 500 KB',
    '/v1/batch',
    `{"batch":[${`{"type":"track","event":"E","userId":"u"},`.repeat(13000)}{}]}`,
    400,
    /500/
  ],
  ['a batch that is not a list', '/v1/batch', '{"batch":{}}', 400, /batch/],
  ['an unknown type', '/v1/batch', '{"batch":[{"type":"shout","userId":"u"}]}', 400, /batch\[0\].*type/],
  ['a context that is not an object', '/v1/track', '{"event":"E","userId":"u","context":7}', 400, /context/],
  ['a timestamp that is none', '/v1/track', '{"event":"E","userId":"u","timestamp":"soon"}', 400, /timestamp/],
  ['1,001 events of the page', '/_page/preview', preview(Array(1001).fill({})), 400, /at most 1000/],
  ['no event of the page', '/_page/preview', preview([]), 400, /no event/],
  ['a mapping of the page that is not an object', '/_page/preview', preview({}).replace('{}}', '7}'), 400, /mapping/]
]

const settings = { appId: '11' }
const track = { type: 'track', event: 'E', userId: 'u', messageId: 'message-1' }

/** Input that only an action can judge: what is sent and what the outcome tells. */
const invalid: [string, string, object, RegExp][] = [
  ['no id', '/trackEvent', { settings, payload: { ...track, userId: null } }, /`identity` and `anonymous_id`/],
  ['no event name', '/trackEvent', { settings, payload: { ...track, event: undefined } }, /`event` is missing/],
  [
    'an identity too long',
    '/trackEvent',
    { settings, payload: { ...track, userId: 'u'.repeat(256) } },
    /`identity` has 256/
  ],
  [
    'no membership',
    '/syncAudience',
    { settings, payload: track, mapping: { audience_key: 'k' } },
    /Not an audience membership/
  ],
  [
    'a wrong App ID',
    '/trackEvent',
    { settings: { appId: 'abc' }, payload: track },
    /`appId` must be Heap's numeric App ID/
  ],
  ['no App ID', '/trackEvent', { settings: {}, payload: track }, /appId/]
]

describe('bad input to a running server', () => {
  let url: string
  beforeAll(async () => {
    url = await new Running(['serve', '--port', String(await freePair()), '--no-rate-limits']).url()
  })
  afterAll(endAll)

  function post(path: string, body: string): Promise<Response> {
    const headers = { 'content-type': 'application/json', authorization: `Basic ${btoa('key:')}` }
    return fetch(url + path, { method: 'POST', headers, body })
  }

  async function arrives(id: string): Promise<boolean> {
    const events = (await (await fetch(`${url}/_emulator/events`)).json()) as { idempotency_key: string }[]
    return events.some(({ idempotency_key }) => idempotency_key === id)
  }

  /** The proof that nothing was harmed: the next good event arrives. */
  async function expectGoodEventToArrive(id: string): Promise<void> {
    expect((await post('/v1/track', JSON.stringify(good(id)))).status).toBe(200)
    while (!(await arrives(id))) await new Promise((resolve) => setTimeout(resolve, 20))
  }

  it.each(refused)('is refused with a reason: %s', async (name, path, body, status, reason) => {
    const answer = await post(path, body)
    expect(answer.headers.get('content-type')).toMatch(/application\/json/)
    expect({ status: answer.status, text: await answer.text() }).toStrictEqual({
      status,
      text: expect.stringMatching(reason)
    })
    await expectGoodEventToArrive(`after ${name}`)
  })

  it.each(invalid)('is an error of its event alone: %s', async (name, path, body, reason) => {
    const answer = await post(path, JSON.stringify(body))
    expect(answer.status).toBe(200)
    expect(await answer.json()).toStrictEqual([
      expect.objectContaining({ requestError: true, message: expect.stringMatching(reason) })
    ])
    await expectGoodEventToArrive(`after action: ${name}`)
  })

  it('delivers the good events of a batch and names the bad one', async () => {
    const batch = [good('batch-0'), { type: 'track', event: 'E' }, good('batch-2')]
    const answer = await post('/v1/batch', JSON.stringify({ batch }))
    expect(answer.status).toBe(400)
    expect(await answer.text()).toMatch(/batch\[1\]/)
    for (const id of ['batch-0', 'batch-2']) {
      while (!(await arrives(id))) await new Promise((resolve) => setTimeout(resolve, 20))
    }
  })

  it('answers after 1,000 malformed requests in a row', async () => {
    const bodies = ['{', '"', '[]', 'null', '{"batch":null}', '\u0000', '{"userId":{}}', '1e999']
    for (let index = 0; index < 980; index++) {
      const answer = await post(index % 2 ? '/v1/track' : '/v1/batch', bodies[index % bodies.length])
      expect(answer.status).toBe(400)
    }
    for (let index = 0; index < 20; index++) expect(await rawAnswer('GARBAGE\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /)
    await expectGoodEventToArrive('after the flood')
  })

  it('refuses a gzip body that is none', async () => {
    const status = await new Promise((resolve, reject) => {
      const headers = { 'content-encoding': 'gzip', authorization: `Basic ${btoa('key:')}` }
      const sending = request(`${url}/v1/batch`, { method: 'POST', headers }, (answer) => resolve(answer.statusCode))
      sending.on('error', reject).end('not gzip')
    })
    expect(status).toBe(400)
    await expectGoodEventToArrive('after gzip')
  })

  function rawAnswer(text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      let answer = ''
      const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text))
      socket.on('data', (chunk: Buffer) => (answer += chunk.toString()))
      socket.on('close', () => resolve(answer)).on('error', reject)
    })
  }
})
