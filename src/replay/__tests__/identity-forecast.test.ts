import { forecastLines, IdentityForecast, MAX_IDS } from '../identity-forecast'

const event = (more: { messageId?: string; timestamp?: string } = {}) => ({
  messageId: 'message-1',
  timestamp: '2026-01-02T03:04:05.000Z',
  ...more
})

function identified(identity: string, properties: object, fields: object = {}) {
  return {
    about: 'user' as const,
    endpoint: '',
    owner: { kind: 'identity' as const, id: identity },
    properties: new Map(Object.entries(properties)),
    fields: new Map(Object.entries(fields))
  }
}

describe('IdentityForecast', () => {
  it('says nothing of people with a few browsers', () => {
    const forecast = new IdentityForecast()
    for (let at = 0; at < 9; at++) forecast.add(identified('ada', { anonymous_id: `anon-${at}` }), event())
    expect(forecast.result()).toStrictEqual({ joined: 9, merges: [], mergesInAll: 0, approximate: false })
  })

  it('counts each ID of an identity once', () => {
    const forecast = new IdentityForecast()
    for (let at = 0; at < 30; at++) forecast.add(identified('kiosk', { anonymous_id: `anon-${at % 10}` }), event())
    const { joined, merges } = forecast.result()
    expect({ joined, merges }).toStrictEqual({
      joined: 10,
      merges: [
        { identity: 'kiosk', why: 'shared', times: 30, anonymousIds: 10, heapUserIds: 0, messageId: 'message-1' }
      ]
    })
  })

  it.each([
    [11, 0, ['too many links']],
    [10, 0, []],
    [11, 1, []]
  ])('holds %i links, %i of them a month later, against what Heap takes a month', (links, later, why) => {
    const forecast = new IdentityForecast()
    for (let at = 0; at < links; at++) {
      const timestamp = at < links - later ? '2026-01-31T00:00:00.000Z' : '2026-02-01T00:00:00.000Z'
      forecast.add(identified('ada', {}, { user_id: String(at), identity: 'ada' }), event({ timestamp }))
    }
    expect(forecast.result().merges.map((merge) => merge.why)).toStrictEqual(why)
  })

  it.each(['guest', 'NULL', 'n/a', '0000', '00000000-0000-0000-0000-000000000000', '-', 'xxx', '(null)', 'Test'])(
    'knows %s for a placeholder',
    (identity) => {
      const forecast = new IdentityForecast()
      forecast.add(identified(identity, {}), event())
      expect(forecast.result().merges).toMatchObject([{ identity, why: 'placeholder', times: 1 }])
    }
  )

  it.each(['user-1', '7', '11', 'aa1', 'ada@example.com'])('takes %s for somebody', (identity) => {
    const forecast = new IdentityForecast()
    forecast.add(identified(identity, { anonymous_id: 'anon-1' }), event())
    expect(forecast.result().merges).toStrictEqual([])
  })

  it('remembers whom many share when there are more people than it can hold, and says that it forgot', () => {
    const forecast = new IdentityForecast()
    for (let at = 0; at < 300_000; at++) {
      forecast.add(identified(`user-${at}`, { anonymous_id: `anon-${at}` }), event())
      if (at % 100 === 0) forecast.add(identified('kiosk', { anonymous_id: `kiosk-${at}` }), event())
    }
    const { merges, approximate } = forecast.result()
    expect(approximate).toBe(true)
    expect(merges).toMatchObject([{ identity: 'kiosk', times: 3000, anonymousIds: MAX_IDS }])
  })

  it('is told in lines that write nothing over the terminal', () => {
    const forecast = new IdentityForecast()
    forecast.add(identified('guest', { anonymous_id: 'anon-1' }), event({ messageId: 'a\u001b[2J' }))
    expect(forecastLines(forecast.result())).toStrictEqual([
      'people: 1 anonymous IDs and Heap user IDs would be merged into an identity',
      'merges many people permanently: "guest" (placeholder), anonymous IDs 1, Heap user IDs 0, first message a [2J'
    ])
  })
})
