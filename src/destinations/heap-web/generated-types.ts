// Generated file. DO NOT MODIFY IT BY HAND.

export interface Settings {
  /**
   * Heap's App ID, a number. Find it in Heap's install snippet: heap.load('YOUR_APP_ID').
   */
  appId: string
  /**
   * Turn on when something else loads Heap: a tag manager, Heap's own snippet, the Contentsquare tag. Calls wait for it.
   */
  heapIsOnThePage?: boolean
  /**
   * Where your Heap data is stored.
   */
  region?: string
  /**
   * Heap captures no text of elements.
   */
  disableTextCapture?: boolean
  /**
   * Heap sends its cookies over HTTPS only.
   */
  secureCookie?: boolean
  /**
   * Where heap.js sends what it captures, if not to Heap.
   */
  ingestServer?: string
  /**
   * Where heap.js is loaded from, if not from Heap's CDN: the host alone, without `https://`.
   */
  hostname?: string
  /**
   * Heap's former name of `ingestServer`. With `hostname`, Heap's classic SDK is loaded from there.
   */
  trackingServer?: string
  /**
   * Up to this many array items of an event are also sent as events of their own, named "<event> <property> item". 0 or none: off.
   */
  browserArrayLimit?: number
}
