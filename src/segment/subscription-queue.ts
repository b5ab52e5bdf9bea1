import { MAX_PROPERTY_LENGTH } from '../lib/heap/limits'
import type { Subscription } from './connection'
import type { Run } from './engine'
import type { EngineOutcome } from './engine-outcome'
import { MEMORY_PER_JSON_BYTE } from './message'
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

/** By {@link mostFlattened}. */
const MAX_BATCH_BYTES = 16 * 1024 * 1024

interface Job {
  /** The message. As text it takes little memory, whatever it is made of. */
  json: string
  attempt: number
  queuedAt: number
}

export interface SubscriptionQueueOptions {
  subscription: Subscription
  batchSize: number
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
  private bytes = 0

  constructor(private readonly options: SubscriptionQueueOptions) {}

  /** Takes messages as JSON. */
  add(jsons: string[]): void {
    const { now, batchSize, flushMs } = this.options
    const wasEmpty = this.waiting.length === 0
    const queuedAt = now()
    this.bytes += memoryOf(jsons)
    for (const json of jsons) {
      const job = { json, attempt: 0, queuedAt }
      this.unsettled.add(job)
      this.waiting.push(job)
    }
    if (this.waiting.length >= batchSize) void this.flush()
    else if (wasEmpty) this.after(flushMs, () => this.flush())
  }

  pending(): number {
    return this.unsettled.size
  }

  /** Memory that they take. */
  pendingBytes(): number {
    return this.bytes
  }

  undelivered(): SegmentMessage[] {
    return [...this.unsettled].map(messageOf)
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
    const { batchSize } = this.options
    const most = Math.min(batchSize, this.waiting.length)
    let bytes = 0
    for (let count = 0; count < most; count++) {
      bytes += mostFlattened(this.waiting[count].json)
      if (bytes > MAX_BATCH_BYTES) return Math.max(1, count)
    }
    return most
  }

  private async attempt(jobs: Job[]): Promise<void> {
    for (const job of jobs) job.attempt++
    const messages = jobs.map(messageOf)
    const run = await this.options.send(messages)
    if (!this.closed) this.settle(jobs, messages, run)
  }

  private settle(jobs: Job[], messages: SegmentMessage[], { outcomes, exchanges }: Run): void {
    const { retry, random, now } = this.options
    const delayMs = retryDelay(retry, jobs[0].attempt, random, retryAfterOf(exchanges, now()))
    const again = jobs.filter((job, index) => this.record(job, messages[index], outcomes[index], delayMs))
    if (again.length > 0) this.after(delayMs, () => this.retry(again))
  }

  /** True when the job is to be sent again. */
  private record(job: Job, message: SegmentMessage, { status, error }: EngineOutcome, delayMs: number): boolean {
    const { subscription, retry, now, report } = this.options
    const retryable = isRetryable(status)
    const willRetry = retryable && now() + delayMs - job.queuedAt <= retry.giveUpAfterMs
    if (!willRetry) this.forget(job)
    const text =
      retryable && !willRetry ? `${error ?? `status ${status}`}; given up after ${job.attempt} attempts` : error
    const { attempt } = job
    report({ subscription, action: subscription.partnerAction, message, status, error: text, attempt, willRetry })
    return willRetry
  }

  private forget(job: Job): void {
    this.unsettled.delete(job)
    this.bytes -= memoryOf([job.json])
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

/** Bytes of memory that so many messages take as JSON. */
export function memoryOf(jsons: string[]): number {
  return jsons.reduce((sum, { length }) => sum + length * MEMORY_PER_JSON_BYTE, 0)
}

/**
 * Bytes that a message can grow to: flattened, each leaf, 6 characters as JSON, bears all the names above it, as far as Heap
 * takes names. 32 KB become 5 MB, 1 KB becomes 44 KB.
 */
function mostFlattened({ length }: string): number {
  const names = Math.min(length / 2, MAX_PROPERTY_LENGTH)
  return (names * (length - names)) / 6
}

function messageOf({ json }: Job): SegmentMessage {
  return JSON.parse(json) as SegmentMessage
}
