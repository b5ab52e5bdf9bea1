/** Events in one bulk track call. https://developers.heap.io/reference/bulk-track */
export const MAX_EVENTS_PER_REQUEST = 1000

/** Users in one bulk call. https://developers.heap.io/reference/bulk-add-user-properties */
export const MAX_USERS_PER_REQUEST = 1000

/** Accounts in one bulk call. https://developers.heap.io/reference/bulk-add-account-properties */
export const MAX_ACCOUNTS_PER_REQUEST = 1000

/** Users in one deletion call. https://developers.heap.io/reference/user-deletion */
export const MAX_USERS_PER_DELETION = 10_000

/** Characters in an event name. https://developers.heap.io/reference/track-1 */
export const MAX_EVENT_NAME_CHARACTERS = 1024

/** Characters in an identity. https://developers.heap.io/reference/track-1 */
export const MAX_IDENTITY_CHARACTERS = 255

/** Largest Heap user_id, 2^53-1. https://developers.heap.io/reference/track-1 */
export const MAX_USER_ID = Number.MAX_SAFE_INTEGER

/** Characters in a property key or string value: "fewer than 1024". https://developers.heap.io/reference/track-1 */
export const MAX_PROPERTY_CHARACTERS = 1023

/** Characters in an event name given to heap.js. https://developers.heap.io/docs/api-reference */
export const MAX_WEB_EVENT_NAME_CHARACTERS = 255

/** Characters in a property key given to heap.js: "under 512". https://developers.heap.io/docs/api-reference */
export const MAX_WEB_KEY_CHARACTERS = 511

/** Characters kept of an array once it is joined. https://developers.heap.io/reference/track-1 */
export const MAX_JOINED_ARRAY_CHARACTERS = 1024

/** Characters an idempotency_key must have at the partner endpoint. Seen there; Heap has no page about it. */
export const MIN_PARTNER_KEY_CHARACTERS = 8

/** A number of points in a window, counted for each key apart. */
export interface Allowance {
  points: number
  seconds: number
  /** What is counted, for the text of the refusal. */
  of: string
}

/** Events of bulk calls for one identity. https://developers.heap.io/reference/bulk-track */
export const BULK_EVENTS_PER_IDENTITY: Allowance = { points: 1000, seconds: 60, of: 'events for one identity' }

/** Events of bulk calls for one app_id. https://developers.heap.io/reference/bulk-track */
export const BULK_EVENTS_PER_APP: Allowance = { points: 15_000, seconds: 60, of: 'events for one app_id' }

/** Calls in single form for one identity. https://developers.heap.io/reference/track-1 */
export const SINGLE_EVENTS_PER_IDENTITY: Allowance = { points: 30, seconds: 30, of: 'track requests for one identity' }

/** Calls in single form for one identity. https://developers.heap.io/reference/add-user-properties */
export const SINGLE_USERS_PER_IDENTITY: Allowance = {
  points: 30,
  seconds: 30,
  of: 'add_user_properties requests for one identity'
}

/** Heap users merged into one identity in a month. https://developers.heap.io/reference/identify-1 */
export const MAX_MERGES_PER_IDENTITY_A_MONTH = 10

/** Life of a deletion token: 5 minutes. Heap's help centre, "User deletion with Postman". */
export const TOKEN_LIFE_MS = 5 * 60 * 1000

/** Bytes of body that the emulator reads, where Heap names no limit: 1,000 of Segment's largest events, and half as much again. */
export const MAX_BODY_BYTES = 48 * 1024 * 1024

/** Bytes of body from heap.js, which any page may post: more than one event with a person's properties ever has. Heap names no limit. */
export const MAX_VISITOR_BYTES = 128 * 1024
