// Generated file. DO NOT MODIFY IT BY HAND.

export interface Payload {
  /**
   * The name of the event.
   */
  name: string
  /**
   * Sent as event properties, nested objects as `a.b` and arrays as JSON text.
   */
  properties?: {
    [k: string]: unknown
  }
  /**
   * The ID the user is known by in Heap, for sources whose identify calls do not reach Heap. The visitor is identified first.
   */
  identity?: string | null
  /**
   * Sent as the user property `anonymous_id` once for each visitor of a page: Heap joins anonymous server events by it.
   */
  anonymousId?: string | null
  /**
   * Sent as user properties with each event, for sources whose identify calls do not reach Heap.
   */
  traits?: {
    [k: string]: unknown
  }
}
