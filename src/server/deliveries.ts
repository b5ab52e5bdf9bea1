import type { JSONObject } from '@segment/actions-core'
import sum from 'lodash/sum'
import type { AcceptedCalls, FailedCall, Settled } from '../segment/accepted-calls'
import { defaultSubscriptions } from '../segment/connection'
import type { Engine } from '../segment/engine'
import type { SegmentMessage } from '../segment/message'
import { DeliveryQueue, routeOf } from '../segment/queue'
import type { Outcome, QueuedCall } from '../segment/queue'
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
    const claim = this.current?.claim(messages.map((message) => ({ id: accepted?.newId() ?? this.calls++, message })))
    if (!claim) return false
    try {
      await accepted?.add(claim.calls)
    } catch (error) {
      claim.cancel()
      throw error
    }
    claim.start()
    return true
  }

  /** Delivers what an earlier run has left; returns how many calls that are. */
  async resume(): Promise<number> {
    const left = (await this.options.accepted?.left()) ?? []
    return this.takeUp(left)
  }

  /** Delivers again what was refused or given up, as far as `isAsked`; returns how many calls that are. */
  async replay(isAsked: (call: FailedCall) => boolean): Promise<number> {
    const { accepted } = this.options
    if (!accepted) return 0
    const failures = []
    for await (const failure of accepted.failures()) if (isAsked(failure.call)) failures.push(failure)
    return this.takeUp(await accepted.retry(failures))
  }

  /** Delivers what was taken; after `timeoutMs` gives up and returns how many calls are left. */
  async stop(timeoutMs: number): Promise<number> {
    const left = await Promise.all(this.all().map((delivery) => delivery.drain(timeoutMs)))
    for (const delivery of this.all()) delivery.close()
    return sum(left)
  }

  private takeUp(calls: Required<QueuedCall>[]): number {
    const claim = this.current?.claim(calls)
    const routesOf = new Map(claim?.calls.map(({ id, routes }) => [id, routes]))
    for (const call of calls) {
      const gone = call.routes.filter((route) => !routesOf.get(call.id)?.includes(route))
      for (const route of gone) this.giveUp(call, route)
    }
    claim?.start()
    return claim?.calls.length ?? 0
  }

  private giveUp({ id, message }: QueuedCall, route: string): void {
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
