import type { SegmentMessage } from '../../segment/message'
import type { Entry } from './ledger'
import type { RateLimit } from './rate-limit'
import type { OverflowFile, Slot } from './overflow-file'

export interface Job {
  message: SegmentMessage
  entry: Entry
  /** Whose rate it counts against, when it counts against one. */
  identity?: string
}

/** What a sender needs to keep to Heap's rates. */
export interface Pacing {
  rateLimit: RateLimit
  /** Holds the messages of identities that wait. */
  overflow: OverflowFile
  /** The entry's message is in the overflow file and no longer in memory. */
  onOverflow: (entry: Entry) => void
}

interface Waiting {
  until: number
  jobs: { entry: Entry; slot: Slot }[]
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
    return Math.max(0, first - Date.now())
  }

  /** At most `size` jobs that may go out now. */
  async take(size: number, signal: AbortSignal): Promise<Job[]> {
    if (!this.pacing) return this.ready.splice(0, size)
    const { rateLimit } = this.pacing
    const most = await rateLimit.take(Math.min(size, this.ready.length + this.dueCount()), signal)
    const batch: Job[] = []
    await this.takeDue(this.pacing, batch, most)
    await this.takeReady(this.pacing, batch, most)
    await rateLimit.giveBack(most - batch.length)
    return batch
  }

  private dueCount(): number {
    let count = 0
    for (const { until, jobs } of this.aside.values()) if (until <= Date.now()) count += jobs.length
    return count
  }

  private async takeDue(pacing: Pacing, batch: Job[], most: number): Promise<void> {
    for (const [identity, waiting] of this.aside) {
      if (waiting.until > Date.now()) continue
      let taken = 0
      while (taken < waiting.jobs.length && batch.length < most) {
        const waitMs = await pacing.rateLimit.takeFor(identity)
        waiting.until = Date.now() + waitMs
        if (waitMs > 0) break
        const { entry, slot } = waiting.jobs[taken++]
        batch.push({ message: JSON.parse(pacing.overflow.take(slot)) as SegmentMessage, entry, identity })
      }
      waiting.jobs.splice(0, taken)
      if (waiting.jobs.length === 0) this.aside.delete(identity)
    }
  }

  private async takeReady(pacing: Pacing, batch: Job[], most: number): Promise<void> {
    let seen = 0
    while (seen < this.ready.length && batch.length < most) {
      const job = this.ready[seen++]
      const { identity } = job
      const waiting = identity === undefined ? undefined : this.aside.get(identity)
      const waitMs = waiting || identity === undefined ? 0 : await pacing.rateLimit.takeFor(identity)
      if (waiting) setAside(pacing, waiting, job)
      else if (waitMs === 0 || identity === undefined) batch.push(job)
      else this.aside.set(identity, setAside(pacing, { until: Date.now() + waitMs, jobs: [] }, job))
    }
    this.ready.splice(0, seen)
  }
}

function setAside({ overflow, onOverflow }: Pacing, waiting: Waiting, { message, entry }: Job): Waiting {
  waiting.jobs.push({ entry, slot: overflow.put(JSON.stringify(message)) })
  onOverflow(entry)
  return waiting
}
