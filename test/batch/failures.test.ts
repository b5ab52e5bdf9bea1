import { Destination } from '@segment/actions-core'
import definition from '../../src/destinations/heap'
import { redirectRequests } from '../../src/segment/redirect'
import { anonymousTrack, knownTrack } from './__helpers__/calls'
import { statusCounts, useHeap } from './__helpers__/heap'
import type { Event, Outcome } from './__helpers__/heap'

const ORIGIN = 'https://heapanalytics.com'
const heap = useHeap()

const known = (count: number) => Array.from({ length: count }, (_, index) => knownTrack(index))
const events = (count: number) => known(count).map(({ event }) => event)
const storedKeys = () => heap.emulator.events().map(({ idempotency_key }) => idempotency_key)

function notSent(status: number, errortype: string, cause: string): Outcome {
  const errormessage = `Not sent: an earlier request of this batch failed (${cause}); send it again.`
  return { status, errormessage, errortype, errorreporter: 'INTEGRATIONS' }
}

describe('a batch of 2,500 whose second request fails', () => {
  it.each([
    [429, 'Too Many Requests', 'TOO_MANY_REQUESTS'],
    [500, 'Internal Server Error', 'INTERNAL_SERVER_ERROR'],
    [503, 'Service Unavailable', 'SERVICE_UNAVAILABLE'],
    [408, 'Request Timeout', 'REQUEST_TIMEOUT']
  ])('by a %d costs its own events, and the others only when Heap limits', async (status, body, errortype) => {
    heap.emulator.setFaults({ next: [{ pass: true }, { status }] })
    const calls = known(2500)
    const outcomes = await heap.deliver('Track Calls', events(2500))

    const errormessage = `Heap answered ${status}: ${body}`
    const answered = calls
      .slice(1000, 2000)
      .map(({ outcome }) => ({ ...outcome, status, body, errormessage, errortype, errorreporter: 'DESTINATION' }))
    expect(outcomes.slice(0, 1000)).toStrictEqual(calls.slice(0, 1000).map(({ outcome }) => outcome))
    expect(outcomes.slice(1000, 2000)).toStrictEqual(answered)
    const isLimit = status === 429
    const unsent = notSent(status, errortype, `Heap answered ${status}`)
    expect(outcomes.slice(2000)).toStrictEqual(calls.slice(2000).map(({ outcome }) => (isLimit ? unsent : outcome)))
    expect(heap.requests()).toHaveLength(isLimit ? 2 : 3)
    expect(storedKeys()).toHaveLength(isLimit ? 1000 : 1500)
  })

  it.each(['before', 'after'] as const)('by a reset %s storing is sent again, once and at once', async (reset) => {
    heap.emulator.setFaults({ next: [{ pass: true }, { reset }] })
    const outcomes = await heap.deliver('Track Calls', events(2500))
    expect(statusCounts(outcomes)).toStrictEqual({ 200: 2500 })
    expect(storedKeys()).toHaveLength(2500)
    expect(heap.requests()).toHaveLength(4)
  })

  it.each(['before', 'after'] as const)(
    'by two resets %s storing is a 504 that is not blamed on Heap',
    async (reset) => {
      heap.emulator.setFaults({ next: [{ pass: true }, { reset }, { reset }] })
      const outcomes = await heap.deliver('Track Calls', events(2500))
      expect(statusCounts(outcomes)).toStrictEqual({ 200: 1500, 504: 1000 })
      expect(outcomes[1000]).toStrictEqual({
        status: 504,
        errormessage: expect.stringMatching(/ECONNRESET|socket hang up/) as unknown,
        errortype: 'GATEWAY_TIMEOUT',
        errorreporter: 'INTEGRATIONS'
      })
      expect(heap.requests()).toHaveLength(4)
    }
  )

  it('and the third as well ends the attempt', async () => {
    heap.emulator.setFaults({ next: [{ pass: true }, { status: 503 }, { status: 500 }] })
    const outcomes = await heap.deliver('Track Calls', events(3500))
    expect(outcomes.map(({ status }) => status)).toStrictEqual([
      ...Array.from({ length: 1000 }, () => 200),
      ...Array.from({ length: 1000 }, () => 503),
      ...Array.from({ length: 1500 }, () => 500)
    ])
    expect(outcomes[3000]).toStrictEqual(notSent(500, 'INTERNAL_SERVER_ERROR', 'Heap answered 500'))
    expect(heap.requests()).toHaveLength(3)
  })

  it.each([401, 403, 404, 501])('by a %d continues, because that is final', async (status) => {
    heap.emulator.setFaults({ next: [{ pass: true }, { status }] })
    const outcomes = await heap.deliver('Track Calls', events(2500))
    expect(outcomes.map((outcome) => outcome.status)).toStrictEqual([
      ...Array.from({ length: 1000 }, () => 200),
      ...Array.from({ length: 1000 }, () => status),
      ...Array.from({ length: 500 }, () => 200)
    ])
    expect(heap.requests()).toHaveLength(3)
  })
})

