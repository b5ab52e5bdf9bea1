import { SEGMENT_APP_ORIGINS } from '../../src/segment/tester/actions-tester'
import { endAll, Running } from '../cli/__helpers__/command-line'
import { storedEvents } from '../cli/__helpers__/tracking'
import { send } from './__helpers__/raw-request'
import type { RawAnswer } from './__helpers__/raw-request'

const REFUSED = { status: 403, text: '{"error":"Pages of another origin are not allowed to do this."}' }

const EVENT = { type: 'track', event: 'Tested', userId: 'ann', messageId: 'message-1' }
const TESTED = JSON.stringify({ settings: { appId: '11' }, payload: EVENT })
const FAULTS = '{"status":{"503":1}}'
const VISIT = '{"app_id":"11","user_id":"7","call":"track","event":"Welcome","properties":{}}'

/** Everything that changes or sends something, with a body that it takes. */
const TESTER: [path: string, body: string][] = [
  ['/trackEvent', TESTED],
  ['/identifyUser', TESTED],
  ['/authenticate', '{"appId":"11"}'],
  ['/delete', '{"settings":{"appId":"11","apiKey":"k"},"payload":{"userId":"ann"}}'],
  ['/refreshAccessToken', '{}']
]
const OWN: [path: string, body: string][] = [
  ['/_emulator/reset', ''],
  ['/_emulator/faults', FAULTS],
  ['/_page/send', `{"action":"trackEvent","event":${JSON.stringify(EVENT)},"mapping":{},"settings":{"appId":"11"}}`],
  ['/_page/preview', `{"action":"trackEvent","event":${JSON.stringify(EVENT)},"mapping":{},"settings":{"appId":"11"}}`],
  ['/_page/settings', '{"appId":"11"}'],
  ['/api/track', '{"app_id":"11","event":"E","identity":"ann"}'],
  ['/eu/api/track', '{"app_id":"11","event":"E","identity":"ann"}'],
  ['/api/public/v0/auth_token', '']
]

