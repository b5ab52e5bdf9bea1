import { transform } from '@segment/actions-core/mapping-kit'
import type { JSONObject, JSONValue } from '@segment/actions-core'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
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
  private readonly app: RateLimiterMemory
  private readonly identities: RateLimiterMemory

  constructor(eventsPerMinute: number) {
    this.app = windows(eventsPerMinute, APP_WINDOWS)
    this.identities = windows(Math.min(eventsPerMinute, MAX_EVENTS_PER_MINUTE_OF_IDENTITY), IDENTITY_WINDOWS)
    this.burst = this.app.points
  }

  /** Waits until the app has room, and takes it for as many of these events as it can; for none when the signal aborts. */
  async take(events: number, signal: AbortSignal): Promise<number> {
    while (events > 0 && !signal.aborted) {
      const some = Math.min(events, Math.max(1, await pointsLeft(this.app, 'app')))
      const waitMs = await msUntilRoom(this.app, 'app', some)
      if (waitMs === 0) return some
      await sleep(waitMs, signal)
    }
    return 0
  }

  async giveBack(events: number): Promise<void> {
    if (events > 0) await this.app.reward('app', events)
  }

  /** 0 when the identity may have one more event now, else the milliseconds until it may. */
  takeFor(identity: string): Promise<number> {
    return msUntilRoom(this.identities, identity, 1)
  }

  private async waitFor(identity: string, signal: AbortSignal): Promise<void> {
    for (let waitMs = 1; waitMs > 0 && !signal.aborted;) {
      waitMs = await this.takeFor(identity)
      await sleep(waitMs, signal)
    }
  }

  /** What is sent again counts again. */
  async resend(identities: (string | undefined)[], signal: AbortSignal): Promise<void> {
    for (let left = identities.length; left > 0 && !signal.aborted;) left -= await this.take(left, signal)
    for (const identity of identities) if (identity !== undefined) await this.waitFor(identity, signal)
  }
}

/**
 * A limiter opens a window with the first event, so that windows begin at least their length apart: `count` of them, less
 * a breath for the network, reach over more than a minute.
 */
function windows(perMinute: number, count: number): RateLimiterMemory {
  const points = Math.max(1, Math.floor(perMinute / count))
  const perMinuteWindows = Math.max(2, Math.floor(perMinute / points))
  return new RateLimiterMemory({ points, duration: 60.2 / (perMinuteWindows - 1) })
}

async function pointsLeft(limiter: RateLimiterMemory, key: string): Promise<number> {
  const used = await limiter.get(key)
  return used && used.msBeforeNext > 0 ? Math.max(0, limiter.points - used.consumedPoints) : limiter.points
}

async function msUntilRoom(limiter: RateLimiterMemory, key: string, points: number): Promise<number> {
  const used = await limiter.get(key)
  if (used && used.msBeforeNext > 0 && used.consumedPoints + points > limiter.points) return used.msBeforeNext
  try {
    await limiter.consume(key, points)
    return 0
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return Math.max(1, refusal.msBeforeNext)
    throw refusal
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
