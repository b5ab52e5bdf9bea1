import { isMeantFor } from '../../segment/connection'
import type { Subscription } from '../../segment/connection'
import type { SegmentMessage } from '../../segment/message'
import type { Line } from '../lines'
import { Notifier } from '../notifier'
import type { Journal } from './journal'
import type { OpenLine } from './line-outcome'
import { parseEvent, readEvent } from './read-event'
import { Route } from './route'
import type { RouteOptions } from './route'
import type { Traffic } from './sender'

export interface ReplayOptions extends RouteOptions {
  subscriptions: Subscription[]
  journal: Journal
  /** In milliseconds since 1970; `to` is the first moment no longer taken. */
  from: number
  to: number
  /** Nothing more is sent or read once its signal aborts. */
  stop: AbortController
  onUnreadable: (line: number, reason: string) => void
}

/** Lines in, outcomes in the journal. */
export class Replay {
  private readonly traffic: Traffic
  private readonly routes: Route[]
  private failure?: Error

  constructor(private readonly options: ReplayOptions) {
    const { journal, stop, subscriptions } = options
    const traffic = { journal, signal: stop.signal, changed: new Notifier(), sending: 0, ended: false, notBefore: 0 }
    stop.signal.addEventListener('abort', () => traffic.changed.notify())
    this.traffic = traffic
    this.routes = subscriptions.map((subscription, index) => new Route(index, subscription, traffic, options))
  }

  /**
   * Takes up the lines that an earlier run left open, then the others. Resolves when everything is settled, or after the
   * request in flight once the signal aborts. Rejects when it cannot continue; what was read before is delivered all the same.
   */
  async run(lines: AsyncIterable<Line[]>): Promise<void> {
    const reading = this.read(lines)
      .catch((error: unknown) => (this.failure ??= asError(error)))
      .finally(() => {
        this.traffic.ended = true
        this.traffic.changed.notify()
      })
    const sending = this.routes.map((route) => route.run().catch((error: unknown) => this.fail(error)))
    await Promise.all([reading, ...sending])
    if (this.failure !== undefined) throw this.failure
  }

  /** Ends the run with an error, after the request in flight. */
  fail(error: unknown): void {
    this.failure ??= asError(error)
    this.options.stop.abort()
  }

  private async read(lines: AsyncIterable<Line[]>): Promise<void> {
    const { journal } = this.options
    for await (const chunk of journal.openLines()) {
      for (const [, line] of chunk) {
        if (this.isBlocked() && !(await this.roomMade())) return
        this.resume(line)
      }
    }
    for await (const chunk of lines) {
      for (const line of chunk) {
        if (this.isBlocked() && !(await this.roomMade())) return
        this.take(line)
        journal.passed(line)
      }
    }
  }

  private isBlocked(): boolean {
    const { journal, stop } = this.options
    return stop.signal.aborted || journal.isFull() || journal.isOverflowing
  }

  /** False once the signal aborts. */
  private async roomMade(): Promise<boolean> {
    const { journal, stop } = this.options
    if (journal.isOverflowing) await journal.save()
    while (journal.isFull() && !stop.signal.aborted) {
      // Waiting senders are told that no more can come.
      this.traffic.changed.notify()
      await this.traffic.changed.wait()
    }
    return !stop.signal.aborted
  }

  private take(line: Line): void {
    const { journal, onUnreadable } = this.options
    const event = readEvent(line, this.options)
    if (!event) return
    journal.totals.read++
    if ('reason' in event) {
      onUnreadable(line.number, event.reason)
      journal.reject(line.start, [{ line: line.number, reason: event.reason, text: line.bytes?.toString() }])
      return
    }
    const { message, text } = event
    const routes = this.isWanted(message) ? this.routesOf(message) : []
    if (routes.length === 0) journal.totals.skipped++
    else this.enter({ position: line.start, line: line.number, text }, message, routes)
  }

  private resume(line: OpenLine): void {
    const event = parseEvent(line, this.options)
    if ('reason' in event) return
    const routes = line.owed?.map((index) => this.routes[index]) ?? this.routesOf(event.message)
    if (routes.length > 0) this.enter(line, event.message, routes, true)
  }

  private routesOf(message: SegmentMessage): Route[] {
    return this.routes.filter(({ matches }) => matches(message))
  }

  private enter(line: OpenLine, message: SegmentMessage, routes: Route[], isStored = false): void {
    const owed = routes.map(({ index }) => index)
    const entry = this.options.journal.enter(line, owed, isStored)
    for (const route of routes) route.add(entry, message)
  }

  private isWanted(message: SegmentMessage): boolean {
    const { from, to, target } = this.options
    const time = Date.parse(message.timestamp)
    return time >= from && time < to && isMeantFor(message, target.engine.definition.name)
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
