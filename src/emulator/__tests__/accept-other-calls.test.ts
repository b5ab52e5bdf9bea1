import {
  acceptAccountProperties,
  acceptDeletion,
  acceptIdentify,
  acceptPartnerTrack,
  acceptUserProperties
} from '../accept'

const partner = (event: object) => ({
  app_id: '11',
  events: [{ event: 'E', user_identifier: { anonymous_id: 'a' }, ...event }]
})
const user = (properties: unknown) => ({ app_id: '11', users: [{ identity: 'u', properties }] })
const many = (count: number, item: object) => Array.from({ length: count }, () => item)
const refusal = (text: string) => ({ refusal: text })

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
    ['a library that is not a string', { ...partner({}), library: 1 }, 'postBody.library should be string']
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
