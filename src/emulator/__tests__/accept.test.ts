import { acceptTrack } from '../accept'

const MAX_ID = '9007199254740991'
const track = (event: object) => ({ app_id: '11', events: [{ event: 'E', identity: 'u', ...event }] })
const many = (count: number, item: object) => Array.from({ length: count }, () => item)
const refusal = (text: string) => ({ refusal: text })

describe('acceptTrack', () => {
  it.each([
    ['a full event', track({ properties: { a: 'x', b: 1, c: true }, idempotency_key: 'k', session_id: '5' })],
    ['an event name of 1024 characters', track({ event: 'e'.repeat(1024) })],
    ['an identity of 255 characters', track({ identity: 'u'.repeat(255) })],
    ['the largest user_id', track({ identity: undefined, user_id: MAX_ID })],
    ['a key of 1023 characters', track({ properties: { ['k'.repeat(1023)]: 1 } })],
    ['a value of 1023 characters', track({ properties: { k: 'v'.repeat(1023) } })],
    ['nested objects and arrays', track({ properties: { o: { p: null }, a: [1, { b: 2 }] } })],
    ['a timestamp with milliseconds', track({ timestamp: '2020-01-01T00:00:00.000Z' })],
    ['a timestamp with an offset', track({ timestamp: '2020-01-01T00:00:00+02:00' })],
    ['a date', track({ timestamp: '2020-01-01' })],
    ['a key it does not know', track({ extra: 1 })],
    ['1000 events', { app_id: '11', events: many(1000, { event: 'E', identity: 'u' }) }]
  ])('takes %s', (_name, body) => {
    expect(acceptTrack(body)).toEqual({ body, single: false })
  })

  it('takes one event at top level as events[0]', () => {
    const body = { app_id: '11', event: 'E', identity: 'u' }
    expect(acceptTrack(body)).toEqual({ body: { app_id: '11', events: [body] }, single: true })
  })

  it.each([
    ['a list', [], 'postBody should be object'],
    ['nothing', undefined, 'postBody should be object'],
    ['no app_id', { events: [] }, "postBody should have required property 'app_id'"],
    ['no app_id at top level', { event: 'E', identity: 'u' }, "postBody should have required property 'app_id'"],
    ['a numeric app_id', { ...track({}), app_id: 11 }, 'postBody.app_id should be string'],
    ['an app_id with letters', { ...track({}), app_id: '1a' }, 'postBody.app_id should match pattern "^[0-9]+$"'],
    ['events that are not a list', { app_id: '11', events: {} }, 'postBody.events should be array'],
    ['no events', { app_id: '11', events: [] }, 'postBody.events should NOT have fewer than 1 items'],
    [
      '1001 events',
      { app_id: '11', events: many(1001, { event: 'E', identity: 'u' }) },
      'postBody.events should NOT have more than 1000 items'
    ],
    ['an event that is not an object', { app_id: '11', events: ['E'] }, 'postBody.events[0] should be object'],
    ['no event name', track({ event: undefined }), "postBody.events[0] should have required property 'event'"],
    ['an empty event name', track({ event: '' }), 'postBody.events[0].event should NOT be shorter than 1 characters'],
    [
      'an event name of 1025 characters',
      track({ event: 'e'.repeat(1025) }),
      'postBody.events[0].event should NOT be longer than 1024 characters'
    ],
    [
      'an empty identity',
      track({ identity: '' }),
      'postBody.events[0].identity should NOT be shorter than 1 characters'
    ],
    [
      'an identity of 256 characters',
      track({ identity: 'u'.repeat(256) }),
      'postBody.events[0].identity should NOT be longer than 255 characters'
    ],
    ['a numeric identity', track({ identity: 1 }), 'postBody.events[0].identity should be string'],
    ['both ids', track({ user_id: '1' }), 'postBody.events[0] should have exactly one of identity, user_id'],
    ['no id', track({ identity: undefined }), 'postBody.events[0] should have exactly one of identity, user_id'],
    ['a numeric user_id', track({ identity: undefined, user_id: 1 }), 'postBody.events[0].user_id should be string'],
    [
      'a user_id with letters',
      track({ identity: undefined, user_id: 'a1' }),
      'postBody.events[0].user_id should match format "user_id"'
    ],
    [
      'a user_id of 2^53',
      track({ identity: undefined, user_id: '9007199254740992' }),
      'postBody.events[0].user_id should match format "user_id"'
    ],
    ['properties that are a list', track({ properties: [] }), 'postBody.events[0].properties should be object'],
    ['properties that are null', track({ properties: null }), 'postBody.events[0].properties should be object'],
    [
      'a null value',
      track({ properties: { x: null } }),
      "postBody.events[0].properties['x'] should be string, number or boolean"
    ],
    [
      'a value of 1024 characters, its key with signs of JSON pointers',
      track({ properties: { 'a/b~c': 'v'.repeat(1024) } }),
      "postBody.events[0].properties['a/b~c'] should NOT be longer than 1023 characters"
    ],
    [
      'a value of 512 characters outside the basic plane',
      track({ properties: { x: '😀'.repeat(512) } }),
      "postBody.events[0].properties['x'] should NOT be longer than 1023 characters"
    ],
    [
      'a key of 1024 characters',
      track({ properties: { ['k'.repeat(1024)]: 1 } }),
      `postBody.events[0].properties property name '${'k'.repeat(1024)}' is invalid`
    ],
    [
      'a timestamp in milliseconds',
      track({ timestamp: 1577836800000 }),
      'postBody.events[0].timestamp should be string'
    ],
    [
      'a timestamp in words',
      track({ timestamp: 'Jan 1, 2020' }),
      'postBody.events[0].timestamp should match format "date-time"'
    ],
    [
      'a month that does not exist',
      track({ timestamp: '2020-13-01T00:00:00Z' }),
      'postBody.events[0].timestamp should match format "date-time"'
    ],
    ['a numeric idempotency_key', track({ idempotency_key: 1 }), 'postBody.events[0].idempotency_key should be string'],
    ['a numeric session_id', track({ session_id: 1 }), 'postBody.events[0].session_id should be string']
  ])('refuses %s', (_name, body, text) => {
    expect(acceptTrack(body)).toEqual(refusal(text))
  })

  it('names the first bad event of several', () => {
    const good = { event: 'E', identity: 'u' }
    const bad = { ...good, properties: { '3': null } }
    expect(acceptTrack({ app_id: '11', events: [good, good, bad, { ...good, event: 1 }] })).toEqual(
      refusal("postBody.events[2].properties['3'] should be string, number or boolean")
    )
  })
})
