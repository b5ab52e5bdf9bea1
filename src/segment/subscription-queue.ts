import type { Subscription } from './connection'
import type { Run } from './engine'
import type { EngineOutcome } from './engine-outcome'
import type { SegmentMessage } from './message'
import { isRetryable, retryAfterOf, retryDelay } from './retry'
import type { RetryPolicy } from './retry'

/** One record per attempt at delivering one message to one subscription; the last has `willRetry: false`. */
export interface Outcome {
  subscription: Subscription
  action: string
  message: SegmentMessage
  /** What the API answered, or core's status for it; 504 for a network failure. Below 300: delivered. */
  status: number
  error?: string
  /** Counts from 1. */
  attempt: number
  willRetry: boolean
}

interface Job {
  message: SegmentMessage
  attempt: number
  queuedAt: number
}

export interface SubscriptionQueueOptions {
  subscription: Subscription
  batchSize: number
  /** By `sizeOf`. A message that is larger goes alone. */
  maxBatchBytes: number
  sizeOf: (message: SegmentMessage) => number
  flushMs: number
  retry: RetryPolicy
  now: () => number
  random: () => number
  send: (messages: SegmentMessage[]) => Promise<Run>
  report: (outcome: Outcome) => void
}

/** The queue of one subscription: one send at a time, first attempts in order of arrival, failed ones again after a wait. */
export class SubscriptionQueue {
  /** Every message that has no final outcome yet, in order of arrival. */
  private readonly unsettled = new Set<Job>()
  private readonly waiting: Job[] = []
  private readonly retries: Job[][] = []
  private readonly timers = new Set<NodeJS.Timeout>()
  private sending = false
  private closed = false

  constructor(private readonly options: SubscriptionQueueOptions) {}

  add(messages: SegmentMessage[]): void {
    const { now, batchSize, flushMs } = this.options
    const wasEmpty = this.waiting.length === 0
    const queuedAt = now()
    for (const message of messages) {
      const job = { message, attempt: 0, queuedAt }
      this.unsettled.add(job)
      this.waiting.push(job)
    }
    if (this.waiting.length >= batchSize) void this.flush()
    else if (wasEmpty) this.after(flushMs, () => this.flush())
  }

  pending(): number {
    return this.unsettled.size
  }

  undelivered(): SegmentMessage[] {
    return [...this.unsettled].map(({ message }) => message)
  }

  /** Sends what is due without waiting for more; returns at once while a send is going on, which takes the rest along. */
  async flush(): Promise<void> {
    if (this.sending) return
    this.sending = true
    try {
      for (let jobs = this.next(); jobs.length > 0; jobs = this.next()) await this.attempt(jobs)
    } finally {
      this.sending = false
    }
  }

  close(): void {
    this.closed = true
    this.timers.forEach(clearTimeout)
    this.timers.clear()
  }

  private next(): Job[] {
    if (this.closed) return []
    return this.retries.shift() ?? this.waiting.splice(0, this.fitting())
  }

  /** How many of those that wait make the next batch. */
  private fitting(): number {
    const { batchSize, maxBatchBytes, sizeOf } = this.options
    const most = Math.min(batchSize, this.waiting.length)
    let bytes = 0
    for (let count = 0; count < most; count++) {
      bytes += sizeOf(this.waiting[count].message)
      if (bytes > maxBatchBytes) return Math.max(1, count)
    }
    return most
  }

  private async attempt(jobs: Job[]): Promise<void> {
    for (const job of jobs) job.attempt++
    const run = await this.options.send(jobs.map(({ message }) => message))
    if (!this.closed) this.settle(jobs, run)
  }

  private settle(jobs: Job[], { outcomes, exchanges }: Run): void {
    const { retry, random, now } = this.options
    const delayMs = retryDelay(retry, jobs[0].attempt, random, retryAfterOf(exchanges, now()))
    const again = jobs.filter((job, index) => this.record(job, outcomes[index], delayMs))
    if (again.length > 0) this.after(delayMs, () => this.retry(again))
  }

  /** True when the job is to be sent again. */
  private record(job: Job, { status, error }: EngineOutcome, delayMs: number): boolean {
    const { subscription, retry, now, report } = this.options
    const retryable = isRetryable(status)
    const willRetry = retryable && now() + delayMs - job.queuedAt <= retry.giveUpAfterMs
    if (!willRetry) this.unsettled.delete(job)
    const text =
      retryable && !willRetry ? `${error ?? `status ${status}`}; given up after ${job.attempt} attempts` : error
    const { message, attempt } = job
    report({ subscription, action: subscription.partnerAction, message, status, error: text, attempt, willRetry })
    return willRetry
  }

  private retry(jobs: Job[]): Promise<void> {
    this.retries.push(jobs)
    return this.flush()
  }

  private after(ms: number, task: () => Promise<void>): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer)
      void task()
    }, ms)
    this.timers.add(timer)
  }
}