describe('a batch of known and anonymous users', () => {
  const mixed = [knownTrack(1), anonymousTrack(2), knownTrack(3)]
  const traits = { traits: { '@path': '$.context' } }

  async function statuses(mapping: Event = {}): Promise<number[]> {
    const outcomes = await heap.deliver(
      'Track Calls',
      mixed.map(({ event }) => event),
      mapping
    )
    return outcomes.map(({ status }) => status)
  }

  it('sends no anonymous events when Heap refuses the known ones for now', async () => {
    heap.emulator.setFaults({ next: [{ status: 429 }] })
    expect(await statuses()).toStrictEqual([429, 429, 429])
    expect(heap.requests()).toStrictEqual([['/api/track', 2]])
  })

  it('retries the events too when only their traits fail', async () => {
    heap.emulator.setFaults({ next: [{ pass: true }, { pass: true }, { status: 503 }] })
    expect(await statuses(traits)).toStrictEqual([503, 200, 503])
    expect(await statuses(traits)).toStrictEqual([200, 200, 200])
    expect(storedKeys()).toStrictEqual(['message-1', 'message-3', 'message-2'])
  })
})

describe('a batch of identify calls with Heap user IDs', () => {
  const identify = { type: 'identify', messageId: 'm-1', userId: 'user-1', traits: { heapUserId: '101' } }
  const mapping = { heap_user_id: { '@path': '$.traits.heapUserId' } }

  it('delivers the properties when a link is refused for good, and says so', async () => {
    heap.emulator.setFaults({ next: [{ status: 404 }] })
    expect(await heap.deliver('Identify Calls', [identify], mapping)).toStrictEqual([
      {
        status: 200,
        sent: { identity: 'user-1', properties: { heapUserId: '101' } },
        body: { heap_user_id: 'Not linked. Heap answered 404: Not Found' }
      }
    ])
  })

  it('does not blame Heap for properties that it never answered, whatever it said to the link', async () => {
    heap.emulator.setFaults({ next: [{ status: 404 }, { reset: 'before' }, { reset: 'before' }] })
    const [outcome] = await heap.deliver('Identify Calls', [identify], mapping)
    expect(outcome).toMatchObject({ status: 504, errorreporter: 'INTEGRATIONS' })
    expect(Object.keys(outcome).sort()).toStrictEqual(['errormessage', 'errorreporter', 'errortype', 'status'])
  })

  it('sends neither further links nor properties when two fail in a row', async () => {
    heap.emulator.setFaults({ status: { '503': 1 } })
    const batch = Array.from({ length: 30 }, (_, index) => ({
      ...identify,
      userId: `user-${index}`,
      traits: { heapUserId: String(1000 + index) }
    }))
    const outcomes = await heap.deliver('Identify Calls', batch, mapping)
    expect(statusCounts(outcomes)).toStrictEqual({ 503: 30 })
    expect(heap.requests().map(([path]) => path)).toStrictEqual(heap.requests().map(() => '/api/v1/identify'))
    // Five are on their way at once, and a sixth follows the first that fails.
    expect(heap.requests()).toHaveLength(6)
  })

  it('sends the properties of those that were linked before Heap limited, and of those without a link', async () => {
    const pass = { pass: true as const }
    heap.emulator.setFaults({ next: [...Array.from({ length: 10 }, () => pass), { status: 429 }] })
    const batch = Array.from({ length: 30 }, (_, index) => ({
      ...identify,
      userId: `user-${index}`,
      traits: index === 29 ? {} : { heapUserId: String(1000 + index) }
    }))
    const outcomes = await heap.deliver('Identify Calls', batch, mapping)
    const linked = outcomes.filter(({ status }) => status === 200).length
    expect(outcomes[29].status).toBe(200)
    expect(outcomes[28]).toStrictEqual(notSent(429, 'TOO_MANY_REQUESTS', 'Heap answered 429'))
    expect(linked).toBeGreaterThan(10)
    expect(statusCounts(outcomes)).toStrictEqual({ 200: linked, 429: 30 - linked })
    expect(heap.emulator.users().filter(({ properties }) => properties.heapUserId !== undefined)).toHaveLength(
      linked - 1
    )
    expect(heap.requests().at(-1)).toStrictEqual(['/api/add_user_properties', linked])
  })

  it('lets the properties of a user wait behind earlier ones that have to be sent again', async () => {
    heap.emulator.setFaults({ next: [{ status: 503 }] })
    const other = { ...identify, userId: 'user-2', traits: {} }
    const [first, second, third] = await heap.deliver(
      'Identify Calls',
      [identify, { ...identify, traits: {} }, other],
      mapping
    )
    expect(first).toMatchObject({ status: 503, errorreporter: 'DESTINATION' })
    expect(second).toStrictEqual(notSent(503, 'SERVICE_UNAVAILABLE', 'Heap answered 503'))
    expect(third.status).toBe(200)
    expect(heap.emulator.users()).toMatchObject([{ identity: 'user-2' }])
  })
})

