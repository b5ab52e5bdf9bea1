/** Events a minute that Heap takes for an app and for an identity: https://developers.heap.io/reference/bulk-track */
export const EVENTS_PER_MINUTE = 15_000
export const EVENTS_PER_MINUTE_OF_IDENTITY = 1_000
