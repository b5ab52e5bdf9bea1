import groupBy from 'lodash/groupBy'
import { MAX_PROPERTY_LENGTH } from '../../lib/heap/limits'
import type { AttemptOutcome } from '../calls/calls'
import type { BatchRun } from '../calls/kept-batches'
import type { Subscription } from '../connection'
import type { Run } from '../engine'
import type { EngineOutcome } from '../engine-outcome'
import { MEMORY_PER_JSON_BYTE } from '../message'
import type { SegmentMessage } from '../message'
import { isRetryable, retryAfterOf, retryDelay } from './retry'
import type { RetryPolicy } from './retry'
import type { UserOrder } from './user-order'

/** One attempt at delivering one call to one subscription; the last has no `retryAt`. */
export interface Outcome extends AttemptOutcome {
  /** Of the accepted call. */
  number: number
  subscription: Subscription
  /** Counts from 1. */
  attempt: number
}

/** By {@link mostFlattened}: a batch of 300 usual messages, or of one hostile one. More of those take over 300 MB. */
const MAX_BATCH_BYTES = 8 * 1024 * 1024

/** A call that waits for its outcome. */
export interface Job {
  /** Grows in the order of acceptance. */
  number: number
  /** The message. As text it takes little memory, whatever it is made of. */
  json: string
  /** Whose properties it writes, if it writes any. */
  writesTo?: string
  attempt: number
  queuedAt: number
}

export interface SubscriptionQueueOptions {
  subscription: Subscription
  batchSize: number
  flushMs: number
  retry: RetryPolicy
  /** Shared by all subscriptions. */
  order: UserOrder<Job>
  /** Milliseconds on a clock that nobody sets. */
  now: () => number
  random: () => number
  send: (messages: SegmentMessage[]) => Promise<Run>
  report: (outcome: Outcome) => void
}

/** The queue of one subscription: one batch at a time, in the order of acceptance, failed calls again after a wait. */
export class SubscriptionQueue {
  /** Every call that has no final outcome yet, in the order of acceptance. */
  private readonly unsettled = new Set<Job>()
  private waiting: Job[] = []
  private readonly timers = new Set<NodeJS.Timeout>()
  private sending = false
  private flushIsDue = false
  private closed = false
  private bytes = 0
  /** The batch size for calls that have failed: halved while nothing is settled, so that the failing call ends up alone. */
  private retrySize: number
  private readonly forgetOrder: () => void

  constructor(private readonly options: SubscriptionQueueOptions) {
    this.retrySize = options.batchSize
    this.forgetOrder = options.order.onSettled(() => this.waiting.length > 0 && void this.flush())
  }

  /** Takes calls that are in the order of their users already. */
  add(jobs: Job[]): void {
    const { batchSize, flushMs } = this.options
    for (const job of jobs) {
      this.unsettled.add(job)
      this.waiting.push(job)
      this.bytes += memoryOf(job)
    }
    if (this.waiting.length >= batchSize) void this.flush()
    else if (!this.flushIsDue) this.flushAfter(flushMs)
  }

  pending(): number {
    return this.unsettled.size
  }

  /** Memory that they take. */
  pendingBytes(): number {
    return this.bytes
  }

  /**
   * Sends what is due without waiting for more; returns at once while a send is running, which takes the rest along.
   * Behind a batch of which nothing was settled, the rest waits until that one is due again.
   */
  async flush(): Promise<void> {
    if (this.sending) return
    this.sending = true
    try {
      for (let jobs = this.next(); jobs.length > 0; jobs = this.next()) {
        if (!(await this.attempt(jobs))) break
      }
    } finally {
      this.sending = false
    }
  }

  close(): void {
    this.closed = true
    this.forgetOrder()
    this.timers.forEach(clearTimeout)
    this.timers.clear()
  }

