import { actionsTester } from '../actions-tester'
import { Engine } from '../../engine'
import { listen } from '../../__tests__/__helpers__/listen'
import type { Listening } from '../../__tests__/__helpers__/listen'
import { startToyApi } from '../../__tests__/__helpers__/toy-api'
import type { ToyApi } from '../../__tests__/__helpers__/toy-api'
import { toyDefinition, TOY_ORIGIN } from '../../__tests__/__helpers__/toy-definition'

const settings = { appId: '1', apiKey: 'top&"secret' }
const event = { type: 'track', event: 'E', userId: 'u', properties: { a: 1 } }
const DATE = 'Mon, 23 Nov 2026 20:17:43 GMT'

let api: ToyApi
let tester: Listening

beforeEach(async () => {
  api = await startToyApi()
  const engine = new Engine({ definition: { ...toyDefinition, name: 'Toy-2' }, origins: { [TOY_ORIGIN]: api.url } })
  tester = await listen(actionsTester({ engine, directoryName: 'toy', manifest: toyDefinition }))
})
afterEach(async () => {
  await tester.close()
  await api.close()
})

async function send(path: string, body: unknown, headers: Record<string, string> = {}, method = 'POST') {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const init = { method, headers: { 'content-type': 'application/json', ...headers }, body: text }
  const response = await fetch(tester.url + path, init)
  return { status: response.status, headers: response.headers, body: await response.json() }
}

const ok = async (path: string, body: unknown) => {
  const answer = await send(path, body)
  return [answer.status, answer.body]
}

const exchange = (method: string, path: string, body: string, response: unknown) => ({
  request: {
    url: api.url + path,
    method,
    headers: {
      authorization: '<redacted>',
      ...(body ? { 'content-type': 'application/json' } : {}),
      'user-agent': 'Segment (Actions)',
      'x-plain': '1'
    },
    body
  },
  response: {
    statusCode: 200,
    statusMessage: 'OK',
    headers: {
      connection: 'keep-alive',
      'content-type': 'application/json',
      date: DATE,
      'keep-alive': 'timeout=5',
      'transfer-encoding': 'chunked'
    },
    body: response
  }
})

const stackOf = (first: string) => expect.arrayContaining([first, expect.stringMatching(/^ {4}at /)])

describe('GET /manifest', () => {
  it('shows the definition with the name of its directory', async () => {
    const response = await fetch(`${tester.url}/manifest`)
    expect(response.status).toBe(200)
    expect(await response.json()).toStrictEqual({ ...JSON.parse(JSON.stringify(toyDefinition)), directoryName: 'toy' })
  })
})

describe('POST /authenticate', () => {
  it('accepts good settings', async () => {
    expect(await ok('/authenticate', settings)).toStrictEqual([200, { ok: true }])
    expect(api.requests.map(({ path }) => path)).toStrictEqual(['/me'])
  })

  it('says what the API answered', async () => {
    api.answer = () => ({ status: 401 })
    const error = 'Credentials are invalid: 401 Unauthorized'
    expect(await ok('/authenticate', settings)).toStrictEqual([200, { ok: false, error, fields: {} }])
  })

  it('names a missing setting', async () => {
    const error = "The root value is missing the required field 'appId'."
    expect(await ok('/authenticate', {})).toStrictEqual([200, { ok: false, error, fields: { $: error } }])
  })

  it('names a setting of the wrong type', async () => {
    const error = 'App ID must be a string but it was an object.'
    expect(await ok('/authenticate', { appId: {} })).toStrictEqual([
      200,
      { ok: false, error, fields: { appId: error } }
    ])
  })

  it('never shows a password', async () => {
    const testAuthentication = (_request: unknown, { settings }: { settings: { apiKey?: string } }) => {
      throw new Error(`${settings.apiKey} is refused`)
    }
    const definition = { ...toyDefinition, authentication: { ...toyDefinition.authentication, testAuthentication } }
    const engine = new Engine({ definition: definition as typeof toyDefinition })
    const app = actionsTester({ engine, directoryName: 'toy' })
    const headers = { 'content-type': 'application/json' }
    const response = await app.request('/authenticate', { method: 'POST', headers, body: JSON.stringify(settings) })
    const error = 'Credentials are invalid:  <redacted> is refused'
    expect(await response.json()).toStrictEqual({ ok: false, error, fields: {} })
  })
})

