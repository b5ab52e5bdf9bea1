// Generated file. DO NOT MODIFY IT BY HAND.

export interface Payload {
  /**
   * The ID the user is known by in Heap, at most 255 characters. Placeholders such as `null` or `guest` are refused, because people merged in Heap cannot be separated again.
   */
  user_id?: string | null
  /**
   * Sent as the user property `anonymous_id`, by which Heap joins anonymous server events to this user.
   */
  anonymous_id?: string | null
  /**
   * Sent as user properties. A trait named `id` is sent as `_id`, because Heap forbids `id`.
   */
  traits?: {
    [k: string]: unknown
  }
  /**
   * Heap's own numeric ID of an anonymous user, to be merged into the identity with one more request per event. Heap takes 1 identity for a Heap user ID and 10 Heap user IDs for an identity a month, and silently ignores more: https://developers.heap.io/reference/identify-1
   */
  heap_user_id?: string | null
  /**
   * How to send nested objects and arrays, which Heap does not store. Flatten: `a.b`, arrays as JSON text. Index: arrays expanded too, as `list.0`. Stringify: each as JSON text. Drop: left out.
   */
  nested_properties?: string
  /**
   * Send up to 1,000 events in one request, with one outcome for each.
   */
  enable_batching?: boolean
  /**
   * Events in one batch, at most 1000: Heap's limit for a bulk request.
   */
  batch_size?: number
}
