import type { SegmentMessage } from '../../segment/message'
import type { Pace } from './pace'
import type { Entry } from './ledger'

export interface Job {
  message: SegmentMessage
  entry: Entry
  /** Whose rate it counts against, when it counts against one. */
  identity?: string
}

interface Waiting {
  until: number
  jobs: Job[]
}

/** Jobs in order. Those of an identity that has used up its rate wait aside, in order, and hold up nobody else. */
export class JobQueue {
  private ready: Job[] = []
  private readonly aside = new Map<string, Waiting>()

  constructor(private readonly pace: Pace | undefined) {}

  get readyCount(): number {
    return this.ready.length
  }

  get isEmpty(): boolean {
    return this.ready.length === 0 && this.aside.size === 0
  }

  push(job: Job): void {
    const waiting = job.identity === undefined ? undefined : this.aside.get(job.identity)
    if (waiting) waiting.jobs.push(job)
    else this.ready.push(job)
  }

  /** Milliseconds until the first of those aside may go on; undefined when nobody waits. */
  msUntilDue(): number | undefined {
    if (this.aside.size === 0) return undefined
    const first = Math.min(...[...this.aside.values()].map(({ until }) => until))
    return Math.max(0, first - Date.now())
  }

  /** At most `size` jobs that may go out now. */
  async take(size: number, signal: AbortSignal): Promise<Job[]> {
    if (!this.pace) return this.ready.splice(0, size)
    const most = Math.min(size, this.pace.burst)
    await this.pace.take(most, signal)
    if (signal.aborted) return []
    const batch = await this.takeDue(most)
    await this.takeReady(batch, most)
    await this.pace.giveBack(most - batch.length)
    return batch
  }

  private async takeDue(most: number): Promise<Job[]> {
    const batch: Job[] = []
    for (const [identity, waiting] of this.aside) {
      if (waiting.until > Date.now()) continue
      let taken = 0
      while (taken < waiting.jobs.length && batch.length < most) {
        const waitMs = await this.msFor(identity)
        waiting.until = Date.now() + waitMs
        if (waitMs > 0) break
        batch.push(waiting.jobs[taken++])
      }
      waiting.jobs.splice(0, taken)
      if (waiting.jobs.length === 0) this.aside.delete(identity)
    }
    return batch
  }

  private async takeReady(batch: Job[], most: number): Promise<void> {
    let seen = 0
    while (seen < this.ready.length && batch.length < most) {
      const job = this.ready[seen++]
      const waiting = job.identity === undefined ? undefined : this.aside.get(job.identity)
      const waitMs = waiting ? 0 : await this.msFor(job.identity)
      if (waiting) waiting.jobs.push(job)
      else if (waitMs === 0 || job.identity === undefined) batch.push(job)
      else this.aside.set(job.identity, { until: Date.now() + waitMs, jobs: [job] })
    }
    this.ready.splice(0, seen)
  }

  private async msFor(identity: string | undefined): Promise<number> {
    return identity === undefined || !this.pace ? 0 : this.pace.takeFor(identity)
  }
}
