// Generated file. DO NOT MODIFY IT BY HAND.

export interface Payload {
  /**
   * The name of the event.
   */
  event: string
  /**
   * Sent as event properties, nested objects as `a.b` and arrays as JSON text.
   */
  properties?: {
    [k: string]: unknown
  }
}
