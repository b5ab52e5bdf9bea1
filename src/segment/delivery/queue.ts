import type { DestinationDefinition, JSONObject } from '@segment/actions-core'
import sumBy from 'lodash/sumBy'
import { MAX_EVENTS_PER_MINUTE, MAX_ITEMS_PER_REQUEST } from '../../lib/heap/limits'
import { isMeantFor, routeOf, subscriptionFilter } from '../connection'
import type { Subscription } from '../connection'
import type { Engine } from '../engine'
import type { AcceptedCall } from '../calls/calls'
import { memoryOf, SubscriptionQueue } from './subscription-queue'
import type { Job, Outcome } from './subscription-queue'
import type { SegmentMessage } from '../message'
import { DEFAULT_RETRY_POLICY } from './retry'
import type { RetryPolicy } from './retry'
import { UserOrder, writesTo } from './user-order'

/** What Heap takes in a minute, and what is on its way meanwhile. */
const DEFAULT_MAX_QUEUED = MAX_EVENTS_PER_MINUTE + 5 * MAX_ITEMS_PER_REQUEST

/** By {@link memoryOf}. Room for 20,000 messages of 1.2 KB. */
const DEFAULT_MAX_QUEUED_BYTES = 48 * 1024 * 1024

export interface DeliveryQueueOptions<Settings> {
  engine: Engine<Settings>
  settings: JSONObject
  subscriptions: Subscription[]
  /** Called when a listener fails. */
  log?: (line: string) => void
  /** Messages held at once, counted once for each subscription that takes them. Default 20,000. */
  maxQueued?: number
  /** Memory that they take, counted in the same way. Default 48 MB. */
  maxQueuedBytes?: number
  /** Other deliveries whose messages are of the same queue. */
  sharing?: () => DeliveryQueue<Settings>[]
  /** The name by which messages address the destination in `integrations`. Default: the definition's. */
  addressedAs?: string
  /** Shared by deliveries whose calls concern the same users. */
  order?: UserOrder<Job>
  /** How long a message waits for others of its batch. Default 100 ms. */
  flushMs?: number
  retry?: Partial<RetryPolicy>
  /** Milliseconds on a clock that nobody sets: how old a call is. Default `performance.now`. */
  now?: () => number
  random?: () => number
}

/** A call for the queue. */
export interface QueuedCall {
  /** Grows in the order of acceptance. */
  number: number
  message: SegmentMessage
  json: string
  /** Subscriptions that it is for, by {@link routeOf}. Absent: those that take it. */
  routes?: string[]
}

/** Room for calls in the queue, and the subscriptions that take them. */
export interface Claim {
  calls: AcceptedCall[]
  start(): void
  /** Gives the room back instead. */
  cancel(): void
}

interface Route {
  name: string
  matches: (message: SegmentMessage) => boolean
  subscription: Subscription
  queue: SubscriptionQueue
}

type Routed = Job & { route: Route }

/** Hands messages to the actions of one destination: in batches, retried until delivered, refused for good or given up. */
export class DeliveryQueue<Settings> {
  private readonly routes: Route[]
  private readonly listeners = new Set<(outcome: Outcome) => void>()
  private readonly idle = new Set<() => void>()
  private readonly reserved = new Set<{ count: number; bytes: number }>()
  private readonly order: UserOrder<Job>
  private closed = false

  /** Throws when a subscription names an unknown action or its `subscribe` is not valid FQL. */
  constructor(private readonly options: DeliveryQueueOptions<Settings>) {
    this.order = options.order ?? new UserOrder()
    const enabled = options.subscriptions.filter((subscription) => subscription.enabled !== false)
    this.routes = enabled.map((subscription) => this.route(subscription))
  }

  /** Undefined when the queue has no room for all of them, or after `close()`. */
  claim(calls: QueuedCall[]): Claim | undefined {
    const held = calls.map((call) => this.held(call))
    const jobs = held.flatMap((call) => this.jobsOf(call))
    if (this.closed || !this.hasRoomFor(jobs)) return undefined
    const reserved = { count: jobs.length, bytes: sumBy(jobs, memoryOf) }
    this.reserved.add(reserved)
    return {
      calls: held,
      start: () => {
        this.reserved.delete(reserved)
        this.start(jobs)
      },
      cancel: () => this.reserved.delete(reserved)
    }
  }

