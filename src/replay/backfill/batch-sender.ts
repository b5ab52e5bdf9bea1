import type { Notifier } from '../notifier'
import { JobQueue } from './job-queue'
import type { Job, Pacing } from './job-queue'

/** What all senders of a run share. */
export interface Traffic {
  signal: AbortSignal
  /** Something was added, sent or settled. */
  changed: Notifier
  /** Batches on their way, over all senders. */
  sending: number
  /** Nothing more comes. */
  ended: boolean
  /** Nothing more can come before something is settled. */
  isFull: () => boolean
}

interface BatchSenderOptions {
  traffic: Traffic
  batchSize: number
  pacing?: Pacing
  send: (jobs: Job[]) => Promise<void>
}

/** The jobs of one subscription: one batch at a time, in order, and full unless there is no other way to go on. */
export class BatchSender {
  private readonly queue: JobQueue

  constructor(private readonly options: BatchSenderOptions) {
    this.queue = new JobQueue(options.pacing)
  }

  add(job: Job): void {
    this.queue.push(job)
    if (this.queue.readyCount === this.options.batchSize) this.options.traffic.changed.notify()
  }

  /** Resolves when all is sent and nothing more comes, or when the signal aborts. */
  async run(): Promise<void> {
    const { traffic } = this.options
    while (!traffic.signal.aborted && !(traffic.ended && this.queue.isEmpty)) {
      if (this.isDue()) await this.sendNext()
      else await traffic.changed.wait(this.queue.msUntilDue())
    }
  }

  private isDue(): boolean {
    const { traffic, batchSize } = this.options
    if (this.queue.msUntilDue() === 0 || this.queue.readyCount >= batchSize) return true
    return this.queue.readyCount > 0 && (traffic.ended || (traffic.isFull() && traffic.sending === 0))
  }

  private async sendNext(): Promise<void> {
    const { traffic, batchSize, send } = this.options
    traffic.sending++
    try {
      const jobs = await this.queue.take(batchSize, traffic.signal)
      if (jobs.length > 0) await send(jobs)
    } finally {
      traffic.sending--
      traffic.changed.notify()
    }
  }
}
