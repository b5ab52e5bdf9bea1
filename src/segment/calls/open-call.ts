import get from 'lodash/get'
import type { IndexedCall } from './call-index'
import type { Attempt, CallOutcome, CallSummary, Delivery } from './call-record'
import type { Subscription } from '../connection'
import { routeOf } from '../connection'
import { isJsonObject } from '../json-object'
import { MESSAGE_TYPES } from '../message'

/** Of one delivery; the ones after the first go first. A call may be tried for four hours. */
const MAX_ATTEMPTS = 20
const MAX_SENT_CHARACTERS = 256 * 1024

/** How a call came in. */
export interface Arrival {
  via: CallSummary['via']
  /** Milliseconds since 1970. */
  at: number
  writeKey?: string
}

/** The subscriptions that a call was held against; without an ID when they are for this call alone. */
export interface Connection {
  id?: string
  subscriptions: Subscription[]
}

/** A delivery as it is kept: without what follows from the connection and the message. */
export interface KeptDelivery {
  route: string
  outcome: Delivery['outcome']
  /** How many there were. */
  count: number
  attempts: KeptAttempt[]
}

/** An attempt without what its batch holds. */
export interface KeptAttempt extends Omit<Attempt, 'exchanges' | 'sent'> {
  /** ID of the batch. */
  exchanges: number | null
  /** Where the call's own item stands in the requests: which request, and which entry of its lists. */
  places: Place[]
  /** The item, when it stands nowhere as it is. */
  sent?: unknown
}

export type Place = [exchange: number, item: number]

/** What is kept of a call beside its summary. */
export interface CallDetail {
  writeKey: string | null
  connection: string | Subscription[]
  deliveries: KeptDelivery[]
  /** Absent for a call that was accepted: the store has its message already. */
  message?: unknown
}

type OpenDelivery = Omit<KeptDelivery, 'attempts'> & { attempts: string[]; batches: (number | null)[] }
type Facts = Pick<CallSummary, 'type' | 'event' | 'userId' | 'anonymousId' | 'messageId'>

/** A call without a final outcome, as text where that takes less memory. */
export class OpenCall implements IndexedCall {
  /** Of its last change. */
  revision = 0
  private readonly facts: Facts
  private readonly deliveries: OpenDelivery[]
  private last?: Pick<KeptAttempt, 'status' | 'error' | 'milliseconds'>
  private repeats: number | null = null

  constructor(
    readonly number: number,
    private readonly arrival: Arrival,
    readonly connection: Connection,
    readonly json: string,
    message: unknown,
    routes: string[]
  ) {
    this.facts = factsOf(message)
    this.deliveries = routes.map((route) => ({ route, outcome: 'waiting', count: 0, attempts: [], batches: [] }))
  }

  /** The call as it was kept, to be sent again by these subscriptions. */
  static from(summary: CallSummary, detail: CallDetail, connection: Connection, routes: string[]): OpenCall {
    const { number, via, receivedAt, repeats } = summary
    const { message, writeKey, deliveries } = detail
    const arrival = { via, at: Date.parse(receivedAt), writeKey: writeKey ?? undefined }
    const call = new OpenCall(number, arrival, connection, JSON.stringify(message), message, [])
    for (const { attempts, ...kept } of deliveries) {
      const outcome = routes.includes(kept.route) ? 'waiting' : kept.outcome
      const texts = attempts.map((attempt) => JSON.stringify(attempt))
      call.deliveries.push({ ...kept, outcome, attempts: texts, batches: attempts.map(({ exchanges }) => exchanges) })
    }
    call.repeats = repeats
    return call
  }

  /** Whether the store has its message: no subscription takes the others. */
  get isAccepted(): boolean {
    return this.arrival.via === 'tracking API' && this.deliveries.length > 0
  }

  get routes(): string[] {
    return this.deliveries.map(({ route }) => route)
  }

  get messageId(): string | null {
    return this.facts.messageId
  }

  /** An earlier call has the same message ID. */
  repeat(number: number): void {
    this.repeats = number
  }

  /** Subscriptions that owe it a final outcome. */
  get waiting(): string[] {
    return this.deliveries.filter(({ outcome }) => outcome === 'waiting').map(({ route }) => route)
  }