  /** The call held against the subscriptions. */
  private held(call: QueuedCall): AcceptedCall {
    const { addressedAs = this.options.engine.definition.name } = this.options
    if (!isMeantFor(call.message, addressedAs)) {
      return { ...call, routes: [], unmatched: `integrations of the call turns ${addressedAs} off` }
    }
    const routes = this.routesFor(call).map(({ name }) => name)
    return { ...call, routes, unmatched: routes.length > 0 ? undefined : 'no subscription matches it' }
  }

  private routesFor({ message, routes }: Pick<QueuedCall, 'message' | 'routes'>): Route[] {
    return this.routes.filter(({ name, matches }) => (routes ? routes.includes(name) : matches(message)))
  }

  private jobsOf(call: AcceptedCall): Routed[] {
    const { number, message, json, routes } = call
    const queuedAt = (this.options.now ?? monotonic)()
    return this.routesFor({ message, routes }).map((route) => ({
      ...{ route, number, json, attempt: 0, queuedAt },
      writesTo: writesTo(message, route.subscription)
    }))
  }

  /** Begins with the subscription of the first call. */
  private start(jobs: Routed[]): void {
    for (const job of jobs) if (job.writesTo !== undefined) this.order.add(job.writesTo, job)
    const routes = new Set(jobs.map(({ route }) => route))
    for (const route of routes) route.queue.add(jobs.filter((job) => job.route === route))
  }

  /** Calls `listener` with every outcome until the returned function is called. */
  onOutcome(listener: (outcome: Outcome) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Messages without a final outcome, counted once for each subscription that takes them. */
  pending(): number {
    return sumBy(this.routes, ({ queue }) => queue.pending()) + sumBy([...this.reserved], 'count')
  }

  /** Memory that they take. */
  pendingBytes(): number {
    return sumBy(this.routes, ({ queue }) => queue.pendingBytes()) + sumBy([...this.reserved], 'bytes')
  }

  /** Sends what is queued, waits for the retries, and returns how many still have no final outcome after `timeoutMs`. */
  async drain(timeoutMs: number): Promise<number> {
    for (const { queue } of this.routes) void queue.flush()
    if (this.pending() > 0) await this.becomeIdle(timeoutMs)
    return this.pending()
  }

  /** Sends nothing more and reports nothing more. A request on its way is not called back. */
  close(): void {
    this.closed = true
    for (const { queue } of this.routes) queue.close()
  }

  private route(subscription: Subscription): Route {
    const { engine, settings, flushMs = 100, retry, now = monotonic, random = Math.random } = this.options
    const size = batchSize(engine.definition, subscription)
    const { partnerAction: action, mapping = {} } = subscription
    const call = { action, mapping, settings: settings as Settings }
    const queue = new SubscriptionQueue({
      subscription,
      batchSize: size ?? 1,
      flushMs,
      retry: { ...DEFAULT_RETRY_POLICY, ...retry },
      order: this.order,
      now,
      random,
      send: (messages) => engine.runApart(call, messages as JSONObject[], { batched: size !== undefined }),
      report: (outcome) => this.report(outcome)
    })
    return { name: routeOf(subscription), matches: subscriptionFilter(subscription), subscription, queue }
  }

  /** An empty queue has room for anything: what never fits would be sent again for ever. */
  private hasRoomFor(jobs: Pick<Job, 'json'>[]): boolean {
    const { maxQueued = DEFAULT_MAX_QUEUED, maxQueuedBytes = DEFAULT_MAX_QUEUED_BYTES, sharing } = this.options
    const all = [this, ...(sharing?.() ?? [])]
    const pending = sumBy(all, (delivery) => delivery.pending())
    if (pending === 0) return true
    const bytes = sumBy(all, (delivery) => delivery.pendingBytes()) + sumBy(jobs, memoryOf)
    return pending + jobs.length <= maxQueued && bytes <= maxQueuedBytes
  }

  private report(outcome: Outcome): void {
    for (const listener of this.listeners) this.tell(listener, outcome)
    if (this.pending() > 0) return
    for (const resolve of this.idle) resolve()
  }

  /** A listener that throws must not end the delivery. */
  private tell(listener: (outcome: Outcome) => void, outcome: Outcome): void {
    try {
      listener(outcome)
    } catch (error) {
      this.options.log?.(`cannot tell what became of call ${outcome.number}: ${String(error)}`)
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
}

function monotonic(): number {
  return performance.now()
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
  return size >= 1 ? Math.floor(size) : MAX_ITEMS_PER_REQUEST
}
