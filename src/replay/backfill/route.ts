import { transform } from '@segment/actions-core/mapping-kit'
import type { JSONObject } from '@segment/actions-core'
import { realId } from '../../lib/heap/identity'
import { MAX_ITEMS_PER_REQUEST } from '../../lib/heap/limits'
import { subscriptionFilter } from '../../segment/connection'
import type { Subscription } from '../../segment/connection'
import type { EngineOutcome } from '../../segment/engine-outcome'
import type { SegmentMessage } from '../../segment/message'
import { callOf, deliver, reasonOf } from '../deliver'
import { sleep } from '../notifier'
import type { Target } from '../target'
import type { Entry, OpenLine, Rejection } from './line-outcome'
import type { RateLimit } from './rate-limit'
import { parseEvent } from './read-event'
import type { ReadOptions } from './read-event'
import { Sender } from './sender'
import type { Job, Traffic } from './sender'

/** The action whose calls Heap counts against its event rates. */
const EVENT_ACTION = 'trackEvent'

export interface RouteOptions extends ReadOptions {
  target: Target
  /** Absent: as fast as it goes. */
  rateLimit?: RateLimit
  onRetry: (events: number, reason: string, waitMs: number) => void
}

/** The way of one subscription's messages to Heap. */
export class Route {
  readonly matches: (message: SegmentMessage) => boolean
  private readonly rateLimit?: RateLimit
  private readonly sender: Sender

  constructor(
    readonly index: number,
    private readonly subscription: Subscription,
    private readonly traffic: Traffic,
    private readonly options: RouteOptions
  ) {
    this.matches = subscriptionFilter(subscription)
    if (subscription.partnerAction === EVENT_ACTION) this.rateLimit = options.rateLimit
    const batchSize = Math.min(MAX_ITEMS_PER_REQUEST, this.rateLimit?.burst ?? Infinity)
    this.sender = new Sender({ traffic, batchSize, rateLimit: this.rateLimit, send: (jobs) => this.send(jobs) })
  }

  add(entry: Entry, message: SegmentMessage): void {
    this.sender.add({ entry, message, identity: this.rateLimit && identityOf(this.subscription.mapping, message) })
  }

  /** Resolves when all is sent and nothing more comes, or when the signal aborts. */
  run(): Promise<void> {
    return this.sender.run()
  }

  private async send(jobs: Job[]): Promise<void> {
    const { traffic, subscription, rateLimit } = this
    const { target, onRetry } = this.options
    const { journal, signal } = traffic
    const untilHeapWants = () => sleep(traffic.notBefore - performance.now(), signal)
    await untilHeapWants()
    await deliver(
      {
        engine: target.engine,
        call: callOf(subscription, target),
        signal,
        settle: (job, outcome) => journal.settle(job.entry, this.index, rejectionOf(job, outcome, subscription)),
        onRetry: (again, reason, { waitMs, retryAfterMs }) => {
          traffic.notBefore = Math.max(traffic.notBefore, performance.now() + retryAfterMs)
          onRetry(again.length, reason, waitMs)
        },
        beforeResend: async (again) => {
          await untilHeapWants()
          const identities = again.map(({ identity }) => identity)
          await rateLimit?.resend(identities, signal)
        }
      },
      jobs.map((job) => ({ ...job, message: job.message ?? this.messageOf(job.entry) }))
    )
  }

  private messageOf(line: OpenLine): SegmentMessage {
    const event = parseEvent(line, this.options)
    if ('message' in event) return event.message
    throw new Error(`line ${line.line} cannot be read a second time: ${event.reason}`)
  }
}

/** Undefined when it was delivered. */
function rejectionOf(
  { entry, message }: Job & { message: SegmentMessage },
  outcome: EngineOutcome,
  { partnerAction }: Subscription
): Rejection | undefined {
  const { status } = outcome
  if (status < 300) return undefined
  return { line: entry.line, action: partnerAction, status, reason: reasonOf(outcome), event: message }
}

/** The identity that Heap counts an event against. An event that cannot be mapped is refused when it is sent. */
export function identityOf(mapping: JSONObject | undefined, message: SegmentMessage): string | undefined {
  if (mapping?.identity === undefined) return undefined
  try {
    return realId(transform({ identity: mapping.identity }, message).identity)
  } catch {
    return undefined
  }
}
