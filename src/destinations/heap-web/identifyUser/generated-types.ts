// Generated file. DO NOT MODIFY IT BY HAND.

export interface Payload {
  /**
   * The ID the user is known by in Heap. Placeholders such as `null` or `guest` are left out.
   */
  userId?: string | null
  /**
   * Sent as the user property `anonymous_id`, by which Heap joins anonymous server events to this user.
   */
  anonymousId?: string | null
  /**
   * Sent as user properties. A trait named `id` is sent as `_id`, because Heap forbids `id`.
   */
  traits?: {
    [k: string]: unknown
  }
}
