// Generated file. DO NOT MODIFY IT BY HAND.

export interface Payload {
  /**
   * The event's own ID. Heap stores an event once per ID, so a repeated delivery changes nothing.
   */
  message_id: string
  /**
   * The ID the user is known by in Heap, at most 255 characters. Placeholders such as `null` or `guest` count as absent.
   */
  identity?: string | null
  /**
   * Used when there is no identity. Heap joins these events to the user whose `anonymous_id` property has this value.
   */
  anonymous_id?: string | null
  /**
   * The name of a track call, at most 1,024 characters. Page and screen calls become `Page viewed` and `Screen viewed`.
   */
  event?: string
  /**
   * Sent as event properties. Keys and text values longer than 1,023 characters are cut.
   */
  properties?: {
    [k: string]: unknown
  }
  /**
   * When the event happened: a date, or Unix time in seconds or milliseconds. Sent as ISO 8601.
   */
  timestamp?: string | number
  /**
   * The type of the Segment call: `track`, `page` or `screen`.
   */
  type?: string
  /**
   * Sent as the property `name` of page and screen calls.
   */
  name?: string | null
  /**
   * Also updates the properties of an identified user, with one more request for each batch. Not sent without an identity, or with an event that Heap refuses.
   */
  traits?: {
    [k: string]: unknown
  }
  /**
   * Heap's own numeric ID of a visitor, as heap.userId has it in the page. An event without an identity then joins this visitor, by Heap's documented API and with its types kept. Not used beside an identity: https://developers.heap.io/reference/track-1
   */
  heap_user_id?: string | null
  /**
   * Heap's ID of the browser session that the event belongs to, as heap.getSessionId() has it in the page. Without it, Heap shows the event in a session of its own. Not sent for events that have an anonymous ID alone.
   */
  session_id?: string | null
  /**
   * How to send nested objects and arrays, which Heap does not store. Flatten: `a.b`, arrays as JSON text. Index: arrays expanded too, as `list.0`. Stringify: each as JSON text. Drop: left out.
   */
  nested_properties?: string
  /**
   * The Segment library the call came from, sent as the property `segment_library`.
   */
  library?: string
  /**
   * Send up to 1,000 events in one request, with one outcome for each.
   */
  enable_batching?: boolean
  /**
   * Events in one batch, at most 1000: Heap's limit for a bulk request.
   */
  batch_size?: number
}
