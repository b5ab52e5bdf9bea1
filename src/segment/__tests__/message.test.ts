import { parseMessage } from '../message'

const receivedAt = new Date('2026-11-23T20:03:14.000Z')
const AT = receivedAt.toISOString()
const call = { type: 'track', event: 'E', userId: 'u', messageId: 'm' }
const times = { timestamp: AT, originalTimestamp: AT, receivedAt: AT }

describe('parseMessage', () => {
  it('keeps every field but the write key', () => {
    const value = { ...call, properties: { a: null }, _metadata: { x: 1 }, custom: [1], writeKey: 'w' }
    const { writeKey: _writeKey, ...rest } = value
    expect(parseMessage(value, { receivedAt })).toStrictEqual({ message: { ...rest, ...times } })
  })

  it('makes a messageId where there is none', () => {
    const ids = [undefined, null, ''].map((messageId) => {
      const parsed = parseMessage({ ...call, messageId }, { receivedAt })
      return 'message' in parsed && parsed.message.messageId
    })
    for (const id of ids) expect(id).toMatch(/^api-[0-9a-f-]{36}$/)
    expect(new Set(ids).size).toBe(3)
  })

  it.each([
    [
      'corrects a slow client clock',
      '2026-11-23T19:00:00.000Z',
      '2026-11-23T19:00:04.000Z',
      '2026-11-23T20:03:10.000Z'
    ],
    [
      'corrects a fast client clock',
      '2026-11-24T08:00:00.000Z',
      '2026-11-24T08:00:01.500Z',
      '2026-11-23T20:03:12.500Z'
    ],
    ['keeps the timestamp without sentAt', '2020-01-01T00:00:00.000Z', undefined, '2020-01-01T00:00:00.000Z'],
    ['keeps the timestamp when sentAt is not a date', '2020-01-01T00:00:00.000Z', 'soon', '2020-01-01T00:00:00.000Z'],
    ['reads a time zone', '2020-01-01T01:00:00+01:00', undefined, '2020-01-01T00:00:00.000Z'],
    [
      'keeps a timestamp that a correction would push out of range',
      '+275760-09-13T00:00:00.000Z',
      '2020-01-01T00:00:00.000Z',
      '+275760-09-13T00:00:00.000Z'
    ]
  ])('%s', (_case, timestamp, sentAt, corrected) => {
    const parsed = parseMessage({ ...call, timestamp }, { receivedAt, sentAt })
    const originalTimestamp = new Date(timestamp).toISOString()
    const sent = sentAt && sentAt !== 'soon' ? { sentAt } : {}
    const expected = { ...call, timestamp: corrected, originalTimestamp, receivedAt: AT, ...sent }
    expect(parsed).toStrictEqual({ message: expected })
  })

  it.each([undefined, null])('takes the time of arrival when timestamp is %s', (timestamp) => {
    const sentAt = '2026-11-23T10:00:00.000Z'
    const parsed = parseMessage({ ...call, timestamp }, { receivedAt, sentAt })
    expect(parsed).toStrictEqual({ message: { ...call, ...times, sentAt } })
  })

  it('drops nulls that would make the engine throw', () => {
    const dropped = parseMessage({ ...call, context: null, integrations: null }, { receivedAt })
    expect(dropped).toStrictEqual({ message: { ...call, ...times } })
    const personas = parseMessage({ ...call, context: { personas: null, ip: '1.1.1.1' } }, { receivedAt })
    expect(personas).toStrictEqual({ message: { ...call, context: { ip: '1.1.1.1' }, ...times } })
  })

  it('keeps a key named __proto__ as data', () => {
    const value: unknown = JSON.parse('{"type":"track","userId":"u","messageId":"m","__proto__":{"polluted":true}}')
    const parsed = parseMessage(value, { receivedAt })
    expect(JSON.stringify(parsed)).toContain('"__proto__":{"polluted":true}')
    expect({}).not.toHaveProperty('polluted')
  })

  it.each([
    ['numbers as ids', { userId: 7 }],
    ['an anonymous call', { userId: null, anonymousId: 'a' }]
  ])('accepts %s', (_case, fields) => {
    const value = { ...call, ...fields }
    expect(parseMessage(value, { receivedAt })).toStrictEqual({ message: { ...value, ...times } })
  })

  it('accepts 500 levels and refuses 501', () => {
    const nested = (levels: number) => JSON.parse('{"a":'.repeat(levels) + '1' + '}'.repeat(levels)) as unknown
    const parse = (levels: number) => parseMessage({ ...call, properties: nested(levels - 1) }, { receivedAt })
    expect(parse(500)).toHaveProperty('message')
    const error = 'the message is nested deeper than 500 levels; flatten its properties or traits'
    expect(parse(501)).toStrictEqual({ error })
    expect(parse(200_000)).toStrictEqual({ error })
  })

  const NO_ID = 'userId and anonymousId are both missing; send at least one of them'
  const TYPES = 'type must be one of identify, track, page, screen, group, alias'
  it.each([
    [null, 'the message must be a JSON object'],
    [[], 'the message must be a JSON object'],
    [{ ...call, type: undefined }, `${TYPES}; got undefined`],
    [{ ...call, type: 'nope' }, `${TYPES}; got "nope"`],
    [{ ...call, type: 7 }, `${TYPES}; got 7`],
    [{ ...call, userId: undefined }, NO_ID],
    [{ ...call, type: 'group', groupId: 'g', userId: '' }, NO_ID],
    [{ ...call, type: 'alias', previousId: 'p', userId: ' ', anonymousId: null }, NO_ID],
    [{ ...call, userId: {} }, 'userId must be a string; got an object'],
    [{ ...call, anonymousId: true }, 'anonymousId must be a string; got true'],
    [{ ...call, messageId: [1] }, 'messageId must be a string; got an array'],
    [{ ...call, context: 'x' }, 'context must be a JSON object; got "x"'],
    [{ ...call, context: [] }, 'context must be a JSON object; got an array'],
    [{ ...call, integrations: 1 }, 'integrations must be a JSON object; got 1'],
    [{ ...call, timestamp: 'soon' }, 'timestamp must be an ISO 8601 date; got "soon"'],
    [{ ...call, timestamp: 7 }, 'timestamp must be an ISO 8601 date; got 7']
  ])('refuses %j', (value, error) => {
    expect(parseMessage(value, { receivedAt })).toStrictEqual({ error })
  })

  it('takes a missing type from the route and refuses another one', () => {
    const page = { ...call, type: undefined }
    expect(parseMessage(page, { receivedAt, type: 'page' })).toStrictEqual({
      message: { ...call, type: 'page', ...times }
    })
    expect(parseMessage(call, { receivedAt, type: 'page' })).toStrictEqual({
      error: 'type is "track" but the request went to the route for page calls'
    })
  })
})
