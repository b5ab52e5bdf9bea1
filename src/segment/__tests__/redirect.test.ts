import { Destination } from '@segment/actions-core'
import type { JSONObject } from '@segment/actions-core'
import { observedClient } from '../exchange'
import type { Exchange } from '../exchange'
import { redirectRequests, wrapRequests } from '../redirect'
import { startToyApi } from './__helpers__/toy-api'
import type { ToyApi } from './__helpers__/toy-api'
import { toyDefinition, TOY_ORIGIN } from './__helpers__/toy-definition'

const settings = { appId: '1', apiKey: 'k' }
const event = { type: 'track' as const, event: 'E', userId: 'u' }
const input = { settings, payload: {} }

let api: ToyApi

beforeEach(async () => {
  api = await startToyApi()
})
afterEach(() => api.close())

function engine(base = api.url, onRequest: (exchange: Exchange) => void = () => undefined) {
  const redirected = redirectRequests(toyDefinition, { [TOY_ORIGIN]: base })
  return new Destination(wrapRequests(redirected, (request) => observedClient(request, onRequest)))
}

const subscribed = (partnerAction: string): JSONObject => ({
  ...settings,
  subscription: { partnerAction, subscribe: 'type = "track"', mapping: { event: { '@path': '$.event' } } }
})

describe('redirectRequests', () => {
  it.each<[string, string, (destination: ReturnType<typeof engine>) => Promise<unknown>]>([
    ['perform', 'POST /track?key=k', (toy) => toy.onEvent(event, subscribed('trackEvent'))],
    ['performBatch', 'POST /batch', (toy) => toy.onBatch([event], subscribed('trackEvent'))],
    ['testAuthentication', 'GET /me', (toy) => toy.testAuthentication(settings)],
    [
      'refreshAccessToken',
      'POST /token',
      (toy) => toy.refreshAccessToken(settings, { clientId: '', clientSecret: '', accessToken: '', refreshToken: '' })
    ],
    ['onDelete', 'DELETE /users', async (toy) => toy.onDelete?.(event, settings)],
    ['createAudience', 'POST /audiences', (toy) => toy.createAudience({ settings, audienceName: 'a' })],
    ['getAudience', 'GET /audiences/7', (toy) => toy.getAudience({ settings, externalId: '7' })],
    [
      'performHook',
      'POST /hook',
      (toy) => toy.actions.trackEvent.executeHook('onMappingSave', { ...input, hookInputs: {} })
    ],
    [
      'a dynamic field of a hook',
      'GET /lists',
      (toy) => {
        const { dynamic } = toy.definition.actions.trackEvent.hooks?.onMappingSave?.inputFields?.list ?? {}
        return toy.executeDynamicField('trackEvent', 'list', input, dynamic)
      }
    ]
  ])('sends the requests of %s to the base URL', async (_case, line, call) => {
    await call(engine())
    expect(api.requests.map(({ method, path }) => `${method} ${path}`)).toStrictEqual([line])
    expect(api.requests[0].headers).toMatchObject({ 'x-plain': '1', authorization: 'Bearer k' })
  })

  it('keeps the path of the base URL', async () => {
    await engine(`${api.url}/heap/`).testAuthentication(settings)
    expect(api.requests.map(({ path }) => path)).toStrictEqual(['/heap/me'])
  })

  it('lets requests to a redirect target through', async () => {
    const destination = new Destination(
      redirectRequests(toyDefinition, { 'https://other.example': api.url, [TOY_ORIGIN]: api.url })
    )
    await destination.testAuthentication(settings)
    const direct = { ...toyDefinition, onDelete: toyDefinition.onDelete }
    const callsTarget: typeof toyDefinition = { ...direct, onDelete: (request) => request(`${api.url}/direct`) }
    await new Destination(redirectRequests(callsTarget, { [TOY_ORIGIN]: api.url })).onDelete?.(event, settings)
    expect(api.requests.map(({ path }) => path)).toStrictEqual(['/me', '/direct'])
  })

  it('refuses any other host', async () => {
    const destination = new Destination(redirectRequests(toyDefinition, { 'https://known.example': api.url }))
    await expect(destination.onDelete?.(event, settings)).rejects.toThrow(
      'Refused a request to https://toy.example: this connection only knows https://known.example'
    )
    expect(api.requests).toStrictEqual([])
  })

  it('shows each exchange, refused ones included', async () => {
    const exchanges: Exchange[] = []
    api.answer = () => ({ status: 429, body: 'slow', headers: { 'retry-after': '3', date: 'D' } })
    const run = engine(api.url, (exchange) => exchanges.push(exchange)).onEvent(event, subscribed('single'))
    await expect(run).rejects.toThrow('Too Many Requests')
    expect(exchanges).toStrictEqual([
      {
        request: {
          url: `${api.url}/single`,
          method: 'POST',
          headers: {
            authorization: 'Bearer k',
            'content-type': 'application/json',
            'user-agent': 'Segment (Actions)',
            'x-plain': '1'
          },
          body: '{"event":"E","audienceSettings":{}}'
        },
        response: {
          statusCode: 429,
          statusMessage: 'Too Many Requests',
          headers: {
            connection: 'keep-alive',
            'content-type': 'text/plain',
            date: 'D',
            'keep-alive': 'timeout=5',
            'retry-after': '3',
            'transfer-encoding': 'chunked'
          },
          body: 'slow'
        },
        items: [],
        startedAt: expect.any(Number) as number,
        milliseconds: expect.any(Number) as number
      }
    ])
  })

  it('shows a request that nobody answers', async () => {
    const exchanges: Exchange[] = []
    await api.close()
    const run = engine(api.url, (exchange) => exchanges.push(exchange)).onEvent(event, subscribed('single'))
    await expect(run).rejects.toThrow('ECONNREFUSED')
    const body = '{"event":"E","audienceSettings":{}}'
    expect(exchanges).toMatchObject([{ request: { url: `${api.url}/single`, method: 'POST', body }, response: null }])
  })

  it('survives concurrent requests on kept-alive connections', async () => {
    const destination = engine()
    for (let round = 0; round < 3; round++) {
      await Promise.all(Array.from({ length: 100 }, () => destination.onEvent(event, subscribed('single'))))
    }
    expect(api.requests).toHaveLength(300)
    expect(api.connections()).toBeLessThanOrEqual(100)
  })

  it('is the definition itself without origins', () => {
    expect(redirectRequests(toyDefinition, {})).toBe(toyDefinition)
  })

  it('leaves the definition as it was', async () => {
    const before = JSON.stringify(toyDefinition)
    await engine().testAuthentication(settings)
    expect(JSON.stringify(toyDefinition)).toBe(before)
  })
})
