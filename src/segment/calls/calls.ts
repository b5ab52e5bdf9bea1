import { createHash } from 'node:crypto'
import type { Store } from '../../store/store'
import type { Notes } from '../../store/sublevel'
import { AcceptedMessages } from './accepted-messages'
import { CallArchive, DEFAULT_LIMITS } from './call-archive'
import type { ArchiveLimits } from './call-archive'
import { CallIndex } from './call-index'
import type { CallOutcome, CallSummary, RecordedExchange } from './call-record'
import { routeOf } from '../connection'
import type { Subscription } from '../connection'
import { KeptBatches } from './kept-batches'
import type { BatchRun } from './kept-batches'
import { OpenCall } from './open-call'
import type { Arrival, CallDetail, Connection, KeptDelivery } from './open-call'
import type { SegmentMessage } from '../message'
import { redactText, spellingsOf } from '../redact'
import { isRetryable } from '../delivery/retry'

/** A call that subscriptions took, or that none took and why. */
export interface AcceptedCall {
  /** Grows from call to call. */
  number: number
  message: SegmentMessage
  json: string
  /** Subscriptions that owe it a final outcome, by {@link routeOf}. */
  routes: string[]
  unmatched?: string
}

/** What an attempt brought one call. */
export interface AttemptOutcome {
  status: number
  error?: string
  sent?: unknown
  /** Milliseconds since 1970. Absent: the outcome is final. */
  retryAt?: number
  run: BatchRun
}

export interface CallsOptions {
  limits?: ArchiveLimits
  /** Texts that are never kept in an exchange or a reason. */
  secrets?: string[]
  now?: () => number
}

export interface CallChange {
  outcome: CallOutcome
  /** Made when it is asked for: nobody asks for that of a call that has only come in. */
  summary: () => CallSummary
  /** The attempt that changed it. */
  attempt?: { route: string; action: string } & AttemptOutcome
}

/** The most characters kept of what the Tracking API refused. */
const MAX_REJECTED_CHARACTERS = 32 * 1024

type NotTaken = Pick<CallSummary, 'outcome' | 'reason'> & Partial<Pick<CallSummary, 'status'>>
export interface KeptCall {
  summary: CallSummary
  detail: CallDetail
  connection: Connection
}

/**
 * What became of each call, from its receipt on: what waits is on the disk before it is accepted, what is finished stays to
 * be looked at and sent again until newer calls take its place.
 */
export class Calls {
  private readonly accepted: AcceptedMessages
  private readonly connections: Notes
  private readonly known = new Map<string, Connection>()
  private readonly open = new Map<number, OpenCall>()
  readonly index = new CallIndex()
  private readonly listeners = new Set<(change: CallChange) => void>()
  private batches!: KeptBatches
  private waiting: AcceptedCall[] = []
  private readonly secrets: string[]
  private archive!: CallArchive
  private current: Connection = { subscriptions: [] }
  private nextNumber = 1
  /** Grows with every change of any call. */
  revision = 0

  private constructor(
    private readonly store: Store,
    private readonly options: CallsOptions
  ) {
    this.accepted = new AcceptedMessages(store)
    this.connections = store.notes('connections')
    this.secrets = spellingsOf(options.secrets ?? [])
  }

  static async in(store: Store, options: CallsOptions = {}): Promise<Calls> {
    const calls = new Calls(store, options)
    const [archive, summaries, changes] = await CallArchive.in(store, options.limits ?? DEFAULT_LIMITS)
    calls.archive = archive
    calls.batches = new KeptBatches(archive, calls.secrets, (change) => calls.store.keep([change]))
    calls.store.keep(changes)
    for await (const chunk of calls.connections.entries()) {
      for (const [id, json] of chunk) calls.known.set(id, { id, subscriptions: JSON.parse(json) as Subscription[] })
    }
    for (const summary of summaries) {
      calls.count(summary.number)
      calls.index.setFinished({ ...summary, revision: ++calls.revision })
    }
    await calls.readAccepted()
    return calls
  }

  /** What waits, and out of the store with what is finished and no longer known. */
  private async readAccepted(): Promise<void> {
    for await (const { number, message, routes } of this.accepted.all()) {
      this.count(number)
      if (routes.length > 0) this.waiting.push({ number, message, json: JSON.stringify(message), routes })
      else if (!this.index.get(number)) this.store.keep(this.accepted.forget(number))
    }
  }

