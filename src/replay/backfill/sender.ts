import type { SegmentMessage } from '../../segment/message'
import type { Notifier } from '../notifier'
import type { Journal } from './journal'
import type { Entry } from './line-outcome'
import type { RateLimit } from './rate-limit'

export interface Job {
  entry: Entry
  /** Read again from the entry's text when it has waited aside, where it would take several times the memory. */
  message?: SegmentMessage
  /** Whose rate it counts against, when it counts against one. */
  identity?: string
}

/** What all senders of a run share. */
export interface Traffic {
  journal: Journal
  signal: AbortSignal
  /** Something was added, sent or settled. */
  changed: Notifier
  /** Batches on their way, over all senders. */
  sending: number
  /** Nothing more comes. */
  ended: boolean
  /** When Heap, by Retry-After, will take anything again, by the process's own time. */
  notBefore: number
}

interface SenderOptions {
  traffic: Traffic
  batchSize: number
  /** Absent: as fast as it goes. */
  rateLimit?: RateLimit
  send: (jobs: Job[]) => Promise<void>
}

interface Taking {
  identity: string
  jobs: Job[]
  batch: Job[]
  room: number
}

/**
 * The jobs of one subscription: one batch at a time, in order, and full unless there is no other way to continue. Those of an
 * identity that has used up its rate wait aside, in order, and hold up nobody else.
 */
export class Sender {
  private ready: Job[] = []
  private readonly aside = new Map<string, Job[]>()

  constructor(private readonly options: SenderOptions) {}

  add(job: Job): void {
    const waiting = job.identity === undefined ? undefined : this.aside.get(job.identity)
    if (waiting) this.setAside(waiting, job)
    else this.ready.push(job)
    if (this.ready.length === this.options.batchSize) this.options.traffic.changed.notify()
  }

  /** Resolves when all is sent and nothing more comes, or when the signal aborts. */
  async run(): Promise<void> {
    const { traffic } = this.options
    while (!traffic.signal.aborted && !(traffic.ended && this.ready.length + this.aside.size === 0)) {
      const waitMs = this.msUntilDue()
      if (waitMs === 0 || this.isReady()) await this.sendNext()
      else await traffic.changed.wait(waitMs)
    }
  }

  private isReady(): boolean {
    const { traffic, batchSize } = this.options
    if (this.ready.length >= batchSize) return true
    return this.ready.length > 0 && (traffic.ended || (traffic.journal.isFull() && traffic.sending === 0))
  }

  /** Whole milliseconds until the first of those aside may continue; undefined when nobody waits. */
  private msUntilDue(): number | undefined {
    const { rateLimit } = this.options
    if (!rateLimit || this.aside.size === 0) return undefined
    let first = Infinity
    for (const [identity, jobs] of this.aside) first = Math.min(first, rateLimit.waitFor(identity, jobs.length))
    // A timer leaves out what is less than one, and would wake too early.
    return Math.ceil(first)
  }

  private async sendNext(): Promise<void> {
    const { traffic, rateLimit, batchSize, send } = this.options
    traffic.sending++
    try {
      const jobs = rateLimit ? await this.take(rateLimit) : this.ready.splice(0, batchSize)
      if (jobs.length > 0) await send(jobs)
    } finally {
      traffic.sending--
      traffic.changed.notify()
    }
  }

  private async take(rateLimit: RateLimit): Promise<Job[]> {
    const { traffic, batchSize } = this.options
    const due = [...this.aside].filter(([identity, jobs]) => rateLimit.waitFor(identity, jobs.length) === 0)
    const room = Math.min(
      batchSize,
      due.reduce((sum, [, jobs]) => sum + jobs.length, this.ready.length)
    )
    if (!(await rateLimit.take(room, traffic.signal))) return []
    const batch: Job[] = []
    // Not one by one as the rate allows: each request has as many as it may.
    for (const [identity, jobs] of due) this.takeAside(rateLimit, { identity, jobs, batch, room })
    this.takeReady(rateLimit, batch, room)
    rateLimit.giveBack(room - batch.length)
    return batch
  }

  private takeAside(rateLimit: RateLimit, { identity, jobs, batch, room }: Taking): void {
    let count = 0
    while (count < jobs.length && batch.length + count < room && rateLimit.takeFor(identity) === 0) count++
    batch.push(...jobs.splice(0, count))
    this.options.traffic.journal.aside -= count
    if (jobs.length === 0) this.aside.delete(identity)
  }

  private takeReady(rateLimit: RateLimit, batch: Job[], room: number): void {
    let seen = 0
    while (seen < this.ready.length && batch.length < room) {
      const job = this.ready[seen++]
      const { identity } = job
      const waiting = identity === undefined ? undefined : this.aside.get(identity)
      if (waiting) this.setAside(waiting, job)
      else if (identity === undefined || rateLimit.takeFor(identity) === 0) batch.push(job)
      else this.aside.set(identity, this.setAside([], job))
    }
    this.ready.splice(0, seen)
  }

  private setAside(waiting: Job[], job: Job): Job[] {
    waiting.push({ ...job, message: undefined })
    this.options.traffic.journal.aside++
    return waiting
  }
}