  /**
   * The next batch: calls that were tried equally often, the least tried ones first, but for those of users who have
   * earlier calls elsewhere. A user that Heap always limits would otherwise fail every batch.
   */
  private next(): Job[] {
    if (this.closed) return []
    for (const [attempts, jobs] of Object.entries(groupBy(this.waiting, 'attempt'))) {
      const batch = this.batchOf(jobs, attempts === '0' ? this.options.batchSize : this.retrySize)
      if (batch.size > 0) this.waiting = this.waiting.filter((job) => !batch.has(job))
      if (batch.size > 0) return [...batch]
    }
    return []
  }

  private batchOf(jobs: Job[], batchSize: number): Set<Job> {
    const { order } = this.options
    const batch = new Set<Job>()
    let bytes = 0
    for (const job of jobs) {
      if (job.writesTo !== undefined && !order.isNext(job.writesTo, job, batch)) continue
      bytes += mostFlattened(job)
      if (batch.size === batchSize || (batch.size > 0 && bytes > MAX_BATCH_BYTES)) break
      batch.add(job)
    }
    return batch
  }

  /** Returns whether any of the calls has its final outcome now. */
  private async attempt(jobs: Job[]): Promise<boolean> {
    for (const job of jobs) job.attempt++
    const messages = jobs.map(({ json }) => JSON.parse(json) as SegmentMessage)
    const { now, send } = this.options
    const startedAt = Date.now()
    const begin = now()
    const { outcomes, exchanges } = await send(messages)
    const run = { startedAt, milliseconds: Math.round(now() - begin), size: jobs.length, exchanges }
    return !this.closed && this.settle(jobs, outcomes, run)
  }

  private settle(jobs: Job[], outcomes: EngineOutcome[], run: BatchRun): boolean {
    const { retry, random, order, batchSize } = this.options
    const [{ attempt }] = jobs
    const delayMs = retryDelay(retry, attempt, random, retryAfterOf(run.exchanges, Date.now()))
    const again = jobs.filter((job, index) => this.record(job, outcomes[index], run, delayMs))
    if (again.length > 0) this.after(delayMs, () => this.retry(again))
    const hasProgress = again.length < jobs.length
    if (hasProgress) order.settled()
    if (hasProgress) this.retrySize = Math.min(this.retrySize * 2, batchSize)
    else if (attempt > 1) this.retrySize = Math.max(1, Math.floor(jobs.length / 2))
    return hasProgress
  }

  /** True when the job is to be sent again. */
  private record(job: Job, { status, error, sent }: EngineOutcome, run: BatchRun, delayMs: number): boolean {
    const { subscription, retry, now, report } = this.options
    const retryable = isRetryable(status)
    const willRetry = retryable && now() + delayMs - job.queuedAt <= retry.giveUpAfterMs
    if (!willRetry) this.forget(job)
    const text =
      retryable && !willRetry ? `${error ?? `status ${status}`}; given up after ${job.attempt} attempts` : error
    const retryAt = willRetry ? Date.now() + delayMs : undefined
    report({ number: job.number, subscription, attempt: job.attempt, status, error: text, sent, retryAt, run })
    return willRetry
  }

  private forget(job: Job): void {
    this.unsettled.delete(job)
    this.bytes -= memoryOf(job)
    if (job.writesTo !== undefined) this.options.order.remove(job.writesTo, job)
  }

  private flushAfter(ms: number): void {
    this.flushIsDue = true
    this.after(ms, () => {
      this.flushIsDue = false
      return this.flush()
    })
  }

  private retry(jobs: Job[]): Promise<void> {
    this.waiting = this.waiting.concat(jobs).sort((a, b) => a.number - b.number)
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

/** Bytes of memory that a call takes while it waits. */
export function memoryOf({ json }: Pick<Job, 'json'>): number {
  return json.length * MEMORY_PER_JSON_BYTE
}

/**
 * Bytes that a message can grow to: flattened, each leaf, 6 characters as JSON, bears all the names above it, as far as Heap
 * takes names. 32 KB become 5 MB, 1 KB becomes 44 KB.
 */
function mostFlattened({ json: { length } }: Job): number {
  const names = Math.min(length / 2, MAX_PROPERTY_LENGTH)
  return (names * (length - names)) / 6
}
