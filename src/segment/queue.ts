import type { DestinationDefinition, JSONObject } from '@segment/actions-core'
import sumBy from 'lodash/sumBy'
import { isMeantFor, subscriptionFilter } from './connection'
import type { Subscription } from './connection'
import type { Engine } from './engine'
import { memoryOf, SubscriptionQueue } from './subscription-queue'
import type { Outcome } from './subscription-queue'
import type { SegmentMessage } from './message'
import { DEFAULT_RETRY_POLICY } from './retry'
import type { RetryPolicy } from './retry'

export type { Outcome } from './subscription-queue'

const DEFAULT_BATCH_SIZE = 1000

/** More than Heap takes in a minute: https://developers.heap.io/reference/bulk-track */
const DEFAULT_MAX_QUEUED = 20_000

/** By {@link memoryOf}. Room for 20,000 messages of 1.2 KB. */
const DEFAULT_MAX_QUEUED_BYTES = 48 * 1024 * 1024

export interface DeliveryQueueOptions<Settings> {
  engine: Engine<Settings>
  settings: JSONObject
  subscriptions: Subscription[]
  /** Told of what has no outcome: a message that no subscription takes. */
  log?: (line: string) => void
  /** Messages held at once, counted once for each subscription that takes them. Default 20,000. */
  maxQueued?: number
  /** Memory that they take, counted in the same way. Default 48 MB. */
  maxQueuedBytes?: number
  /** Other deliveries whose messages are of the same queue. */
  sharing?: () => DeliveryQueue<Settings>[]
  /** How long a message waits for others of its batch. Default 100 ms. */
  flushMs?: number
  retry?: Partial<RetryPolicy>
  now?: () => number
  random?: () => number
}

export interface Undelivered {
  message: SegmentMessage
  subscription: Subscription
}

interface Route {
  matches: (message: SegmentMessage) => boolean
  subscription: Subscription
  queue: SubscriptionQueue
}

interface Call {
  message: SegmentMessage
  json: string
}

/** Hands messages to the actions of one destination: in batches, retried until delivered, refused for good or given up. */
export class DeliveryQueue<Settings> {
  private readonly routes: Route[]
  private readonly listeners = new Set<(outcome: Outcome) => void>()
  private readonly idle = new Set<() => void>()
  private closed = false

  /** Throws when a subscription names an unknown action or its `subscribe` is not valid FQL. */
  constructor(private readonly options: DeliveryQueueOptions<Settings>) {
    const enabled = options.subscriptions.filter((subscription) => subscription.enabled !== false)
    this.routes = enabled.map((subscription) => this.route(subscription))
  }

  /** Takes all the messages, or, when the queue has no room for them or after `close()`, returns false and takes none. */
  enqueue(messages: SegmentMessage[]): boolean {
    const { name } = this.options.engine.definition
    const meant = messages.filter((message) => isMeantFor(message, name))
    const calls = meant.map((message) => ({ message, json: JSON.stringify(message) }))
    const shares = this.routes.map(({ matches, queue }) => ({
      queue,
      calls: calls.filter((call) => matches(call.message))
    }))
    const taken = shares.flatMap((share) => share.calls)
    if (this.closed || !this.hasRoomFor(jsonsOf(taken))) return false
    this.logUnclaimed(messages, new Set(taken.map(({ message }) => message)))
    const first = (share: { calls: Call[] }) => calls.indexOf(share.calls[0])
    shares
      .filter((share) => share.calls.length > 0)
      .sort((a, b) => first(a) - first(b))
      .forEach((share) => share.queue.add(jsonsOf(share.calls)))
    return true
  }

