import { isRetryable, parseRetryAfter, retryDelay } from '../retry'

const policy = { minMs: 100, maxMs: 1000, giveUpAfterMs: 60_000 }

describe('isRetryable', () => {
  it.each([408, 423, 429, 500, 502, 503, 504, 599])('%i is', (status) => expect(isRetryable(status)).toBe(true))
  it.each([200, 301, 400, 401, 403, 404, 409, 413, 422, 501])('%i is not', (status) => {
    expect(isRetryable(status)).toBe(false)
  })
})

describe('retryDelay', () => {
  it.each([
    [1, 100],
    [2, 200],
    [4, 800],
    [5, 1000],
    [5000, 1000]
  ])('waits at most this long before attempt %i + 1: %i ms', (attempt, ceiling) => {
    expect(retryDelay(policy, attempt, () => 1)).toBe(ceiling)
    expect(retryDelay(policy, attempt, () => 0.25)).toBe(ceiling / 4)
  })

  it.each([
    [7000, 7000],
    [50, 100],
    [3_600_000, 300_000]
  ])('honours Retry-After of %i ms with %i ms', (asked, waited) => {
    expect(retryDelay(policy, 1, () => 1, asked)).toBe(waited)
  })
})

describe('parseRetryAfter', () => {
  const now = Date.parse('2026-11-23T20:00:00.000Z')
  it.each([
    [undefined, 0],
    ['', 0],
    ['0', 0],
    ['120', 120_000],
    ['Mon, 23 Nov 2026 20:00:30 GMT', 30_000],
    ['Mon, 23 Nov 2026 19:00:00 GMT', 0],
    ['soon', 0]
  ])('reads %j as %i ms', (header, ms) => expect(parseRetryAfter(header, now)).toBe(ms))
})
