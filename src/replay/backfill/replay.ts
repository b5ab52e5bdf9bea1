import { MAX_ITEMS_PER_REQUEST } from '../../lib/heap/limits'
import { isMeantFor, subscriptionFilter } from '../../segment/connection'
import type { Subscription } from '../../segment/connection'
import { MEMORY_PER_JSON_BYTE } from '../../segment/message'
import type { SegmentMessage } from '../../segment/message'
import { callOf, deliver } from '../deliver'
import { BatchSender } from './batch-sender'
import type { Traffic } from './batch-sender'
import type { Job, Pacing } from './job-queue'
import type { Ledger } from './ledger'
import type { Line } from '../lines'
import { identityOf } from './rate-limit'
import type { RateLimit } from './rate-limit'
import { readEvent } from './read-event'
import type { ReadOptions } from './read-event'
import { rejectionOf } from './rejection'
import { Notifier, sleep } from '../notifier'
import type { Target } from '../target'

/** The action whose calls Heap counts against its event rates. */
const EVENT_ACTION = 'trackEvent'

export interface ReplayOptions extends ReadOptions {
  target: Target
  subscriptions: Subscription[]
  ledger: Ledger
  /** Absent: as fast as it goes. */
  pacing?: Pick<Pacing, 'rateLimit' | 'overflow'>
  /** In milliseconds since 1970; `to` is the first moment no longer taken. */
  from: number
  to: number
  onRetry: (events: number, reason: string, waitMs: number) => void
  onUnreadable: (line: number, reason: string) => void
}

interface Route {
  index: number
  matches: (message: SegmentMessage) => boolean
  identityOf?: (message: SegmentMessage) => string | undefined
  sender: BatchSender
}

/** Lines in, outcomes in the ledger. */
export class Replay {
  private readonly traffic: Traffic
  private readonly stop = new AbortController()
  private readonly routes: Route[]
  private failure?: Error
  /** When Heap, by Retry-After, will take anything again. */
  private notBefore = 0

  constructor(
    private readonly options: ReplayOptions,
    private readonly signal: AbortSignal
  ) {
    const isFull = () => options.ledger.isFull()
    this.traffic = { signal: this.stop.signal, changed: new Notifier(), sending: 0, ended: false, isFull }
    this.routes = options.subscriptions.map((subscription, index) => this.route(subscription, index))
  }

  /** Resolves when everything is settled, or after the request in flight once the signal aborts. Rejects when it cannot go on. */
  async run(lines: AsyncIterable<Line[]>): Promise<void> {
    const halt = () => this.halt()
    this.signal.addEventListener('abort', halt)
    if (this.signal.aborted) halt()
    try {
      const reading = this.read(lines).catch((error: unknown) => this.endOfReading(error))
      const senders = this.routes.map(({ sender }) => sender.run().catch((error: unknown) => this.fail(error)))
      await Promise.all([reading, ...senders])
    } finally {
      this.signal.removeEventListener('abort', halt)
    }
    if (this.failure !== undefined) throw this.failure
  }

  /** What was read before the file could be read no further is delivered all the same. */
  private endOfReading(error: unknown): void {
    this.failure ??= asError(error)
    this.traffic.ended = true
    this.traffic.changed.notify()
  }

  /** Aborts when nothing more is to be read. */
  get stopped(): AbortSignal {
    return this.stop.signal
  }

  /** Ends the run with an error, after the request in flight. */
  fail(error: unknown): void {
    this.failure ??= asError(error)
    this.halt()
  }

  private halt(): void {
    this.stop.abort()
    this.traffic.changed.notify()
  }

  private route(subscription: Subscription, index: number): Route {
    const { pacing, ledger } = this.options
    const { partnerAction: action, mapping } = subscription
    const paced = action === EVENT_ACTION ? pacing : undefined
    const send = (jobs: Job[]) => this.send({ subscription, index, rateLimit: paced?.rateLimit }, jobs)
    return {
      index,
      matches: subscriptionFilter(subscription),
      identityOf: paced && identityOf(mapping),
      sender: new BatchSender({
        traffic: this.traffic,
        batchSize: Math.min(MAX_ITEMS_PER_REQUEST, paced?.rateLimit.burst ?? Infinity),
        pacing: paced && { ...paced, onOverflow: (entry) => ledger.release(entry) },
        send
      })
    }
  }

  private async read(lines: AsyncIterable<Line[]>): Promise<void> {
    for await (const chunk of lines) {
      for (const line of chunk) {
        while (this.isBlocked()) await this.traffic.changed.wait()
        if (this.stop.signal.aborted) return
        if (this.options.ledger.isOpen(line)) this.take(line)
        this.options.ledger.passed(line)
      }
    }
    this.traffic.ended = true
    this.traffic.changed.notify()
  }

  /** Waiting senders are told that no more can come. */
  private isBlocked(): boolean {
    const { ledger } = this.options
    if (this.stop.signal.aborted || !(ledger.isFull() || ledger.isOverflowing())) return false
    this.traffic.changed.notify()
    return true
  }

  /** What waited for room in memory is looked at again. */
  wake(): void {
    this.traffic.changed.notify()
  }

  private take(line: Line): void {
    const { ledger } = this.options
    const read = readEvent(line, this.options)
    if (!read) return
    if ('reason' in read) return this.refuse(line, read.reason)
    const { message } = read
    const routes = this.isWanted(message) ? this.routes.filter(({ matches }) => matches(message)) : []
    if (routes.length === 0) return ledger.skip()
    const owed = ledger.owedRoutes(line)
    const open = owed ? routes.filter(({ index }) => owed.includes(index)) : routes
    const entry = ledger.open(
      line,
      (line.bytes?.length ?? 0) * MEMORY_PER_JSON_BYTE,
      open.map(({ index }) => index)
    )
    for (const { sender, identityOf } of open) sender.add({ message, entry, identity: identityOf?.(message) })
  }

  private refuse({ number, bytes }: Line, reason: string): void {
    this.options.onUnreadable(number, reason)
    this.options.ledger.reject({ line: number, reason, text: bytes?.toString() })
  }

  private isWanted(message: SegmentMessage): boolean {
    const { from, to, target } = this.options
    const time = Date.parse(message.timestamp)
    return time >= from && time < to && isMeantFor(message, target.engine.definition.name)
  }

  private async send({ subscription, index, rateLimit }: Sending, jobs: Job[]): Promise<void> {
    const { target, ledger, onRetry } = this.options
    const { signal } = this.stop
    await sleep(this.notBefore - Date.now(), signal)
    await deliver(
      {
        engine: target.engine,
        call: callOf(subscription, target),
        signal,
        settle: (job, outcome) => ledger.settle(job.entry, index, rejectionOf(lineOf(job), outcome, subscription)),
        onRetry: (again, reason, { waitMs, retryAfterMs }) => {
          this.notBefore = Math.max(this.notBefore, Date.now() + retryAfterMs)
          onRetry(again.length, reason, waitMs)
        },
        beforeResend: async (again) => {
          await sleep(this.notBefore - Date.now(), signal)
          const identities = again.map(({ identity }) => identity)
          await rateLimit?.resend(identities, signal)
        }
      },
      jobs
    )
  }
}

interface Sending {
  subscription: Subscription
  index: number
  rateLimit?: RateLimit
}

function lineOf({ entry, message }: Job) {
  return { line: entry.place.line + 1, message }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