describe('POST /<action>', () => {
  beforeEach(() => {
    api.answer = () => ({ status: 200, headers: { date: DATE } })
  })

  it('lists the request and the response, redacted', async () => {
    api.answer = ({ headers }) => ({
      status: 200,
      headers: { date: DATE },
      body: {
        key: settings.apiKey,
        auth: headers.authorization,
        access_token: 'abc',
        nested: [{ [settings.apiKey]: 1 }]
      }
    })
    const body = '{"event":"E","props":{"a":1}}'
    const answer = {
      key: '<redacted>',
      auth: 'Bearer <redacted>',
      access_token: '<redacted>',
      nested: [{ '<redacted>': 1 }]
    }
    expect(await ok('/trackEvent', { settings, payload: event, mapping: {} })).toStrictEqual([
      200,
      [exchange('POST', '/track?key=<redacted>', body, answer)]
    ])
  })

  it('redacts a password inside a JSON text', async () => {
    const [, exchanges] = await ok('/single', { settings, payload: { event: `is ${settings.apiKey}` } })
    expect(exchanges[0].request.body).toBe('{"event":"is <redacted>","audienceSettings":{}}')
  })

  it('lays the mapping over the defaults key by key', async () => {
    await ok('/trackEvent', { settings, payload: event, mapping: { event: 'Renamed' } })
    expect(api.requests.map(({ body }) => body)).toStrictEqual([{ event: 'Renamed', props: { a: 1 } }])
  })

  it('reads the audience settings from the event', async () => {
    const context = { personas: { audience_settings: { segment: 's' } } }
    await ok('/single', { settings, payload: { ...event, context } })
    await ok('/single', { settings, payload: { ...event, context: { personas: null } } })
    expect(api.requests.map(({ body }) => body)).toStrictEqual([
      { event: 'E', props: { a: 1 }, audienceSettings: { segment: 's' } },
      { event: 'E', props: { a: 1 }, audienceSettings: {} }
    ])
  })

  it.each([
    ['a JSON answer', 400, { error: 'nope' }, { error: 'nope' }, 'HTTPError: Bad Request'],
    ['a text answer', 503, 'try later', 'try later', 'HTTPError: Service Unavailable'],
    ['an empty answer', 500, '', 'Internal Server Error', 'HTTPError: Internal Server Error'],
    ['an answer with the key', 400, 'bad top&"secret', 'bad <redacted>', 'HTTPError: Bad Request']
  ])('shows %s of a refused request', async (_case, status, body, message, line) => {
    api.answer = () => ({ status, body })
    expect(await ok('/trackEvent', { settings, payload: event })).toStrictEqual([
      200,
      [{ statusCode: status, message, stack: stackOf(line), requestError: true }]
    ])
  })

  it.each([
    ['IntegrationError', 'final', 422, 'bad thing', 'IntegrationError: bad thing'],
    ['RetryableError', 'later', 500, 'try later', 'RetryableError: try later'],
    ['any other error', 'explode', 500, 'boom', 'TypeError: boom']
  ])('shows an %s', async (_case, name, statusCode, message, line) => {
    expect(await ok('/trackEvent', { settings, payload: { ...event, event: name } })).toStrictEqual([
      200,
      [{ statusCode, message, stack: stackOf(line), requestError: true }]
    ])
  })

  it('shows which field is missing', async () => {
    const core = "The root value is missing the required field 'event'"
    const message = `${core}, which is mapped from $.event.`
    const expected = [
      200,
      [{ statusCode: 400, message, stack: expect.any(Array), fields: { $: `${core}.` }, requestError: true }]
    ]
    expect(await ok('/trackEvent', { settings })).toStrictEqual(expected)
    expect(await ok('/trackEvent', { settings, payload: {} })).toStrictEqual(expected)
  })

  it('shows a refused connection', async () => {
    const { url } = api
    await api.close()
    const message = `request to ${url}/single failed, reason: connect ECONNREFUSED ${new URL(url).host}`
    expect(await ok('/single', { settings, payload: event })).toStrictEqual([
      200,
      [{ statusCode: 500, message, stack: stackOf(`FetchError: ${message}`), requestError: true }]
    ])
  })

  it('shows a call nothing of the failed one before it', async () => {
    api.answer = () => ({ status: 503 })
    await ok('/single', { settings, payload: event })
    api.answer = () => ({ status: 200 })
    const [, exchanges] = await ok('/single', { settings, payload: event })
    expect(exchanges).toHaveLength(1)
  })

  it('keeps concurrent calls apart', async () => {
    const calls = Array.from({ length: 20 }, (_, index) => ok('/single', { settings, payload: { event: `e${index}` } }))
    const sent = (await Promise.all(calls)).map(([, [one, ...others]]) => [JSON.parse(one.request.body).event, others])
    expect(sent).toStrictEqual(Array.from({ length: 20 }, (_, index) => [`e${index}`, []]))
  })

  it('runs an array as one batch and names the events that failed', async () => {
    const answer = { statuses: [200, 429] }
    api.answer = () => ({ status: 200, headers: { date: DATE }, body: answer })
    const payload = [event, { ...event, event: 'F' }, { ...event, event: undefined }]
    const sent = '[{"event":"E","props":{"a":1}},{"event":"F","props":{"a":1}}]'
    const failed = { stack: [], requestError: true }
    expect(await ok('/trackEvent', { settings, payload })).toStrictEqual([
      200,
      [
        exchange('POST', '/batch', sent, answer),
        {
          ...failed,
          statusCode: 429,
          message: 'refused F',
          index: 1,
          errortype: 'TOO_MANY_REQUESTS',
          errorreporter: 'DESTINATION'
        },
        {
          ...failed,
          statusCode: 400,
          message: "The root value is missing the required field 'event'.",
          index: 2,
          errortype: 'PAYLOAD_VALIDATION_FAILED',
          errorreporter: 'INTEGRATIONS'
        }
      ]
    ])
  })

  it('does not let a null context sink a batch', async () => {
    const payload = [event, { ...event, context: { personas: null } }, { ...event, context: null }]
    await ok('/trackEvent', { settings, payload })
    expect(api.requests.map(({ body }) => (body as unknown[]).length)).toStrictEqual([3])
  })

  it.each([
    ['a number', 7],
    ['text', 'x'],
    ['null', null]
  ])('refuses %s as the event', async (type, payload) => {
    const [status, body] = await ok('/trackEvent', { settings, payload })
    expect([status, body]).toStrictEqual([
      200,
      [{ statusCode: 500, message: expect.any(String), stack: expect.any(Array), requestError: true }]
    ])
    expect(type && api.requests).toStrictEqual([])
  })

  it('says that an action takes no batches', async () => {
    const message = 'This action does not support batched requests.'
    expect(await ok('/single', { settings, payload: [event] })).toStrictEqual([
      200,
      [{ statusCode: 501, message, stack: stackOf(`IntegrationError: ${message}`), requestError: true }]
    ])
  })
})

