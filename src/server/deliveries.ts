import type { JSONObject } from '@segment/actions-core'
import sum from 'lodash/sum'
import type { AcceptedCall, Calls } from '../segment/calls/calls'
import { defaultSubscriptions } from '../segment/connection'
import type { Engine } from '../segment/engine'
import type { SegmentMessage } from '../segment/message'
import type { Arrival, KeptDelivery } from '../segment/calls/open-call'
import { DeliveryQueue } from '../segment/delivery/queue'
import type { Claim } from '../segment/delivery/queue'
import type { Job } from '../segment/delivery/subscription-queue'
import { UserOrder } from '../segment/delivery/user-order'

export interface DeliveriesOptions {
  settings: JSONObject
  calls: Calls
  note: (line: string) => void
  now?: () => number
  random?: () => number
}

/** Delivery through a definition that can be replaced: what was accepted before goes out through the one it met. */
export class Deliveries {
  private current?: DeliveryQueue<unknown>
  private retired: DeliveryQueue<unknown>[] = []
  private order = new UserOrder<Job>()
  private loaded?: [engine: Engine, name: string]
  private resumed: Promise<void> = Promise.resolve()

  constructor(private readonly options: DeliveriesOptions) {}

  /**
   * Delivers through `engine` from now on. Messages address it as `name`, whatever its own name is.
   * Throws, and keeps the definition before, when a subscription does not fit it.
   */
  replace(engine: Engine, name: string): void {
    const { settings, calls, note, now, random } = this.options
    const subscriptions = defaultSubscriptions(engine.definition)
    const next = new DeliveryQueue({
      ...{ engine, settings, subscriptions, now, random },
      addressedAs: name,
      order: this.order,
      sharing: () => this.retired,
      log: note
    })
    next.onOutcome((outcome) => calls.attempted(outcome.number, outcome.subscription, outcome))
    calls.connect(subscriptions)
    this.loaded = [engine, name]
    this.retired = this.all().filter((delivery) => delivery.pending() > 0)
    this.current = next
  }

  /** Takes all the messages, or none and returns false. Rejects, and takes none, when they cannot be kept. */
  async enqueue(arrival: Arrival, messages: SegmentMessage[]): Promise<boolean> {
    const { calls } = this.options
    await this.resumed
    const claim = this.current?.claim(messages.map((message) => calls.numbered(message)))
    if (!claim) return false
    await this.keepAndStart(claim, () => calls.accept(arrival, claim.calls))
    return true
  }

  /** Delivers, before anything else, what an earlier run has left; returns how many calls that are. */
  async resume(): Promise<number> {
    const left = this.options.calls.left()
    this.resumed = left.then((calls) => this.start(calls))
    await this.resumed
    return (await left).length
  }

  /**
   * Delivers finished calls again, to those of their subscriptions that `isAsked`; returns how many calls that are.
   * Undefined when the queue has no room for them.
   */
  async replay(numbers: number[], isAsked: (delivery: KeptDelivery) => boolean): Promise<number | undefined> {
    const calls = await this.options.calls.again(numbers, isAsked)
    const claim = this.current?.claim(calls)
    if (!claim) return undefined
    await this.keepAndStart(claim, () => this.options.calls.reopen(calls))
    this.abandonMissing(calls, claim)
    return calls.length
  }

  /** Calls without a final outcome, counted once for each subscription that takes them. */
  pending(): number {
    return sum(this.all().map((delivery) => delivery.pending()))
  }

  /** Delivers what was taken; after `timeoutMs` gives up and returns how many calls are left. */
  async stop(timeoutMs: number): Promise<number> {
    const left = await this.idle(timeoutMs)
    for (const delivery of this.all()) delivery.close()
    return left
  }

  /** Sends what waits for others of its batch at once; returns how many calls still have no final outcome after `timeoutMs`. */
  async idle(timeoutMs: number): Promise<number> {
    await this.resumed
    return sum(await Promise.all(this.all().map((delivery) => delivery.drain(timeoutMs))))
  }

  /** Delivers nothing of what waits, and forgets all calls. */
  async clear(): Promise<void> {
    await this.resumed
    for (const delivery of this.all()) delivery.close()
    this.order = new UserOrder()
    this.current = undefined
    this.retired = []
    if (this.loaded) this.replace(...this.loaded)
    await this.options.calls.clear()
  }

  private start(calls: AcceptedCall[]): void {
    const claim = this.current?.claim(calls)
    if (!claim) return
    this.abandonMissing(calls, claim)
    claim.start()
  }

  private async keepAndStart(claim: Claim, keep: () => Promise<void>): Promise<void> {
    try {
      await keep()
    } catch (error) {
      claim.cancel()
      throw error
    }
    claim.start()
  }

  /** A definition that was changed since may have lost a subscription. */
  private abandonMissing(calls: AcceptedCall[], claim: Claim): void {
    const known = new Map(claim.calls.map(({ number, routes }) => [number, routes]))
    for (const { number, routes } of calls) {
      const missing = routes.filter((route) => !known.get(number)?.includes(route))
      for (const route of missing) this.options.calls.abandon(number, route, NO_SUBSCRIPTION)
    }
  }

  private all(): DeliveryQueue<unknown>[] {
    return this.current ? [...this.retired, this.current] : this.retired
  }
}

const NO_SUBSCRIPTION = 'the definition no longer has this subscription'
