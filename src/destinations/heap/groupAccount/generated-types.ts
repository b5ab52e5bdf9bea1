// Generated file. DO NOT MODIFY IT BY HAND.

export interface Payload {
  /**
   * The account's ID. In Heap, choose the user property that holds it as the account identifier, so that users belong to accounts.
   */
  account_id: string
  /**
   * Sent as account properties.
   */
  traits?: {
    [k: string]: unknown
  }
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
