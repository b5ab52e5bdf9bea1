// Generated file. DO NOT MODIFY IT BY HAND.

export interface Settings {
  /**
   * Heap's App ID, a number. Find it in Heap's install snippet: heap.load('YOUR_APP_ID').
   */
  appId: string
  /**
   * Where your Heap data is stored.
   */
  region?: string
  /**
   * Needed for user deletion only, together with the App ID of Heap's Main Production environment. Events need no key.
   */
  apiKey?: string
}
