import { RateLimits } from '../rate-limits'
import { answerOf, post, useEmulator } from './__helpers__/emulator-client'

const OK = { status: 200, body: {} }
const heap = useEmulator()
const events = (count: number, identity = (_at: number) => 'ann') =>
  Array.from({ length: count }, (_, at) => ({ event: 'E', identity: identity(at) }))
const send = (path: string, body: object) => answerOf(post(heap().url + path, { app_id: '11', ...body }))

describe('rate limits of POST /api/track', () => {
  it('takes 1,000 bulk events a minute for one identity and stores nothing of what is over', async () => {
    const refused = { status: 429, body: 'Too many requests: over 1000 events for one identity in 60 seconds' }
    expect(await send('/api/track', { events: events(999) })).toEqual(OK)
    expect(await send('/api/track', { events: [...events(1, () => 'bob'), ...events(2)] })).toEqual(refused)
    expect(await send('/eu/api/track', { events: events(1) })).toEqual(OK)
    expect(await send('/api/track', { events: events(1) })).toEqual(refused)
    expect(await send('/api/track', { app_id: '22', events: events(1) })).toEqual(OK)
    expect(
      heap()
        .events('11')
        .map(({ identity }) => identity)
    ).toEqual(events(1000).map(({ identity }) => identity))
  })

  it('takes 15,000 bulk events a minute for one app_id, refused requests not counted', async () => {
    const batch = (at: number, count = 1000) =>
      send('/api/track', { events: events(count, (event) => `${at}-${event}`) })
    const refused = { status: 429, body: 'Too many requests: over 15000 events for one app_id in 60 seconds' }
    for (let at = 0; at < 14; at++) expect(await batch(at)).toEqual(OK)
    expect(await batch(14, 999)).toEqual(OK)
    expect(await batch(15, 2)).toEqual(refused)
    expect(await batch(15, 1)).toEqual(OK)
    expect(await batch(16, 1)).toEqual(refused)
    expect(heap().events()).toHaveLength(15_000)
  })

  it('takes 30 single calls in 30 seconds for one identity', async () => {
    for (let at = 0; at < 30; at++) expect(await send('/api/track', { event: 'E', identity: 'ann' })).toEqual(OK)
    expect(await send('/api/track', { event: 'E', identity: 'ann' })).toEqual({
      status: 429,
      body: 'Too many requests: over 30 track requests for one identity in 30 seconds'
    })
    expect(await send('/api/track', { event: 'E', identity: 'bob' })).toEqual(OK)
    expect(heap().events()).toHaveLength(31)
  })
})

describe('rate limits of POST /api/add_user_properties', () => {
  it('takes 30 single calls in 30 seconds for one identity, and bulk calls without a rate', async () => {
    const path = '/api/add_user_properties'
    for (let at = 0; at < 30; at++) expect(await send(path, { identity: 'ann' })).toEqual(OK)
    expect(await send(path, { identity: 'ann' })).toEqual({
      status: 429,
      body: 'Too many requests: over 30 add_user_properties requests for one identity in 30 seconds'
    })
    expect(await send(path, { users: [{ identity: 'ann' }] })).toEqual(OK)
  })
})

describe('reset', () => {
  it('gives the rates back', async () => {
    await send('/api/track', { events: events(1000) })
    heap().reset()
    expect(await send('/api/track', { events: events(1000) })).toEqual(OK)
  })
})

describe('RateLimits', () => {
  const allowance = { points: 2, seconds: 60, of: 'things' }
  const charge = (points: number, key = 'k') => ({ allowance, key, points })

  afterEach(() => jest.useRealTimers())

  it('gives an allowance back when its window is over', async () => {
    jest.useFakeTimers()
    const limits = new RateLimits()
    expect(await limits.admit([charge(2)])).toBeUndefined()
    expect(await limits.admit([charge(1)])).toBe(allowance)
    jest.advanceTimersByTime(60_000)
    expect(await limits.admit([charge(2)])).toBeUndefined()
  })

  it('gives it back by the clock, even before the timer of the window has run', async () => {
    jest.useFakeTimers()
    const limits = new RateLimits()
    await limits.admit([charge(2)])
    jest.setSystemTime(Date.now() + 60_001)
    expect(await limits.admit([charge(2)])).toBeUndefined()
    expect(await limits.admit([charge(1)])).toBe(allowance)
  })

  it('charges nothing for what it refuses, even when several ask at once', async () => {
    const limits = new RateLimits()
    const asked = [charge(1, 'a'), charge(3, 'b')]
    const verdicts = await Promise.all([asked, [charge(2, 'a')], [charge(1, 'a')]].map((it) => limits.admit(it)))
    expect(verdicts).toEqual([allowance, undefined, allowance])
  })
})
