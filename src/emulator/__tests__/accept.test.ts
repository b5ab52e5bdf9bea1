import {
  acceptAccountProperties,
  acceptDeletion,
  acceptIdentify,
  acceptPartnerTrack,
  acceptTrack,
  acceptUserProperties
} from '../accept'

const MAX_ID = '9007199254740991'
const track = (event: object) => ({ app_id: '11', events: [{ event: 'E', identity: 'u', ...event }] })
const partner = (event: object) => ({
  app_id: '11',
  events: [{ event: 'E', user_identifier: { anonymous_id: 'a' }, ...event }]
})
const user = (properties: unknown) => ({ app_id: '11', users: [{ identity: 'u', properties }] })
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
    ['events that are no list', { app_id: '11', events: {} }, 'postBody.events should be array'],
    ['no events', { app_id: '11', events: [] }, 'postBody.events should NOT have fewer than 1 items'],
    [
      '1001 events',
      { app_id: '11', events: many(1001, { event: 'E', identity: 'u' }) },
      'postBody.events should NOT have more than 1000 items'
    ],
    ['an event that is no object', { app_id: '11', events: ['E'] }, 'postBody.events[0] should be object'],
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

describe('acceptPartnerTrack', () => {
  it.each([
    ['each identifier', partner({ user_identifier: { identity: 'u', anonymous_id: 'a', user_id: '1', email: 'e' } })],
    ['one identifier', partner({ user_identifier: { email: 'a@b.c' } })],
    ['strings', { ...partner({ custom_properties: { a: '1' }, idempotency_key: '12345678' }), library: 'server' }],
    ['more than 1000 events, for no limit is known', { app_id: '11', events: many(1001, partner({}).events[0]) }]
  ])('takes %s', (_name, body) => {
    expect(acceptPartnerTrack(body)).toEqual({ body, single: false })
  })

  it.each([
    [
      'no identifier',
      partner({ user_identifier: {} }),
      'postBody.events[0].user_identifier should have at least one of identity, anonymous_id, user_id, email'
    ],
    [
      'no user_identifier',
      partner({ user_identifier: undefined }),
      "postBody.events[0] should have required property 'user_identifier'"
    ],
    [
      'an empty anonymous_id',
      partner({ user_identifier: { anonymous_id: '' } }),
      'postBody.events[0].user_identifier.anonymous_id should NOT be shorter than 1 characters'
    ],
    [
      'a number as value',
      partner({ custom_properties: { a: 1 } }),
      "postBody.events[0].custom_properties['a'] should be string"
    ],
    [
      'an idempotency_key of 7 characters',
      partner({ idempotency_key: '1234567' }),
      'postBody.events[0].idempotency_key should NOT be shorter than 8 characters'
    ],
    ['a library that is no string', { ...partner({}), library: 1 }, 'postBody.library should be string']
  ])('refuses %s', (_name, body, text) => {
    expect(acceptPartnerTrack(body)).toEqual(refusal(text))
  })
})

describe('acceptUserProperties', () => {
  it('takes 1000 users', () => {
    const body = { app_id: '11', users: many(1000, { identity: 'u', properties: { ident: 1, _id: 'x' } }) }
    expect(acceptUserProperties(body)).toEqual({ body, single: false })
  })

  it('takes one user at top level', () => {
    const body = { app_id: '11', identity: 'u', properties: { a: 1 } }
    expect(acceptUserProperties(body)).toEqual({ body: { app_id: '11', users: [body] }, single: true })
  })

  it.each([
    [
      '1001 users',
      { app_id: '11', users: many(1001, { identity: 'u' }) },
      'postBody.users should NOT have more than 1000 items'
    ],
    ['no identity', { app_id: '11', users: [{}] }, "postBody.users[0] should have required property 'identity'"],
    ['a property id', user({ id: 1 }), "postBody.users[0].properties property name 'id' is invalid"],
    ['a property Id', user({ Id: 1 }), "postBody.users[0].properties property name 'Id' is invalid"],
    ['a property ID', user({ ID: 1 }), "postBody.users[0].properties property name 'ID' is invalid"],
    ['a list of properties', user([]), 'postBody.users[0].properties should be object']
  ])('refuses %s', (_name, body, text) => {
    expect(acceptUserProperties(body)).toEqual(refusal(text))
  })
})

describe('acceptAccountProperties', () => {
  it('takes accounts, a property id among them', () => {
    const body = { app_id: '11', accounts: [{ account_id: 'acme', properties: { id: 1 } }] }
    expect(acceptAccountProperties(body)).toEqual({ body, single: false })
  })

  it.each([
    [
      '1001 accounts',
      { app_id: '11', accounts: many(1001, { account_id: 'a' }) },
      'postBody.accounts should NOT have more than 1000 items'
    ],
    [
      'an empty account_id',
      { app_id: '11', accounts: [{ account_id: '' }] },
      'postBody.accounts[0].account_id should NOT be shorter than 1 characters'
    ]
  ])('refuses %s', (_name, body, text) => {
    expect(acceptAccountProperties(body)).toEqual(refusal(text))
  })
})

describe('acceptIdentify', () => {
  it('takes a user_id and an identity', () => {
    const body = { app_id: '11', user_id: '5', identity: 'u', timestamp: '2020-01-01T00:00:00Z' }
    expect(acceptIdentify(body)).toEqual({ body, single: false })
  })

  it.each([
    ['no user_id', { app_id: '11', identity: 'u' }, "postBody should have required property 'user_id'"],
    ['no identity', { app_id: '11', user_id: '5' }, "postBody should have required property 'identity'"]
  ])('refuses %s', (_name, body, text) => {
    expect(acceptIdentify(body)).toEqual(refusal(text))
  })
})

describe('acceptDeletion', () => {
  it('takes 10,000 users by either id', () => {
    const body = { users: [...many(5000, { identity: 'u' }), ...many(5000, { user_id: '1' })] }
    expect(acceptDeletion(body)).toEqual({ body })
  })

  it.each([
    [
      '10,001 users',
      { users: many(10_001, { identity: 'u' }) },
      'postBody.users should NOT have more than 10000 items'
    ],
    ['no id', { users: [{}] }, 'postBody.users[0] should have exactly one of identity, user_id'],
    ['no users', {}, "postBody should have required property 'users'"]
  ])('refuses %s', (_name, body, text) => {
    expect(acceptDeletion(body)).toEqual(refusal(text))
  })
})
