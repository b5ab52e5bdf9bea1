import { MAX_EVENTS_PER_MINUTE_OF_IDENTITY } from '../../lib/heap/limits'
import { sleep } from '../notifier'

/** Keeps events under Heap's rates, whichever minute is looked at. */
export class RateLimit {
  /** Most events that may go out at once. */
  readonly burst: number
  private readonly app: Pace
  private readonly identities: Pace

  constructor(eventsPerMinute: number) {
    this.app = new Pace(eventsPerMinute, 15)
    this.identities = new Pace(Math.min(eventsPerMinute, MAX_EVENTS_PER_MINUTE_OF_IDENTITY), 10)
    this.burst = this.app.burst
  }

  /** Waits until the app has room for so many events, at most `burst`, and takes it; false when the signal aborts first. */
  async take(events: number, signal: AbortSignal): Promise<boolean> {
    for (let waitMs; !signal.aborted && (waitMs = this.app.take('app', events)) > 0;) await sleep(waitMs, signal)
    return !signal.aborted
  }

  giveBack(events: number): void {
    this.app.giveBack('app', events)
  }

  /** 0 when the identity may have one more event now, else the milliseconds until it may. */
  takeFor(identity: string): number {
    return this.identities.take(identity, 1)
  }

  /** Milliseconds until the identity may have so many more events, or as many as it may have at once. */
  waitFor(identity: string, events: number): number {
    return this.identities.waitFor(identity, Math.min(events, this.identities.burst))
  }

  /** What is sent again counts again. */
  async resend(identities: (string | undefined)[], signal: AbortSignal): Promise<void> {
    await this.take(identities.length, signal)
    for (const identity of identities) {
      for (let waitMs; identity !== undefined && !signal.aborted && (waitMs = this.takeFor(identity)) > 0;) {
        await sleep(waitMs, signal)
      }
    }
  }
}

/**
 * The generic cell rate algorithm, for each key: `burst` events at once, and one more every `msPerEvent`. Less a breath for
 * the network, no minute holds more than `perMinute`. The time is the process's own: somebody may set the clock.
 */
class Pace {
  readonly burst: number
  private readonly msPerEvent: number
  /** When all that was taken is made up for; a key that has passed it is as good as new. */
  private readonly free = new Map<string, number>()

  constructor(perMinute: number, bursts: number) {
    this.burst = Math.max(1, Math.floor(perMinute / bursts))
    this.msPerEvent = 60_200 / (perMinute - this.burst + 1)
  }

  waitFor(key: string, events: number): number {
    const now = performance.now()
    return Math.max(0, Math.max(this.free.get(key) ?? 0, now) - now - (this.burst - events) * this.msPerEvent)
  }

  /** 0 when they are taken, else the milliseconds until they may be. */
  take(key: string, events: number): number {
    const waitMs = this.waitFor(key, events)
    if (waitMs > 0) return Math.max(1, waitMs)
    const now = performance.now()
    const free = Math.max(this.free.get(key) ?? 0, now) + events * this.msPerEvent
    this.free.delete(key)
    this.free.set(key, free)
    this.forgetPassed(now)
    return 0
  }

  giveBack(key: string, events: number): void {
    this.free.set(key, (this.free.get(key) ?? 0) - events * this.msPerEvent)
  }

  private forgetPassed(now: number): void {
    for (const [key, free] of this.free) {
      if (free > now) return
      this.free.delete(key)
    }
  }
}
