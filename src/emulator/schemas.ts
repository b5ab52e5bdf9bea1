import {
  MAX_ACCOUNTS_PER_REQUEST,
  MAX_EVENT_NAME_CHARACTERS,
  MAX_EVENTS_PER_REQUEST,
  MAX_IDENTITY_CHARACTERS,
  MAX_PROPERTY_CHARACTERS,
  MAX_USERS_PER_DELETION,
  MAX_USERS_PER_REQUEST,
  MAX_WEB_EVENT_NAME_CHARACTERS,
  MAX_WEB_KEY_CHARACTERS,
  MIN_PARTNER_KEY_CHARACTERS
} from './limits'

const text = { type: 'string' }
const nonEmpty = { type: 'string', minLength: 1 }
const appId = { type: 'string', pattern: '^[0-9]+$' }
const event = { type: 'string', minLength: 1, maxLength: MAX_EVENT_NAME_CHARACTERS }
const identity = { type: 'string', minLength: 1, maxLength: MAX_IDENTITY_CHARACTERS }
const userId = { type: 'string', format: 'user_id' }
const timestamp = { type: 'string', format: 'date-time' }
const key = { type: 'string', maxLength: MAX_PROPERTY_CHARACTERS }
const eitherId = [{ required: ['identity'] }, { required: ['user_id'] }]

// Objects and arrays pass because Heap takes the request and then drops or joins them; null is in no list of Heap's.
const value = { type: ['string', 'number', 'boolean', 'object', 'array'], maxLength: MAX_PROPERTY_CHARACTERS }
const properties = { type: 'object', propertyNames: key, additionalProperties: value }

// "id" is the only name Heap forbids, for users alone: https://developers.heap.io/reference/add-user-properties
const userProperties = { ...properties, propertyNames: { ...key, not: { pattern: '^[iI][dD]$' } } }

const listOf = (name: string, items: object, bounds: object) => ({
  type: 'object',
  required: ['app_id', name],
  properties: { app_id: appId, [name]: { type: 'array', items, ...bounds } }
})

const trackEvent = {
  type: 'object',
  required: ['event'],
  oneOf: eitherId,
  properties: { event, identity, user_id: userId, properties, timestamp, idempotency_key: text, session_id: text }
}

const partnerEvent = {
  type: 'object',
  required: ['event', 'user_identifier'],
  properties: {
    event,
    user_identifier: {
      type: 'object',
      anyOf: ['identity', 'anonymous_id', 'user_id', 'email'].map((name) => ({ required: [name] })),
      properties: { identity, user_id: userId, anonymous_id: nonEmpty, email: nonEmpty }
    },
    custom_properties: { ...properties, additionalProperties: { type: 'string', maxLength: MAX_PROPERTY_CHARACTERS } },
    timestamp,
    idempotency_key: { type: 'string', minLength: MIN_PARTNER_KEY_CHARACTERS }
  }
}

const user = { type: 'object', required: ['identity'], properties: { identity, properties: userProperties } }
const account = { type: 'object', required: ['account_id'], properties: { account_id: nonEmpty, properties } }

export const trackSchema = listOf('events', trackEvent, { minItems: 1, maxItems: MAX_EVENTS_PER_REQUEST })
export const usersSchema = listOf('users', user, { maxItems: MAX_USERS_PER_REQUEST })
export const accountsSchema = listOf('accounts', account, { maxItems: MAX_ACCOUNTS_PER_REQUEST })

// No maxItems: no batch limit of this endpoint is known.
const partner = listOf('events', partnerEvent, { minItems: 1 })
export const partnerSchema = { ...partner, properties: { ...partner.properties, library: text } }

export const identifySchema = {
  type: 'object',
  required: ['app_id', 'user_id', 'identity'],
  properties: { app_id: appId, user_id: userId, identity, timestamp }
}

const deletedUser = { type: 'object', oneOf: eitherId, properties: { identity, user_id: userId } }
export const deletionSchema = {
  type: 'object',
  required: ['users'],
  properties: { users: { type: 'array', maxItems: MAX_USERS_PER_DELETION, items: deletedUser } }
}

/** What this emulator's heap.js posts; the real one's format is not documented. */
export const visitorSchema = {
  type: 'object',
  required: ['app_id', 'user_id', 'call'],
  properties: {
    app_id: appId,
    user_id: userId,
    session_id: text,
    call: { enum: ['identify', 'addUserProperties', 'track'] },
    identity,
    event: { ...event, maxLength: MAX_WEB_EVENT_NAME_CHARACTERS },
    properties: { ...properties, propertyNames: { ...key, maxLength: MAX_WEB_KEY_CHARACTERS } }
  },
  allOf: [
    { if: { properties: { call: { const: 'identify' } } }, then: { required: ['identity'] } },
    { if: { properties: { call: { const: 'track' } } }, then: { required: ['event'] } }
  ]
}
