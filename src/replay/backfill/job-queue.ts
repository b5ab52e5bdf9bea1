import type { SegmentMessage } from '../../segment/message'
import type { Entry } from './ledger'
import type { RateLimit } from './rate-limit'

export interface Job {
  message: SegmentMessage
  entry: Entry
  /** Whose rate it counts against, when it counts against one. */
  identity?: string
}

/** What a sender needs to keep to Heap's rates. */
export interface Pacing {
  rateLimit: RateLimit
  /** The entry's message need not stay in memory. */
  onAside: (entry: Entry) => void
  /** From the store, when it has not stayed. */
  messageAt: (position: number) => Promise<SegmentMessage>
}

interface Waiting {
  until: number
  entries: Entry[]
}

/** Jobs in order. Those of an identity that has used up its rate wait aside, in order, and hold up nobody else. */
export class JobQueue {
  private ready: Job[] = []
  private readonly aside = new Map<string, Waiting>()

  constructor(private readonly pacing: Pacing | undefined) {}

  get readyCount(): number {
    return this.ready.length
  }

  get isEmpty(): boolean {
    return this.ready.length === 0 && this.aside.size === 0
  }

  push(job: Job): void {
    const waiting = job.identity === undefined ? undefined : this.aside.get(job.identity)
    if (waiting && this.pacing) setAside(this.pacing, waiting, job)
    else this.ready.push(job)
  }

  /** Milliseconds until the first of those aside may go on; undefined when nobody waits. */
  msUntilDue(): number | undefined {
    if (this.aside.size === 0) return undefined
    let first = Infinity
    for (const { until } of this.aside.values()) first = Math.min(first, until)
    return Math.max(0, first - performance.now())
  }

  /** At most `size` jobs that may go out now. */
  async take(size: number, signal: AbortSignal): Promise<Job[]> {
    if (!this.pacing) return this.ready.splice(0, size)
    const { rateLimit } = this.pacing
    const most = await rateLimit.take(Math.min(size, this.ready.length + this.dueCount()), signal)
    const batch: Job[] = []
    await this.takeDue(this.pacing, batch, most)
    this.takeReady(this.pacing, batch, most)
    rateLimit.giveBack(most - batch.length)
    return batch
  }

  private dueCount(): number {
    let count = 0
    for (const { until, entries } of this.aside.values()) if (until <= performance.now()) count += entries.length
    return count
  }

  private async takeDue({ rateLimit, messageAt }: Pacing, batch: Job[], most: number): Promise<void> {
    for (const [identity, waiting] of this.aside) {
      if (waiting.until > performance.now()) continue
      while (waiting.entries.length > 0 && batch.length < most) {
        const waitMs = rateLimit.takeFor(identity)
        waiting.until = performance.now() + waitMs
        const entry = waitMs > 0 ? undefined : waiting.entries.shift()
        if (!entry) break
        batch.push({ message: entry.message ?? (await messageAt(entry.position)), entry, identity })
      }
      if (waiting.entries.length === 0) this.aside.delete(identity)
    }
  }

  private takeReady(pacing: Pacing, batch: Job[], most: number): void {
    let seen = 0
    while (seen < this.ready.length && batch.length < most) {
      const job = this.ready[seen++]
      const { identity } = job
      const waiting = identity === undefined ? undefined : this.aside.get(identity)
      const waitMs = waiting || identity === undefined ? 0 : pacing.rateLimit.takeFor(identity)
      if (waiting) setAside(pacing, waiting, job)
      else if (waitMs === 0 || identity === undefined) batch.push(job)
      else this.aside.set(identity, setAside(pacing, { until: performance.now() + waitMs, entries: [] }, job))
    }
    this.ready.splice(0, seen)
  }
}

function setAside({ onAside }: Pacing, waiting: Waiting, { entry }: Job): Waiting {
  waiting.entries.push(entry)
  onAside(entry)
  return waiting
}
