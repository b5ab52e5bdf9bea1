import { loadScript } from '@segment/browser-destination-runtime/load-script'
import type { FlatValue } from '../../lib/flatten'
import { withFittingKeys } from './fitting-keys'
import type { Settings } from './generated-types'

/** What this destination uses of heap.js: https://developers.heap.io/docs/web */
export interface HeapSdk {
  identify(identity: string): void
  addUserProperties(properties: Record<string, FlatValue>): void
  track(event: string, properties: Record<string, FlatValue>): void
}

/** What Heap's snippet queues until heap.js has loaded, for the calls of this destination and of the page itself. */
const QUEUED_METHODS = [
  'init',
  'startTracking',
  'stopTracking',
  'track',
  'resetIdentity',
  'identify',
  'getSessionId',
  'getUserId',
  'getIdentity',
  'addUserProperties',
  'addEventProperties',
  'removeEventProperty',
  'clearEventProperties',
  'addAccountProperties',
  'addAdapter',
  'addTransformer',
  'addTransformerFn',
  'onReady',
  'addPageviewProperties',
  'removePageviewProperty',
  'clearPageviewProperties',
  'trackPageview'
]

/** https://developers.heap.io/docs/web */
export const HEAP_CDN_ORIGINS = { US: 'https://cdn.us.heap-api.com', EU: 'https://cdn.eu.heap-api.com' }

/** Marks the script element, so that a second Analytics.js on the page knows whose Heap it finds. */
const OWN_SCRIPT = 'data-segment-heap'

interface QueuedCall {
  name: string
  fn: () => void
}

type HeapGlobal = Record<string, unknown>

interface HeapPage {
  heap?: HeapGlobal
  heapReadyCb?: QueuedCall[]
}

/**
 * Heap on this page, started when there is none yet. Looked up at each call, because heap.js replaces the queue that
 * stands in for it; calls made before that are replayed by heap.js, in order.
 */
export function heapOnPage(settings: Settings): HeapSdk {
  const page = window as Window & HeapPage
  if (!page.heap) startHeap(page, settings)
  return {
    identify: (identity) => call(page, 'identify', [identity]),
    addUserProperties: (properties) => call(page, 'addUserProperties', [withFittingKeys(properties)]),
    track: (event, properties) => call(page, 'track', [event, withFittingKeys(properties)])
  }
}

/** Warns when the page has a Heap that this destination has not started: it may belong to another App ID. */
export function warnOfForeignHeap(): void {
  const { heap } = window as Window & HeapPage
  if (!heap || document.querySelector(`script[${OWN_SCRIPT}]`)) return
  console.warn(
    "Segment's Heap destination: Heap is on this page already and is left as it is. Remove Heap's own snippet."
  )
}

function startHeap(page: HeapPage, settings: Settings): void {
  page.heapReadyCb = page.heapReadyCb ?? []
  const heap = [] as object as HeapGlobal
  heap.envId = settings.appId
  heap.clientConfig = clientConfig(settings)
  for (const name of QUEUED_METHODS) {
    heap[name] = (...args: unknown[]) => page.heapReadyCb?.push({ name, fn: () => call(page, name, args) })
  }
  page.heap = heap
  loadScript(scriptUrl(settings), { [OWN_SCRIPT]: settings.appId }).catch(() =>
    console.warn(`Segment's Heap destination: heap.js could not be loaded from ${scriptUrl(settings)}.`)
  )
}

function call(page: HeapPage, method: string, args: unknown[]): void {
  const implementation = page.heap?.[method]
  if (typeof implementation === 'function') implementation.apply(page.heap, args)
}

function clientConfig({ disableTextCapture, secureCookie, ingestServer }: Settings): Record<string, unknown> {
  const config: Record<string, unknown> = { shouldFetchServerConfig: false }
  if (disableTextCapture !== undefined) config.disableTextCapture = disableTextCapture
  if (secureCookie !== undefined) config.secureCookie = secureCookie
  if (ingestServer) config.ingestServer = ingestServer
  return config
}

function scriptUrl({ appId, region, hostname }: Settings): string {
  const origin = hostname ? `https://${hostname}` : HEAP_CDN_ORIGINS[region === 'EU' ? 'EU' : 'US']
  return `${origin}/config/${encodeURIComponent(appId)}/heap_config.js`
}
