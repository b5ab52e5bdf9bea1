import { isoTimestamp } from '../iso-timestamp'

describe('isoTimestamp', () => {
  it.each([
    ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.000Z'],
    ['2026-01-02', '2026-01-02T00:00:00.000Z'],
    [1767323045123, '2026-01-02T03:04:05.123Z'],
    [' 1767323045 ', '2026-01-02T03:04:05.000Z']
  ])('makes %p %p', (value, iso) => {
    expect(isoTimestamp(value)).toBe(iso)
  })

  it.each(['yesterday', '', NaN, '2026-13-45T00:00:00Z'])('takes %p for no point in time', (value) => {
    expect(isoTimestamp(value)).toBeUndefined()
  })
})
