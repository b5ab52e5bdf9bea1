import type { JSONObject } from '@segment/actions-core'
import sum from 'lodash/sum'
import type { AcceptedCall, AcceptedCalls, FailedCall, Settled } from '../segment/accepted-calls'
import { defaultSubscriptions } from '../segment/connection'
import type { Engine } from '../segment/engine'
import type { SegmentMessage } from '../segment/message'
import { DeliveryQueue, routeOf } from '../segment/queue'
import type { Claim, Outcome } from '../segment/queue'
import { isRetryable } from '../segment/retry'
import type { Job } from '../segment/subscription-queue'
import { UserOrder } from '../segment/user-order'
import type { CallLog } from './call-log'

export interface DeliveriesOptions {
  settings: JSONObject
  log: CallLog
  onOutcome: (outcome: Outcome) => void
  /** Where calls wait. Absent: in memory alone. */
  accepted?: AcceptedCalls
}

/** Delivery through a definition that can be replaced: what was accepted before goes out through the one it met. */
export class Deliveries {
  private current?: DeliveryQueue<unknown>
  private retired: DeliveryQueue<unknown>[] = []
  private readonly order = new UserOrder<Job>()
  private calls = 0
  private resumed: Promise<void> = Promise.resolve()

  constructor(private readonly options: DeliveriesOptions) {}

  /**
   * Delivers through `engine` from now on. Messages address it as `name`, whatever its own name is.
   * Throws, and keeps the definition before, when a subscription does not fit it.
   */
  replace(engine: Engine, name: string): void {
    const { settings, log, onOutcome } = this.options
    const next = new DeliveryQueue({
      engine,
      settings,
      subscriptions: defaultSubscriptions(engine.definition),
      addressedAs: name,
      order: this.order,
      sharing: () => this.retired,
      log: (line) => log.note(line)
    })
    next.onOutcome((outcome) => log.outcome(outcome))
    next.onOutcome(onOutcome)
    next.onOutcome((outcome) => this.settle(outcome))
    this.retired = this.all().filter((delivery) => delivery.pending() > 0)
    this.current = next
  }

  /** Takes all the messages, or none and returns false. Rejects, and takes none, when they cannot be kept. */
  async enqueue(messages: SegmentMessage[]): Promise<boolean> {
    const { accepted } = this.options
    await this.resumed
    const claim = this.current?.claim(messages.map((message) => ({ id: accepted?.newId() ?? this.calls++, message })))
    if (!claim) return false
    return this.keepAndStart(claim, async () => accepted?.add(claim.calls))
  }

  /** Delivers, before anything else, what an earlier run has left; returns how many calls that are. */
  async resume(): Promise<number> {
    const left = this.options.accepted?.left() ?? Promise.resolve([])
    this.resumed = left.then((calls) => {
      const claim = this.current?.claim(calls)
      if (!claim) return
      this.giveUpRoutesThatAreGone(calls, claim)
      claim.start()
    })
    await this.resumed
    return (await left).length
  }

  /**
   * Delivers again what was refused or given up, as far as `isAsked`; returns how many calls that are. Undefined when
   * the queue has no room for them.
   */
  async replay(isAsked: (call: FailedCall) => boolean): Promise<number | undefined> {
    const { accepted } = this.options
    if (!accepted) return 0
    const failures: { key: string; call: FailedCall }[] = []
    for await (const failure of accepted.failures()) if (isAsked(failure.call)) failures.push(failure)
    const calls = accepted.again(failures)
    const claim = this.current?.claim(calls)
    if (!claim) return undefined
    await this.keepAndStart(claim, () => accepted.replace(failures, calls))
    this.giveUpRoutesThatAreGone(calls, claim)
    return calls.length
  }

  /** Calls without a final outcome, counted once for each subscription that takes them. */
  pending(): number {
    return sum(this.all().map((delivery) => delivery.pending()))
  }

  /** Delivers what was taken; after `timeoutMs` gives up and returns how many calls are left. */
  async stop(timeoutMs: number): Promise<number> {
    const left = await Promise.all(this.all().map((delivery) => delivery.drain(timeoutMs)))
    for (const delivery of this.all()) delivery.close()
    return sum(left)
  }

  private async keepAndStart(claim: Claim, keep: () => Promise<void>): Promise<true> {
    try {
      await keep()
    } catch (error) {
      claim.cancel()
      throw error
    }
    claim.start()
    return true
  }

  /** A definition that was changed since may have lost a subscription. */
  private giveUpRoutesThatAreGone(calls: AcceptedCall[], claim: Claim): void {
    const known = new Map(claim.calls.map(({ id, routes }) => [id, routes]))
    for (const call of calls) {
      for (const route of call.routes) if (!known.get(call.id)?.includes(route)) this.giveUp(call, route)
    }
  }

  private giveUp({ id, message }: AcceptedCall, route: string): void {
    const reason = 'the definition has no such subscription any more'
    const failure = { action: route.split(' ')[0], outcome: 'given-up' as const, status: 400, reason, at: now() }
    this.keep(id, { message, route, ...failure })
  }

  private settle({ id, message, subscription, action, status, error, willRetry }: Outcome): void {
    if (willRetry) return
    const route = routeOf(subscription)
    const outcome = isRetryable(status) ? 'given-up' : 'refused'
    const failure = { action, outcome, status, reason: error ?? `status ${status}`, at: now() } as const
    this.keep(id, { message, route, ...(status < 300 ? {} : failure) })
  }

  private keep(id: number, settled: Settled): void {
    const { accepted, log } = this.options
    accepted
      ?.settle(id, settled)
      .catch((error: Error) => log.note(`cannot keep what became of a call: ${error.message}`))
  }

  private all(): DeliveryQueue<unknown>[] {
    return this.current ? [...this.retired, this.current] : this.retired
  }
}

function now(): string {
  return new Date().toISOString()
}