  /** A message as a call with a number of its own. */
  numbered(message: SegmentMessage): Pick<AcceptedCall, 'number' | 'message' | 'json'> {
    return { number: this.nextNumber++, message, json: JSON.stringify(message) }
  }

  /** Calls `listener` with every change until the returned function is called. */
  onChange(listener: (change: CallChange) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** What later calls are held against. */
  connect(subscriptions: Subscription[]): void {
    const json = JSON.stringify(subscriptions)
    const id = createHash('sha256').update(json).digest('hex').slice(0, 16)
    this.current = this.known.get(id) ?? { id, subscriptions }
    if (this.known.has(id)) return
    this.known.set(id, this.current)
    this.store.keep([this.connections.put(id, json)])
  }

  /** What an earlier run has left, in the order of acceptance. */
  async left(): Promise<AcceptedCall[]> {
    const left = this.waiting.splice(0)
    for (const call of left) {
      const known = await this.get(call.number)
      if (known) this.open.set(call.number, OpenCall.from(known.summary, known.detail, known.connection, call.routes))
      else this.begin({ via: 'tracking API', at: Date.parse(call.message.receivedAt) }, call)
    }
    return left
  }

  /** Resolves once all of them are on the disk; rejects, and keeps none, when that fails. */
  async accept(arrival: Arrival, calls: AcceptedCall[]): Promise<void> {
    const taken = calls.filter(({ routes }) => routes.length > 0)
    await this.store.write(taken.map((call) => this.accepted.put(call.number, call.json, call.routes)))
    for (const call of calls) this.begin(arrival, call)
  }

  /** A call that the Tracking API refused, or what was sent for one. */
  reject(arrival: Arrival, value: unknown, status: number, reason: string): void {
    const call = new OpenCall(this.nextNumber++, arrival, this.current, rejectedJson(value), value, [])
    this.changed(call, undefined, { outcome: 'rejected', reason: this.hidden(reason), status })
  }

  /** An attempt at delivering a call to one subscription. */
  attempted(number: number, subscription: Subscription, outcome: AttemptOutcome): void {
    const call = this.open.get(number)
    if (!call) return
    const { status, error, sent, retryAt, run } = outcome
    const route = routeOf(subscription)
    const kept = {
      startedAt: new Date(run.startedAt).toISOString(),
      milliseconds: run.milliseconds,
      batch: run.size,
      status,
      error: error === undefined ? null : this.hidden(error),
      retryAt: retryAt === undefined ? null : new Date(retryAt).toISOString(),
      ...this.batches.of(run, sent)
    }
    this.store.keep(this.archive.release(call.attempted(route, outcomeOf(outcome), kept)))
    this.changed(call, { route, action: subscription.partnerAction, ...outcome })
  }

  /** A subscription that owes an outcome is not there any more. */
  abandon(number: number, route: string, reason: string): void {
    const call = this.open.get(number)
    call?.end(400, reason, route)
    if (call) this.changed(call)
  }

  /** An action that was run for events from outside of the queue: by the page, or by the tester. */
  ran(via: Arrival['via'], subscription: Subscription, events: unknown[], outcomes: AttemptOutcome[]): number[] {
    const connection = { subscriptions: [subscription] }
    return events.map((event, index) => {
      const arrival = { via, at: outcomes[index].run.startedAt }
      const json = JSON.stringify(event)
      const call = new OpenCall(this.nextNumber++, arrival, connection, json, event, [routeOf(subscription)])
      this.open.set(call.number, call)
      this.attempted(call.number, subscription, outcomes[index])
      return call.number
    })
  }

  /** Finished calls as new ones, for those of their subscriptions that `isAsked`. */
  async again(numbers: number[], isAsked: (delivery: KeptDelivery) => boolean): Promise<AcceptedCall[]> {
    const found = await Promise.all(numbers.filter((number) => !this.open.has(number)).map((each) => this.get(each)))
    return found.flatMap((kept) => {
      const routes = kept?.detail.deliveries.filter(isAsked).map(({ route }) => route) ?? []
      if (!kept || routes.length === 0) return []
      const message = kept.detail.message as SegmentMessage
      return [{ number: kept.summary.number, message, json: JSON.stringify(message), routes }]
    })
  }

  /** These finished calls wait again, with what became of them before. Rejects when that cannot be kept. */
  async reopen(calls: AcceptedCall[]): Promise<void> {
    const opened: OpenCall[] = []
    for (const { number, routes } of calls) {
      const kept = await this.get(number)
      if (kept) opened.push(OpenCall.from(kept.summary, kept.detail, kept.connection, routes))
    }
    // A call that the page sent was never accepted.
    const changes = opened.flatMap(({ number, json, routes, done }) => {
      return [this.accepted.put(number, json, routes), this.accepted.settle(number, done)]
    })
    await this.store.write(changes)
    for (const call of opened) {
      this.open.set(call.number, call)
      this.changed(call)
    }
  }

  /** Forgets all calls. Nothing may deliver those that wait any more. */
  async clear(): Promise<void> {
    const all = [...this.index.summaries()].map(({ number }) => number)
    this.open.clear()
    all.forEach((each) => this.index.delete(each))
    await this.store.write([...this.archive.clear(), ...all.flatMap((each) => this.accepted.forget(each))])
    this.revision += 1
  }

  /** Calls without a final outcome. */
  get pending(): number {
    return this.open.size
  }

  /** Undefined when it is no longer kept. */
  async get(number: number): Promise<KeptCall | undefined> {
    await this.store.written()
    const summary = this.index.get(number)
    const json = this.open.get(number)?.detail(true) ?? (summary && (await this.archive.detail(number)))
    if (!summary || json === undefined) return undefined
    const detail = JSON.parse(json) as CallDetail
    const message = detail.message ?? (await this.accepted.get(number))
    return { summary, detail: { ...detail, message }, connection: this.connectionOf(detail) }
  }

  async exchangesOf(batch: number): Promise<RecordedExchange[]> {
    await this.store.written()
    return this.archive.exchangesOf(batch)
  }

  private connectionOf({ connection }: CallDetail): Connection {
    if (typeof connection !== 'string') return { subscriptions: connection }
    return this.known.get(connection) ?? { id: connection, subscriptions: [] }
  }

  private begin(arrival: Arrival, { number, message, json, routes, unmatched }: AcceptedCall): void {
    const call = new OpenCall(number, arrival, this.current, json, message, routes)
    this.open.set(number, call)
    this.count(number)
    this.changed(call, undefined, unmatched === undefined ? undefined : { outcome: 'unmatched', reason: unmatched })
  }

  /** The newest state of a call; without a subscription that waits, it is finished. */
  private changed(call: OpenCall, attempt?: CallChange['attempt'], ended?: NotTaken): void {
    const { number } = call
    const earlier = this.index.withMessageId(call.messageId ?? '')
    if (earlier !== undefined && earlier < number) call.repeat(earlier)
    call.revision = ++this.revision
    if (call.outcome !== 'waiting') return this.finish(call, attempt, ended)
    this.index.set(number, call)
    if (attempt && attempt.retryAt === undefined) this.store.keep([this.accepted.settle(number, call.done)])
    this.tell({ outcome: 'waiting', summary: () => call.summary(), attempt })
  }

  private finish(call: OpenCall, attempt?: CallChange['attempt'], ended?: NotTaken): void {
    const { number, isAccepted, batches } = call
    const summary = { ...call.summary(this.now()), ...ended }
    const { changes, forgotten } = this.archive.put({
      ...{ number, batches, summary: this.index.setFinished(summary), detail: call.detail(!isAccepted) },
      messageLength: isAccepted ? call.json.length : 0
    })
    if (isAccepted) changes.push(this.accepted.settle(number, call.done))
    for (const each of forgotten) changes.push(...this.accepted.forget(each))
    this.open.delete(number)
    forgotten.forEach((each) => this.index.delete(each))
    this.store.keep(changes)
    this.tell({ outcome: summary.outcome, summary: () => summary, attempt })
  }

  private tell(change: CallChange): void {
    for (const listener of this.listeners) listener(change)
  }

  private count(number: number): void {
    this.nextNumber = Math.max(this.nextNumber, number + 1)
  }

  private hidden(text: string): string {
    return redactText(text, this.secrets)
  }

  private now(): number {
    return (this.options.now ?? Date.now)()
  }
}

function outcomeOf({ status, retryAt }: AttemptOutcome): KeptDelivery['outcome'] {
  if (retryAt !== undefined) return 'waiting'
  if (status < 300) return 'delivered'
  return isRetryable(status) ? 'given-up' : 'refused'
}

/** What was sent for a call may be anything; of what is too long for one, the beginning is kept. */
function rejectedJson(value: unknown): string {
  const json = JSON.stringify(value) ?? 'null'
  return json.length > MAX_REJECTED_CHARACTERS ? JSON.stringify(`${json.slice(0, MAX_REJECTED_CHARACTERS)}…`) : json
}