  /** Calls `listener` with every outcome until the returned function is called. */
  onOutcome(listener: (outcome: Outcome) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Messages without a final outcome, counted once for each subscription that takes them. */
  pending(): number {
    return sumBy(this.routes, ({ queue }) => queue.pending())
  }

  /** Memory that they take. */
  pendingBytes(): number {
    return this.routes.reduce((sum, { queue }) => sum + queue.pendingBytes(), 0)
  }

  /** Sends what is queued, waits for the retries, and returns what still has no final outcome after `timeoutMs`. */
  async drain(timeoutMs: number): Promise<Undelivered[]> {
    for (const { queue } of this.routes) void queue.flush()
    if (this.pending() > 0) await this.becomeIdle(timeoutMs)
    return this.routes.flatMap(({ queue, subscription }) =>
      queue.undelivered().map((message) => ({ message, subscription }))
    )
  }

  /** Sends nothing more and reports nothing more. A request on its way is not called back. */
  close(): void {
    this.closed = true
    for (const { queue } of this.routes) queue.close()
  }

  private route(subscription: Subscription): Route {
    const { engine, settings, flushMs = 100, retry, now = Date.now, random = Math.random } = this.options
    const size = batchSize(engine.definition, subscription)
    const { partnerAction: action, mapping = {} } = subscription
    const call = { action, mapping, settings: settings as Settings }
    const queue = new SubscriptionQueue({
      subscription,
      batchSize: size ?? 1,
      flushMs,
      retry: { ...DEFAULT_RETRY_POLICY, ...retry },
      now,
      random,
      send: (messages) => engine.runApart(call, messages as JSONObject[], { batched: size !== undefined }),
      report: (outcome) => this.report(outcome)
    })
    return { matches: subscriptionFilter(subscription), subscription, queue }
  }

  /** An empty queue has room for anything: what never fits would be sent again for ever. */
  private hasRoomFor(jsons: string[]): boolean {
    const { maxQueued = DEFAULT_MAX_QUEUED, maxQueuedBytes = DEFAULT_MAX_QUEUED_BYTES, sharing } = this.options
    const all = [this, ...(sharing?.() ?? [])]
    const pending = all.reduce((sum, delivery) => sum + delivery.pending(), 0)
    const bytes = all.reduce((sum, delivery) => sum + delivery.pendingBytes(), 0)
    if (pending === 0) return true
    return pending + jsons.length <= maxQueued && bytes + memoryOf(jsons) <= maxQueuedBytes
  }

  private report(outcome: Outcome): void {
    for (const listener of this.listeners) this.tell(listener, outcome)
    if (this.pending() > 0) return
    for (const resolve of this.idle) resolve()
  }

  /** Whoever cannot be told must not end the delivery. */
  private tell(listener: (outcome: Outcome) => void, outcome: Outcome): void {
    try {
      listener(outcome)
    } catch (error) {
      this.options.log?.(`cannot tell what became of the call ${outcome.message.messageId}: ${String(error)}`)
    }
  }

  private async becomeIdle(timeoutMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer)
        this.idle.delete(done)
        resolve()
      }
      const timer = setTimeout(done, timeoutMs)
      this.idle.add(done)
    })
  }

  private logUnclaimed(messages: SegmentMessage[], taken: Set<SegmentMessage>): void {
    for (const message of messages) {
      if (!taken.has(message)) this.options.log?.(`no subscription takes the ${message.type} call ${message.messageId}`)
    }
  }
}

function jsonsOf(calls: Call[]): string[] {
  return calls.map(({ json }) => json)
}

/** Undefined: the action takes its messages one by one. */
function batchSize<Settings>(
  definition: DestinationDefinition<Settings>,
  subscription: Subscription
): number | undefined {
  const { name, partnerAction, mapping } = subscription
  const action = Object.entries(definition.actions).find(([key]) => key === partnerAction)?.[1]
  if (!action) throw new Error(`Subscription "${name ?? partnerAction}": there is no action "${partnerAction}"`)
  if (!action.performBatch || mapping?.enable_batching === false) return undefined
  const size = Number(mapping?.batch_size)
  return size >= 1 ? Math.floor(size) : DEFAULT_BATCH_SIZE
}
