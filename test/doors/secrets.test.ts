import { CallLog } from '../../src/server/call-log'
import { endAll, Running } from '../cli/__helpers__/command-line'
import { post } from '../cli/__helpers__/tracking'
import { send } from './__helpers__/raw-request'

const APP_ID = '123'
const API_KEY = 'k3y "quoted" + b/é&'

/** Every way in which the key travels. */
const SPELLINGS = [
  API_KEY,
  encodeURIComponent(API_KEY),
  JSON.stringify(API_KEY).slice(1, -1),
  ...[API_KEY, `${APP_ID}:${API_KEY}`].map((text) => Buffer.from(text).toString('base64'))
]

const settings = { appId: APP_ID, apiKey: API_KEY }
const event = { type: 'track', event: `Told ${API_KEY}`, userId: 'ann', messageId: 'message-1' }
const mapping = { message_id: 'message-1', identity: 'ann', event: 'E', properties: {} }

let server: Running
let url: string
let token: string
beforeAll(async () => {
  server = new Running(['serve', '--noUI', '--port', '0', '--app-id', APP_ID, '--api-key', API_KEY])
  url = await server.url()
  token = (await exchangeForToken()).access_token
})
afterAll(endAll)

async function exchangeForToken(): Promise<{ access_token: string }> {
  const authorization = `Basic ${Buffer.from(`${APP_ID}:${API_KEY}`).toString('base64')}`
  const { text } = await send(url, '/api/public/v0/auth_token', { method: 'POST', headers: { authorization } })
  return JSON.parse(text) as { access_token: string }
}

function expectNoSecret(place: string, text: string): void {
  expect([place, [...SPELLINGS, token].filter((secret) => text.includes(secret))]).toEqual([place, []])
}

describe('the API key and what it is exchanged for', () => {
  it.each([
    ['/delete', { settings, payload: { userId: 'ann' } }],
    ['/delete', { settings: { ...settings, apiKey: `${API_KEY}!` }, payload: { userId: 'ann' } }],
    ['/delete', { settings, payload: { userId: 'guest' } }],
    ['/authenticate', settings],
    ['/authenticate', { ...settings, appId: API_KEY }],
    ['/trackEvent', { settings, payload: { ...event, event: undefined } }],
    ['/trackEvent', { settings: { ...settings, appId: `not digits ${API_KEY}` }, payload: event }],
    ['/_page/send', { action: 'trackEvent', event, mapping, settings }],
    ['/_page/preview', { action: 'trackEvent', event, mapping, settings: { ...settings, appId: API_KEY } }],
    ['/_page/settings', { appId: APP_ID }],
    ['/_page/settings', { ...settings, appId: API_KEY }]
  ])('are in no answer of POST %s with %j', async (path, body) => {
    const { body: answer } = await post(url + path, body)
    expectNoSecret(path, JSON.stringify(answer))
    expect(JSON.stringify(answer)).not.toMatch(/"(Basic|Bearer) /)
  })

  it('are redacted in the exchanges of a deletion', async () => {
    const { body } = await post(`${url}/delete`, { settings, payload: { userId: 'ann' } })
    const exchanges = body as { request: { url: string; headers: object }; response: { body: unknown } }[]
    expect(exchanges.map(({ request: { url: asked, headers }, response }) => [asked, headers, response.body])).toEqual([
      [
        `${url}/api/public/v0/auth_token`,
        expect.objectContaining({ authorization: '<redacted>' }),
        { access_token: '<redacted>' }
      ],
      [
        `${url}/api/public/v0/user_deletion`,
        expect.objectContaining({ authorization: '<redacted>' }),
        { deletion_request_id: expect.any(String) as string, status: 'pending' }
      ]
    ])
  })

  it('are in nothing that can be read', async () => {
    await post(`${url}/v1/track`, { ...event, event: 'E', writeKey: 'key' })
    const paths = [
      '/',
      '/manifest',
      '/example',
      '/heap-web.js',
      '/v1/projects/key/settings',
      `/config/${APP_ID}/heap_config.js`,
      '/_page/state',
      '/_emulator/requests',
      '/_emulator/events',
      '/_emulator/users',
      '/_emulator/faults'
    ]
    for (const path of paths) expectNoSecret(path, (await send(url, path)).text)
  })

  it('are in no line that serve prints, also where a call holds them', async () => {
    await post(`${url}/v1/track`, { ...event, writeKey: API_KEY })
    await post(`${url}/v1/track`, { event: API_KEY, writeKey: 'key' })
    await server.printed(/Told <redacted>.*→ \/api\/track 200/)
    await server.printed(/→ rejected 400/)
    expectNoSecret('stdout', server.stdout)
    expectNoSecret('stderr', server.stderr)
    expect(server.stdout + server.stderr).not.toMatch(/(Basic|Bearer) \S{8}/)
  })

  it('hides the API key in the log in whichever spelling it comes', () => {
    const apiKey = 'k3y "quoted" + b'
    const printed: string[] = []
    const log = new CallLog({ print: (line) => printed.push(line), secrets: [apiKey], now: () => new Date(0) })
    log.refusal('POST', `/v1/${encodeURIComponent(apiKey)}`, 404, JSON.stringify([apiKey]))
    log.flush()
    expect(printed.map((line) => line.slice(10))).toStrictEqual(['✗ POST /v1/<redacted> → 404 ["<redacted>"]'])
  })
})