describe('POST /<action>/<field>', () => {
  it('answers the choices', async () => {
    const choices = [{ label: 'E', value: 'x' }]
    expect(await ok('/trackEvent/event', { settings, payload: { event: 'x' } })).toStrictEqual([
      200,
      { choices, nextPage: '' }
    ])
  })

  it('answers 500 and the error', async () => {
    const [status, body] = await ok('/trackEvent/event', { settings })
    expect(status).toBe(500)
    expect(body).toStrictEqual([
      { statusCode: 500, message: expect.any(String), stack: expect.any(Array), requestError: true }
    ])
  })

  it('answers 404 for a field that is not dynamic', async () => {
    const message = 'there is no POST /trackEvent/props here'
    expect(await ok('/trackEvent/props', {})).toStrictEqual([404, { success: false, error: { message } }])
  })
})

describe('POST /<action>/hooks/<hook>', () => {
  it('answers what the hook does', async () => {
    expect(await ok('/trackEvent/hooks/onMappingSave', { settings, hookInputs: { list: 'l' } })).toStrictEqual([
      200,
      { successMessage: 'saved', savedData: {} }
    ])
    expect(api.requests.map(({ path, body }) => [path, body])).toStrictEqual([['/hook', { list: 'l' }]])
  })

  it('answers 500 and the error', async () => {
    api.answer = () => ({ status: 409, body: 'taken' })
    expect(await ok('/trackEvent/hooks/onMappingSave', { settings, hookInputs: {} })).toStrictEqual([
      500,
      [{ statusCode: 409, message: 'taken', stack: stackOf('HTTPError: Conflict'), requestError: true }]
    ])
  })

  it('answers the choices of its fields', async () => {
    const choices = [{ label: 'L', value: 'l' }]
    const path = '/trackEvent/hooks/onMappingSave/dynamic/list'
    expect(await ok(path, { settings })).toStrictEqual([200, { choices, nextPage: '' }])
  })
})

