/** Events, users or accounts in one bulk request. https://developers.heap.io/reference/bulk-track and its siblings */
export const MAX_ITEMS_PER_REQUEST = 1000

/** Events a minute for one App ID. https://developers.heap.io/reference/bulk-track */
export const MAX_EVENTS_PER_MINUTE = 15_000

/** Events a minute for one identity. https://developers.heap.io/reference/bulk-track */
export const MAX_EVENTS_PER_MINUTE_OF_IDENTITY = 1000

/** Characters of an event name. https://developers.heap.io/reference/track-1 */
export const MAX_EVENT_NAME_LENGTH = 1024

/** Characters of an identity. https://developers.heap.io/reference/track-1 */
export const MAX_IDENTITY_LENGTH = 255

/** Characters of a property key or text value: "fewer than 1024". https://developers.heap.io/reference/track-1 */
export const MAX_PROPERTY_LENGTH = 1023

/** Heap's own numeric ID of a user goes from 0 to 2^53-1. https://developers.heap.io/reference/track-1 */
export const MAX_HEAP_USER_ID = Number.MAX_SAFE_INTEGER

/** Heap users that are merged into one identity in a month. https://developers.heap.io/reference/identify-1 */
export const MAX_LINKS_PER_IDENTITY_A_MONTH = 10

/** The partner endpoint, of which Heap has no page, refuses shorter idempotency keys. */
export const MIN_PARTNER_IDEMPOTENCY_KEY_LENGTH = 8

/** Users in one deletion request. https://developers.heap.io/reference/user-deletion */
export const MAX_USERS_PER_DELETION = 10_000

/** Characters of a property key given to heap.js: "under 512". https://developers.heap.io/docs/api-reference */
export const MAX_WEB_KEY_LENGTH = 511

/** Characters of an event name given to heap.js. https://developers.heap.io/docs/api-reference */
export const MAX_WEB_EVENT_NAME_LENGTH = 255
