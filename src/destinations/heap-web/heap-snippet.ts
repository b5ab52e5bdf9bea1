import type { Settings } from './generated-types'

/** The global `heap`, whatever it is. */
export type HeapGlobal = Record<string, unknown>

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

/** The same of the classic SDK: https://help.heap.io/installation/standard-installations/web-installation */
const CLASSIC_METHODS = [
  'addEventProperties',
  'addUserProperties',
  'clearEventProperties',
  'identify',
  'resetIdentity',
  'removeEventProperty',
  'setEventProperties',
  'track',
  'unsetEventProperty'
]

/** https://developers.heap.io/docs/web */
export const HEAP_CDN_ORIGINS = { US: 'https://cdn.us.heap-api.com', EU: 'https://cdn.eu.heap-api.com' }

/** Settings that heap.js takes under the same name. */
const CONFIGURED = ['disableTextCapture', 'secureCookie', 'ingestServer', 'trackingServer'] as const

/** What Heap's snippet puts in `heap` until heap.js has loaded; heap.js calls back what was queued with `queueCall`. */
export function earlyHeap(settings: Settings, queueCall: (name: string, args: unknown[]) => void): HeapGlobal {
  if (isClassic(settings)) return classicHeap(settings)
  const clientConfig = { ...config(settings), shouldFetchServerConfig: false }
  const heap = Object.assign([], { envId: settings.appId, clientConfig }) as object as HeapGlobal
  for (const name of QUEUED_METHODS) heap[name] = (...args: unknown[]) => queueCall(name, args)
  return heap
}

/** The classic SDK takes its early calls from the array that `heap` is. */
function classicHeap(settings: Settings): HeapGlobal {
  const calls: unknown[][] = []
  const heap = Object.assign(calls, { appid: settings.appId, config: config(settings) }) as object as HeapGlobal
  for (const name of CLASSIC_METHODS) heap[name] = (...args: unknown[]) => calls.push([name, ...args])
  return heap
}

/** What is set, as heap.js calls it. */
function config(settings: Settings): Record<string, unknown> {
  const config: Record<string, unknown> = {}
  for (const key of CONFIGURED) {
    const value = settings[key]
    if (value !== undefined && value !== null && value !== '') config[key] = value
  }
  return config
}

function isClassic({ hostname, trackingServer }: Settings): boolean {
  return Boolean(hostname && trackingServer)
}

export function scriptUrl(settings: Settings): string {
  const { region, hostname } = settings
  const appId = encodeURIComponent(settings.appId)
  const origin = hostname ? `https://${hostname}` : HEAP_CDN_ORIGINS[region === 'EU' ? 'EU' : 'US']
  return origin + (isClassic(settings) ? `/js/heap-${appId}.js` : `/config/${appId}/heap_config.js`)
}
