// Generated file. DO NOT MODIFY IT BY HAND.

export interface Payload {
  /**
   * The ID the user is known by in Heap, at most 255 characters.
   */
  identity?: string | null
  /**
   * The name of the user property, in snake_case.
   */
  audience_key: string
  /**
   * The object with the membership as true or false under the audience key: the traits or, in track calls, the properties.
   */
  traits_or_properties?: {
    [k: string]: unknown
  }
  /**
   * Send up to 1,000 events in one request, with one outcome for each.
   */
  enable_batching?: boolean
  /**
   * Events in one batch, at most 1000: Heap's limit for a bulk request.
   */
  batch_size?: number
}