/** What a browser says of a page elsewhere, of one in a sandbox, and of one at another port of this machine. */
const FOREIGN = [
  { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
  { origin: 'https://evil.example' },
  { origin: 'https://app.segment.com.evil.example' },
  { origin: 'http://app.segment.com' },
  { origin: 'null' },
  { origin: 'http://127.0.0.1:1' },
  { origin: 'http://localhost' },
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site' }
] as Record<string, string>[]

let url: string
beforeAll(async () => {
  url = await new Running(['serve', '--noUI', '--port', '0']).url()
})
beforeEach(() => post('/_emulator/reset', ''))
afterAll(endAll)

/** As a form can send it, unless the headers name another type. */
function post(path: string, body: string, headers: Record<string, string> = {}): Promise<RawAnswer> {
  return send(url, path, { method: 'POST', body, headers: { 'content-type': 'text/plain', ...headers } })
}

async function expectNothingChanged(): Promise<void> {
  expect(await storedEvents(url)).toEqual([])
  expect((await send(url, '/_emulator/faults')).text).toBe('{}')
}

describe.each(FOREIGN)('a page with %j', (headers) => {
  it.each([...TESTER, ...OWN])('is refused by POST %s', async (path, body) => {
    for (const type of ['text/plain', 'application/json', 'application/x-www-form-urlencoded']) {
      const { status, text } = await post(path, body, { ...headers, 'content-type': type })
      expect({ status, text }).toEqual(REFUSED)
    }
    await expectNothingChanged()
  })

  it("is refused by Heap's API whatever the method, so that it uses up no fault", async () => {
    for (const path of ['/api/public/v0/deletion_status/7', '/api/track', '/eu/api/track']) {
      for (const method of ['GET', 'HEAD', 'OPTIONS']) {
        expect([path, method, (await send(url, path, { method, headers })).status]).toEqual([path, method, 403])
      }
    }
    expect((await send(url, '/_emulator/requests')).text).toBe('[]')
  })

  it('is refused where a path is spelled in another way', async () => {
    for (const path of [
      '//_emulator/faults',
      '/./_emulator/faults',
      '/v1/../_emulator/faults',
      '/v1/%2e%2e/_emulator/faults',
      '/_emulator/v1/faults',
      '/%5femulator/faults',
      '/_emulator/faults/',
      '/_EMULATOR/faults'
    ]) {
      expect([path, String((await post(path, FAULTS, headers)).status)]).toEqual([
        path,
        expect.stringMatching('40[34]')
      ])
    }
    await expectNothingChanged()
  })

  it('is told of no error, and sees no stack', async () => {
    for (const [path] of TESTER) expect((await post(path, '{', headers)).text).toBe(REFUSED.text)
    const { headers: answered } = await send(url, '/manifest', { headers })
    expect(answered['access-control-allow-origin']).toBeUndefined()
  })

  it('may not ask for the tester by a preflight', async () => {
    const asked = {
      ...headers,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type'
    }
    for (const path of ['/trackEvent', '/_emulator/faults', '/_page/send']) {
      const answer = await send(url, path, { method: 'OPTIONS', headers: asked })
      expect(answer.headers['access-control-allow-origin']).toBeUndefined()
    }
  })

  it('may send calls with a write key, and what heap.js sends', async () => {
    const call = JSON.stringify({ ...EVENT, event: 'Welcome', writeKey: 'key' })
    expect((await post('/v1/track', call, headers)).status).toBe(200)
    expect((await post('/v1/track', JSON.stringify(EVENT), headers)).status).toBe(401)
    for (const region of ['', '/eu']) expect((await post(`${region}/api/visitor`, VISIT, headers)).status).toBe(200)
    // Else the call would arrive during the test after this one.
    while ((await storedEvents(url)).length < 3) await new Promise((resolve) => setTimeout(resolve, 20))
  })
})

describe('serve --live', () => {
  /** For no destination: not even a server that takes anything may send this to Heap. */
  const call = (more: object) => JSON.stringify({ ...EVENT, integrations: { All: false }, ...more })
  const basic = (key: string) => ({ authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` })

  it('takes calls of foreign pages, and of anybody else, with its write key alone', async () => {
    const args = ['serve', '--live', '--app-id', '11', '--write-key', 'right', '--noUI', '--port', '0']
    const server = new Running(args)
    const live = await server.url()
    const answerTo = async (body: string, headers: Record<string, string>, path = '/v1/track') => {
      const sent = { method: 'POST', body, headers: { 'content-type': 'text/plain', ...headers } }
      return (await send(live, path, sent)).status
    }
    for (const headers of [{}, ...FOREIGN]) {
      expect(await answerTo(call({ writeKey: 'wrong' }), headers)).toBe(401)
      expect(await answerTo(call({ writeKey: 'Right' }), headers)).toBe(401)
      expect(await answerTo(call({}), headers)).toBe(401)
      expect(await answerTo(call({}), { ...headers, ...basic('wrong') })).toBe(401)
      expect(await answerTo(`{"batch":[${call({})}],"writeKey":"wrong"}`, headers, '/v1/batch')).toBe(401)
    }
    expect(server.stdout).not.toContain('unmatched')
    for (const headers of FOREIGN) expect(await answerTo(call({ writeKey: 'right' }), headers)).toBe(200)
    expect(await answerTo(call({}), basic('right'))).toBe(200)
    await server.printed(/unmatched/)
  })
})

describe('emulate', () => {
  it('refuses foreign pages as well, and lets no browser guess at what an answer is', async () => {
    const emulator = await new Running(['emulate', '--port', '0']).url()
    for (const headers of FOREIGN) {
      const sent = { method: 'POST', body: FAULTS, headers: { 'content-type': 'text/plain', ...headers } }
      expect((await send(emulator, '/_emulator/faults', sent)).status).toBe(403)
    }
    const { text, headers } = await send(emulator, '/_emulator/faults')
    expect([text, headers['x-content-type-options']]).toEqual(['{}', 'nosniff'])
  })
})

describe.each(SEGMENT_APP_ORIGINS)('a page of %s', (origin) => {
  const json = { origin, 'sec-fetch-site': 'cross-site', 'content-type': 'application/json' }

  it('may use the tester', async () => {
    const { status, headers } = await post('/trackEvent', TESTED, json)
    expect([status, headers['access-control-allow-origin']]).toEqual([200, origin])
    expect((await storedEvents(url)).map(({ event }) => event)).toContain('Tested')
  })

  it.each(OWN)('is refused by POST %s', async (path, body) => {
    const { status, text } = await post(path, body, json)
    expect({ status, text }).toEqual(REFUSED)
    await expectNothingChanged()
  })
})

describe('the page served here, and clients outside browsers', () => {
  it.each(['same origin', 'none'])('may do everything: %s', async (kind) => {
    const headers: Record<string, string> = kind === 'none' ? {} : { origin: url, 'sec-fetch-site': 'same-origin' }
    for (const [path, body] of [...TESTER, ...OWN]) {
      const { status } = await post(path, body, { ...headers, 'content-type': 'application/json' })
      expect([path, status]).not.toEqual([path, 403])
    }
  })

  it.each(['', 'text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'text/json'])(
    'may have an action run by JSON alone, not by %j, which any page may send unasked',
    async (type) => {
      for (const [path, body] of [...TESTER, ...OWN.filter(([own]) => own.startsWith('/_page/'))]) {
        const { status, text } = await post(path, body, { 'content-type': type })
        expect([path, status, text]).toEqual([path, 400, expect.stringContaining('Content-Type: application/json')])
      }
      await expectNothingChanged()
    }
  )

  it('may read what is kept, which pages elsewhere may not', async () => {
    for (const path of ['/_page/state', '/_page/calls']) {
      expect((await send(url, path)).status).toBe(200)
      expect((await send(url, path, { headers: { 'sec-fetch-site': 'same-origin' } })).status).toBe(200)
      for (const site of ['cross-site', 'same-site']) {
        expect((await send(url, path, { headers: { 'sec-fetch-site': site } })).status).toBe(403)
      }
    }
  })
})
