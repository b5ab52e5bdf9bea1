import type { Analytics, Context } from '@segment/analytics-next'
import type { HeapSdk } from './heap-sdk'
import { forgetVisitor } from './visitor'
import { warn } from './warn'

/** How long Analytics.js may take for the next of the calls that were made before a log-out. It needs some 5 ms. */
const HANDING_OVER_MS = 300
/** Calls that are remembered: more than are ever on their way from `analytics.track()` to here. */
const MAX_CALLS = 1000

/**
 * Analytics.js reports a log-out at once, but hands over calls a moment after they were made: of those that come after
 * it, some were made before. So each call is noted as it is made: by its messageId, how many log-outs came before it.
 * The anonymousId, which a log-out changes, decides for a call that was not seen to be made.
 */
const logOutsBefore = new Map<unknown, number>()
let toldLogOuts = 0
let madeLogOuts = 0
let timer: ReturnType<typeof setTimeout> | undefined

/** From now on `analytics.reset()` calls `heap.resetIdentity()`, in its place among the calls that go through `inTurn`. */
export function watchLogOuts(analytics: Analytics, heap: HeapSdk): void {
  analytics.on?.('dispatch_start', ({ event }: Context) => note(event.messageId, toldLogOuts))
  analytics.on?.('reset', () => {
    toldLogOuts += 1
    makeLogOutSoon(heap)
    // A visitor who leaves the page at once must not be known to Heap on the next one.
    addEventListener('pagehide', () => logOut(toldLogOuts, heap), { once: true })
  })
}

/** Makes the call after the log-outs that came before it. */
export function inTurn({ event: { messageId, anonymousId } }: Context, heap: HeapSdk, call: () => void): void {
  const noted = logOutsBefore.get(messageId)
  if (noted !== undefined && noted < madeLogOuts) {
    return warn(
      'A call from before `analytics.reset()` came too late: Heap would take it for the next person, so it is not sent'
    )
  }
  logOut(noted ?? logOutsBefore.get(anonymousId) ?? toldLogOuts, heap)
  note(anonymousId, madeLogOuts)
  call()
  if (madeLogOuts < toldLogOuts) makeLogOutSoon(heap)
}

function note(id: unknown, logOuts: number): void {
  logOutsBefore.set(id, logOuts)
  if (logOutsBefore.size > MAX_CALLS) logOutsBefore.delete(logOutsBefore.keys().next().value)
}

function makeLogOutSoon(heap: HeapSdk): void {
  clearTimeout(timer)
  timer = setTimeout(() => logOut(toldLogOuts, heap), HANDING_OVER_MS)
}

function logOut(upTo: number, heap: HeapSdk): void {
  if (upTo <= madeLogOuts) return
  madeLogOuts = upTo
  forgetVisitor(heap)
}