describe('POST /delete', () => {
  it('lists the requests', async () => {
    api.answer = () => ({ status: 200, headers: { date: DATE } })
    expect(await ok('/delete', { settings, payload: { userId: 'u' } })).toStrictEqual([
      200,
      [exchange('DELETE', '/users', '{"userId":"u"}', { ok: true })]
    ])
  })

  it('shows an error like an action', async () => {
    api.answer = () => ({ status: 403, body: 'no' })
    expect(await ok('/delete', { settings, payload: { userId: 'u' } })).toStrictEqual([
      200,
      [{ statusCode: 403, message: 'no', stack: stackOf('HTTPError: Forbidden'), requestError: true }]
    ])
  })
})

describe('POST /createAudience, /getAudience, /refreshAccessToken', () => {
  it.each([
    ['/createAudience', { settings, audienceName: 'a' }, { externalId: 'aud_1' }],
    ['/getAudience', { settings, externalId: '7' }, { externalId: '7' }],
    ['/refreshAccessToken', { settings }, { ok: true, data: { accessToken: 'fresh' } }]
  ])('%s answers the result', async (path, body, result) => {
    api.answer = () => ({ status: 200, body: { token: 'fresh' } })
    expect(await ok(path, body)).toStrictEqual([200, result])
  })

  it.each([
    ['/createAudience', { settings, audienceName: 'a' }],
    ['/getAudience', { settings, externalId: '7' }],
    ['/refreshAccessToken', { settings }]
  ])('%s answers 400 and the error', async (path, body) => {
    api.answer = () => ({ status: 400, body: 'no' })
    expect(await ok(path, body)).toStrictEqual([400, { ok: false, error: 'Bad Request' }])
  })
})

describe('actionsTester', () => {
  const app = 'https://app.segment.com'

  it.each([
    ['malformed JSON', '{', 400, /^the body is not valid JSON: /],
    ['an array', '[]', 400, /^the body must be a JSON object$/],
    ['deep nesting', '{"a":'.repeat(501) + '1' + '}'.repeat(501), 400, /^the body is nested deeper than 500 levels$/],
    ['more than 100 KB', JSON.stringify({ a: 'x'.repeat(100 * 1024) }), 413, /^the body is larger than 100 KB$/]
  ])('refuses %s, readable for the page', async (_case, body, status, message) => {
    const answer = await send('/trackEvent', body, { origin: app })
    expect(answer.status).toBe(status)
    expect(answer.body).toStrictEqual({ success: false, error: { message: expect.stringMatching(message) } })
    expect(answer.headers.get('access-control-allow-origin')).toBe(app)
  })

  it('refuses a body that any page may send', async () => {
    const answer = await send('/trackEvent', '{}', { 'content-type': 'text/plain' })
    const error = { message: 'send the body with Content-Type: application/json' }
    expect([answer.status, answer.body]).toStrictEqual([400, { success: false, error }])
  })

  it('takes a missing body as {}', async () => {
    const response = await fetch(`${tester.url}/refreshAccessToken`, { method: 'POST' })
    expect([response.status, await response.json()]).toStrictEqual([200, { ok: true, data: {} }])
  })

  it('answers unknown paths with JSON', async () => {
    const message = 'there is no POST /nope here'
    expect(await ok('/nope', {})).toStrictEqual([404, { success: false, error: { message } }])
  })

  it.each([
    app,
    'https://eu1.app.segment.com',
    'https://app.segment.build',
    'https://eu1.app.segment.build',
    'http://localhost:8000'
  ])('allows %s to call', async (origin) => {
    const preflight = await fetch(`${tester.url}/trackEvent`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,x-other',
        'access-control-request-private-network': 'true'
      }
    })
    expect(preflight.status).toBe(204)
    const allowed = ['origin', 'methods', 'headers', 'private-network']
    expect(allowed.map((name) => preflight.headers.get(`access-control-allow-${name}`))).toStrictEqual([
      origin,
      'GET,HEAD,PUT,PATCH,POST,DELETE',
      'content-type,x-other',
      'true'
    ])
    expect(preflight.headers.get('vary')).toContain('Origin')
    const answer = await send('/authenticate', settings, { origin })
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin)
    expect(answer.headers.get('vary')).toContain('Origin')
  })

  it('neither allows a page of another origin nor lets it into the local network', async () => {
    const preflight = await fetch(`${tester.url}/trackEvent`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://evil.example',
        'access-control-request-method': 'POST',
        'access-control-request-private-network': 'true'
      }
    })
    const decisive = ['origin', 'private-network']
    expect(decisive.map((name) => preflight.headers.get(`access-control-allow-${name}`))).toStrictEqual([null, null])
  })

  it('answers other origins without the header', async () => {
    const answer = await send('/authenticate', settings, { origin: 'https://evil.example' })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
  })
})
