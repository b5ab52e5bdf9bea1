import type { SegmentMessage } from '../../../segment/message'
import { MAX_EVENTS_PER_MINUTE, MAX_EVENTS_PER_MINUTE_OF_IDENTITY } from '../../../lib/heap/limits'
import { RateLimit } from '../rate-limit'
import { identityOf } from '../route'

const MINUTE = 60_000

/** The most events of any minute, wherever it begins. */
function mostInAMinute(times: number[]): number {
  let first = 0
  let most = 0
  times.forEach((time, at) => {
    while (times[first] <= time - MINUTE) first++
    most = Math.max(most, at - first + 1)
  })
  return most
}

describe('RateLimit', () => {
  beforeEach(() => {
    jest.useFakeTimers()
  })
  afterEach(() => {
    jest.useRealTimers()
  })

  it.each([
    [MAX_EVENTS_PER_MINUTE, 13_000],
    [600, 500],
    [7, 5],
    [1, 1]
  ])('lets at most %d events of the app pass in any minute, and hardly fewer', async (perMinute, least) => {
    const rateLimit = new RateLimit(perMinute)
    const stop = new AbortController()
    const times: number[] = []
    const sending = (async () => {
      while (!stop.signal.aborted) {
        if (!(await rateLimit.take(rateLimit.burst, stop.signal))) return
        for (let event = 0; event < rateLimit.burst; event++) times.push(Date.now())
      }
    })()
    await jest.advanceTimersByTimeAsync(4 * MINUTE)
    stop.abort()
    await sending
    expect(mostInAMinute(times)).toBeLessThanOrEqual(perMinute)
    expect(times.length / 4).toBeGreaterThanOrEqual(least)
  })

  it('lets at most 1,000 events of an identity pass in any minute, and as many of any other', async () => {
    const rateLimit = new RateLimit(MAX_EVENTS_PER_MINUTE)
    const times: Record<string, number[]> = { busy: [], other: [] }
    for (let elapsed = 0; elapsed < 3 * MINUTE; elapsed += 100) {
      for (const identity of ['busy', 'other']) {
        while (rateLimit.takeFor(identity) === 0) times[identity].push(Date.now())
      }
      await jest.advanceTimersByTimeAsync(100)
    }
    for (const of of Object.values(times)) {
      expect(mostInAMinute(of)).toBeLessThanOrEqual(MAX_EVENTS_PER_MINUTE_OF_IDENTITY)
      expect(of.length / 3).toBeGreaterThanOrEqual(850)
    }
  })

  it('gives back what was not used, and takes nothing once the signal aborts', async () => {
    const rateLimit = new RateLimit(MAX_EVENTS_PER_MINUTE)
    const stop = new AbortController()
    expect(await rateLimit.take(1_000, stop.signal)).toBe(true)
    rateLimit.giveBack(300)
    expect(await rateLimit.take(300, stop.signal)).toBe(true)
    const waiting = rateLimit.take(1, stop.signal)
    stop.abort()
    expect(await waiting).toBe(false)
  })
})

describe('identityOf', () => {
  it('counts an event against nobody when its identity cannot be mapped', () => {
    const mapping = { identity: { '@template': { '@path': '$.userId' } } }
    expect(identityOf(mapping, { userId: 'user-1' } as SegmentMessage)).toBe('user-1')
    expect(identityOf(mapping, {} as SegmentMessage)).toBeUndefined()
  })
})