describe('a batch that is too large', () => {
  it('is halved by items until Heap takes it, each event once', async () => {
    heap.emulator.setFaults({ tooLarge: { items: 130 } })
    expect(statusCounts(await heap.deliver('Track Calls', events(1000)))).toStrictEqual({ 200: 1000 })
    const sizes = heap.requests().map(([, items]) => items)
    expect(sizes).toStrictEqual([1000, 500, 250, 125, 125, 125, 125, 125, 125, 125, 125])
    expect(new Set(storedKeys()).size).toBe(1000)
    expect(storedKeys()).toHaveLength(1000)
  })

  it('is halved by bytes, and an event that is too large by itself is refused alone', async () => {
    heap.emulator.setFaults({ tooLarge: { bytes: 2000 } })
    const batch = events(20)
    batch[7] = { ...batch[7], properties: { a: 'x'.repeat(1000), b: 'x'.repeat(1000) } }
    const outcomes = await heap.deliver('Track Calls', batch)
    expect(outcomes.map(({ status }) => status)).toStrictEqual(batch.map((_, index) => (index === 7 ? 413 : 200)))
    expect(outcomes[7]).toMatchObject({ errortype: 'PAYLOAD_TOO_LARGE', errorreporter: 'DESTINATION' })
    expect(storedKeys()).toStrictEqual(batch.map(({ messageId }) => messageId).filter((_, index) => index !== 7))
  })

  it('and has refused items is settled all the same', async () => {
    heap.emulator.setFaults({ tooLarge: { items: 300 }, refuseContaining: 'poison', withoutIndex: true })
    const batch = events(1000)
    for (const index of [0, 501]) batch[index] = { ...batch[index], properties: { note: 'poison' } }
    const outcomes = await heap.deliver('Track Calls', batch)
    expect(outcomes.map(({ status }) => status)).toStrictEqual(batch.map((_, index) => (index % 501 === 0 ? 400 : 200)))
    expect(storedKeys()).toHaveLength(998)
  })
})

describe('a Heap that does not answer', () => {
  const trackCalls = definition.presets?.find(({ name }) => name === 'Track Calls')

  interface Conditions {
    /** Options of the request client. */
    request?: { timeout?: number }
    /** Options of the host that runs the engine. */
    host?: { signal?: AbortSignal }
    settings?: { appId?: string }
  }

  async function deliverTo(url: string, { request, host, settings }: Conditions = {}): Promise<Outcome[]> {
    const redirected = redirectRequests(definition, { [ORIGIN]: url })
    const extendRequest: typeof redirected.extendRequest = (data) => ({
      ...redirected.extendRequest?.(data),
      ...request
    })
    const destination = new Destination({ ...redirected, extendRequest } as never)
    const connection = { appId: '11', subscription: trackCalls, ...settings }
    const [result] = await destination.onBatch(events(1500) as never, connection as never, host)
    return result.multistatus ?? []
  }

  it.each([
    ['in time', () => ({ request: { timeout: 50 } }), /^Request timed out after 50ms$/],
    [
      'before the host gives up',
      () => ({ host: { signal: AbortSignal.timeout(50) } }),
      /^Request timed out before receiving a response$/
    ]
  ])('%s is a 504 for everything', async (_when, conditions, message) => {
    heap.emulator.setFaults({ delayMs: 1000 })
    const outcomes = await deliverTo(heap.emulator.url, conditions())
    expect(statusCounts(outcomes)).toStrictEqual({ 504: 1500 })
    for (const outcome of [outcomes[0], outcomes[1000]]) {
      expect(outcome).toStrictEqual({
        status: 504,
        errormessage: expect.stringMatching(message) as unknown,
        errortype: 'GATEWAY_TIMEOUT',
        errorreporter: 'INTEGRATIONS'
      })
    }
  })

  it('and refuses connections is a 504 for everything', async () => {
    const outcomes = await deliverTo('http://127.0.0.1:1')
    expect(statusCounts(outcomes)).toStrictEqual({ 504: 1500 })
    expect(outcomes[0].errormessage).toMatch(/ECONNREFUSED/)
  })

  it('is not asked with an App ID that cannot be right', async () => {
    const outcomes = await deliverTo(heap.emulator.url, { settings: { appId: 'abc' } })
    expect(outcomes).toStrictEqual(
      events(1500).map(() => ({
        status: 401,
        errormessage: expect.stringContaining('numeric App ID, but is "abc"') as unknown,
        errortype: 'INVALID_AUTHENTICATION',
        errorreporter: 'INTEGRATIONS'
      }))
    )
    expect(heap.requests()).toStrictEqual([])
  })
})
