import { loadScript } from '@segment/browser-destination-runtime/load-script'
import type { FlatValue } from '../../lib/flatten'
import { withFittingKeys } from './fitting-keys'
import type { Settings } from './generated-types'
import { earlyHeap, scriptUrl } from './heap-snippet'
import type { HeapGlobal } from './heap-snippet'
import { areLoadable } from './settings'
import { warn } from './warn'

/** What this destination uses of heap.js: https://developers.heap.io/docs/web */
export interface HeapSdk {
  identify(identity: string): void
  resetIdentity(): void
  addUserProperties(properties: Record<string, FlatValue>): void
  track(event: string, properties: Record<string, FlatValue>): void
}

interface HeapPage {
  heap?: HeapGlobal
  heapReadyCb?: { name: string; fn: () => void }[]
}

interface Call {
  method: string
  args: unknown[]
}

/** Marks the script element, so that a second Analytics.js on the page knows whose Heap it finds. */
const OWN_SCRIPT = 'data-segment-heap'
/** Calls of Heap that wait at most for somebody else to load it. A page without Heap must not fill its memory. */
const MAX_WAITING_CALLS = 1000
const LOOK_AGAIN_MS = 250
const WARN_AFTER_MS = 30000

/** A page has one Heap, whichever Analytics.js and action call it. */
const waiting: Call[] = []
let looking: ReturnType<typeof setInterval> | undefined

/**
 * Heap on this page, loaded when there is none yet and nothing else is to load it. Its globals are looked up at each
 * call, because heap.js replaces the queue that stands in for it.
 */
export function heapOnPage(settings: Settings): HeapSdk {
  if (!heapPage().heap && settings.heapIsOnThePage !== true && areLoadable(settings)) loadHeap(settings)
  return {
    identify: (identity) => send({ method: 'identify', args: [identity] }),
    resetIdentity: () => send({ method: 'resetIdentity', args: [] }),
    addUserProperties: (properties) => send({ method: 'addUserProperties', args: [withFittingKeys(properties)] }),
    track: (event, properties) => send({ method: 'track', args: [event, withFittingKeys(properties)] })
  }
}

/** Warns of a Heap that this destination has not loaded: it may belong to another App ID, or be something else. */
export function warnOfForeignHeap({ heapIsOnThePage }: Settings): void {
  if (!heapPage().heap || document.querySelector(`script[${OWN_SCRIPT}]`)) return
  if (!isHeap() && !hasMethod('load')) {
    warn('`window.heap` is not Heap: it has neither `track` nor `load`. Calls wait until Heap takes its place')
  } else if (!heapIsOnThePage) {
    warn(
      "Heap is on this page already and is left as it is. Remove Heap's own snippet, or switch on the setting `heapIsOnThePage`"
    )
  }
}

function loadHeap(settings: Settings): void {
  const page = heapPage()
  const url = scriptUrl(settings)
  page.heapReadyCb = page.heapReadyCb ?? []
  page.heap = earlyHeap(settings, (method, args) =>
    page.heapReadyCb?.push({ name: method, fn: () => make({ method, args }) })
  )
  loadScript(url, { [OWN_SCRIPT]: settings.appId }).catch(() => warn(`heap.js could not be loaded from ${url}`))
}

function heapPage(): HeapPage {
  return window as Window & HeapPage
}

function hasMethod(name: string): boolean {
  return typeof heapPage().heap?.[name] === 'function'
}

/** Heap's snippet puts `window.heap` onto the page before its methods, which come with `load`. */
function isHeap(): boolean {
  return hasMethod('track')
}

function send(call: Call): void {
  if (!isHeap()) return wait(call)
  if (waiting.length > 0) sendWaiting()
  make(call)
}

/** Nothing is thrown into the page. */
function make({ method, args }: Call): void {
  const { heap } = heapPage()
  const implementation = heap?.[method]
  try {
    if (typeof implementation === 'function') implementation.apply(heap, args)
    else if (method === 'resetIdentity')
      warn("This page's Heap has no `resetIdentity`, so a user who logs out stays identified")
  } catch (error) {
    warn(`heap.${method} threw ${String(error)}`)
  }
}

function wait(call: Call): void {
  waiting.push(call)
  if (waiting.length > MAX_WAITING_CALLS) {
    warnOfWaiting()
    dropOldest()
  }
  if (looking !== undefined) return
  looking = setInterval(look, LOOK_AGAIN_MS)
  document.addEventListener('load', look, true)
  setTimeout(() => waiting.length > 0 && warnOfWaiting(), WARN_AFTER_MS)
}

/** Rather an event than an identity, to which what follows belongs. */
function dropOldest(): void {
  const oldest = waiting.findIndex(({ method }) => method === 'track')
  waiting.splice(Math.max(0, oldest), 1)
}

/** Also at each script that has run, so that the page's own calls of a Heap that has just come do not overtake ours. */
function look(): void {
  if (!isHeap()) return
  clearInterval(looking)
  looking = undefined
  document.removeEventListener('load', look, true)
  sendWaiting()
}

function warnOfWaiting(): void {
  warn(
    `Nothing has loaded Heap yet: the last ${MAX_WAITING_CALLS} calls wait for it, see the setting \`heapIsOnThePage\``
  )
}

/** What the page has queued by now it called when there were methods: later than all that waited for them. */
function sendWaiting(): void {
  const { heap, heapReadyCb } = heapPage()
  const queues = heap?.loaded ? [] : ([heap, heapReadyCb].filter(Array.isArray) as unknown[][])
  const ends = queues.map(({ length }) => length)
  waiting.splice(0).forEach(make)
  queues.forEach((queue, index) => queue.unshift(...queue.splice(ends[index])))
}
