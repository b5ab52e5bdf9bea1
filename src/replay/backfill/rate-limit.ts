import { transform } from '@segment/actions-core/mapping-kit'
import type { JSONObject, JSONValue } from '@segment/actions-core'
import { realId } from '../../lib/heap/identity'
import type { SegmentMessage } from '../../segment/message'
import { MAX_EVENTS_PER_MINUTE_OF_IDENTITY } from '../../lib/heap/limits'
import { sleep } from '../notifier'

/** How many windows a minute's allowance is dealt out in. */
const APP_WINDOWS = 15
const IDENTITY_WINDOWS = 10

/** Keeps events under Heap's rates, whichever minute is looked at. */
export class RateLimit {
  /** Most events that may go out at once. */
  readonly burst: number
  private readonly app: Windows
  private readonly identities: Windows

  constructor(eventsPerMinute: number) {
    this.app = new Windows(eventsPerMinute, APP_WINDOWS)
    this.identities = new Windows(Math.min(eventsPerMinute, MAX_EVENTS_PER_MINUTE_OF_IDENTITY), IDENTITY_WINDOWS)
    this.burst = this.app.points
  }

  /** Waits until the app has room, and takes it for as many of these events as it can; for none when the signal aborts. */
  async take(events: number, signal: AbortSignal): Promise<number> {
    while (events > 0 && !signal.aborted) {
      const some = Math.min(events, Math.max(1, this.app.left('app')))
      const waitMs = this.app.take('app', some)
      if (waitMs === 0) return some
      await sleep(waitMs, signal)
    }
    return 0
  }

  giveBack(events: number): void {
    this.app.giveBack('app', events)
  }

  /** 0 when the identity may have one more event now, else the milliseconds until it may. */
  takeFor(identity: string): number {
    return this.identities.take(identity, 1)
  }

  /** What is sent again counts again. */
  async resend(identities: (string | undefined)[], signal: AbortSignal): Promise<void> {
    for (let left = identities.length; left > 0 && !signal.aborted;) left -= await this.take(left, signal)
    for (const identity of identities) if (identity !== undefined) await this.waitFor(identity, signal)
  }

  private async waitFor(identity: string, signal: AbortSignal): Promise<void> {
    for (let waitMs = 1; waitMs > 0 && !signal.aborted;) {
      waitMs = this.takeFor(identity)
      await sleep(waitMs, signal)
    }
  }
}

/**
 * Points for each key and window of time. A window opens with the first point, so that windows begin at least their length
 * apart: `count` of them, less a breath for the network, reach over more than a minute. The time is the process's own:
 * somebody may set the clock.
 */
class Windows {
  readonly points: number
  private readonly lengthMs: number
  /** In the order in which they end. */
  private readonly open = new Map<string, { used: number; endsAt: number }>()

  constructor(perMinute: number, count: number) {
    this.points = Math.max(1, Math.floor(perMinute / count))
    this.lengthMs = 60_200 / (Math.max(2, Math.floor(perMinute / this.points)) - 1)
  }

  left(key: string): number {
    return this.points - (this.windowOf(key)?.used ?? 0)
  }

  /** 0 when the points are taken, else the milliseconds until there may be so many. */
  take(key: string, points: number): number {
    const window = this.windowOf(key)
    if (window && window.used + points > this.points) return Math.max(1, window.endsAt - performance.now())
    if (window) window.used += points
    else this.open.set(key, { used: points, endsAt: performance.now() + this.lengthMs })
    return 0
  }

  giveBack(key: string, points: number): void {
    const window = this.windowOf(key)
    if (window) window.used = Math.max(0, window.used - points)
  }

  private windowOf(key: string) {
    for (const [each, { endsAt }] of this.open) {
      if (endsAt > performance.now()) break
      this.open.delete(each)
    }
    return this.open.get(key)
  }
}

/** Whom Heap will count an event against, by the mapping of its subscription. */
export function identityOf(mapping: JSONObject | undefined): (message: SegmentMessage) => string | undefined {
  const identity = mapping?.identity
  if (identity === undefined) return () => undefined
  return (message) => realId(mapped(identity, message))
}

/** What cannot be mapped is refused when it is sent, not while somebody asks for its rate. */
function mapped(identity: JSONValue, message: SegmentMessage): unknown {
  try {
    return transform({ identity }, message).identity
  } catch {
    return undefined
  }
}