  /** Subscriptions that have brought it a final outcome. */
  get done(): string[] {
    return this.deliveries.filter(({ outcome }) => outcome !== 'waiting').map(({ route }) => route)
  }

  /** Attempts that it names. */
  get batches(): number[] {
    return this.deliveries.flatMap(({ batches }) => batches.filter((id) => id !== null))
  }

  /** Returns the attempts that it no longer names. */
  attempted(route: string, outcome: KeptDelivery['outcome'], attempt: Omit<KeptAttempt, 'number'>): number[] {
    const delivery = this.deliveries.find((each) => each.route === route)
    if (!delivery) return attempt.exchanges === null ? [] : [attempt.exchanges]
    delivery.outcome = outcome
    delivery.count += 1
    delivery.attempts.push(attemptJson({ number: delivery.count, ...attempt }))
    delivery.batches.push(attempt.exchanges)
    this.last = attempt
    if (delivery.attempts.length <= MAX_ATTEMPTS) return []
    delivery.attempts.splice(1, 1)
    return delivery.batches.splice(1, 1).filter((id) => id !== null)
  }

  /** Ends a delivery without another attempt. */
  end(status: number, error: string, route: string): void {
    const delivery = this.deliveries.find((each) => each.route === route)
    if (delivery) delivery.outcome = 'given-up'
    this.last = { status, error, milliseconds: 0 }
  }

  /** `endedAt`: when it got its final outcome, in milliseconds since 1970. */
  summary(endedAt?: number): CallSummary {
    const { via, at } = this.arrival
    const { number, revision, outcome } = this
    return {
      number,
      revision,
      receivedAt: new Date(at).toISOString(),
      via,
      ...this.facts,
      outcome,
      actions: this.deliveries.map(({ route }) => this.actionOf(route)),
      status: this.last?.status ?? null,
      reason: outcome === 'delivered' ? null : (this.last?.error ?? null),
      attempts: this.deliveries.reduce((most, { count }) => Math.max(most, count), 0),
      milliseconds: endedAt === undefined ? null : Math.max(0, endedAt - at),
      answeredIn: this.last?.milliseconds ?? null,
      repeats: this.repeats
    }
  }

  /** A {@link CallDetail} as JSON, with or without the message. */
  detail(withMessage: boolean): string {
    const { id, subscriptions } = this.connection
    const deliveries = this.deliveries.map(({ attempts, batches: _batches, ...rest }) => {
      return `${JSON.stringify(rest).slice(0, -1)},"attempts":[${attempts.join(',')}]}`
    })
    const head = JSON.stringify({ writeKey: this.arrival.writeKey ?? null, connection: id ?? subscriptions })
    const message = withMessage ? `,"message":${this.json}` : ''
    return `${head.slice(0, -1)},"deliveries":[${deliveries.join(',')}]${message}}`
  }

  get outcome(): CallOutcome {
    const has = (outcome: CallOutcome) => this.deliveries.some((delivery) => delivery.outcome === outcome)
    return (['waiting', 'given-up', 'refused'] as const).find(has) ?? 'delivered'
  }

  private actionOf(route: string): string {
    const { subscriptions } = this.connection
    return subscriptions.find((subscription) => routeOf(subscription) === route)?.partnerAction ?? route.split(' ')[0]
  }
}

/** What a list shows of a message, whatever it is. */
function factsOf(message: unknown): Facts {
  const { type, event, name, groupId, userId, anonymousId, messageId } = isJsonObject(message) ? message : {}
  const key: unknown = get(message, ['context', 'personas', 'computation_key'])
  return {
    type: MESSAGE_TYPES.find((known) => known === type) ?? '',
    event: text(type === 'group' ? groupId : (event ?? name ?? key)),
    userId: text(userId),
    anonymousId: text(anonymousId),
    messageId: text(messageId)
  }
}

const MAX_SHOWN = 200

function text(value: unknown): string | null {
  if (value === undefined || value === null) return null
  return (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, MAX_SHOWN)
}

function attemptJson({ sent, ...attempt }: KeptAttempt): string {
  const item = sent === undefined ? undefined : JSON.stringify(sent)
  const isKept = item !== undefined && item.length <= MAX_SENT_CHARACTERS
  return isKept ? `${JSON.stringify(attempt).slice(0, -1)},"sent":${item}}` : JSON.stringify(attempt)
}
