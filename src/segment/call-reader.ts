import { mapped } from './engine'
import type { CallRecord, Delivery, RecordedExchange, SubscriptionVerdict } from './call-record'
import type { Calls, KeptCall } from './calls'
import { routeOf } from './connection'
import { mismatch } from './fql'
import { isJsonObject } from './json-object'
import type { KeptAttempt, KeptDelivery } from './open-call'

/** Everything that is known of a call; undefined when it is no longer kept. */
export async function readCall(calls: Calls, number: number): Promise<CallRecord | undefined> {
  const kept = await calls.get(number)
  if (!kept) return undefined
  const { summary, detail } = kept
  const { message, writeKey } = detail
  const deliveries = await Promise.all(detail.deliveries.map((delivery) => deliveryOf(calls, kept, delivery)))
  return { ...summary, library: libraryOf(message), writeKey, message, subscriptions: verdictsOf(kept), deliveries }
}

function libraryOf(message: unknown): string | null {
  const library = isJsonObject(message) && isJsonObject(message.context) ? message.context.library : undefined
  if (!isJsonObject(library)) return null
  return [library.name, library.version].filter((part) => typeof part === 'string').join(' ') || null
}

/** An action that was run for the call alone was held against nothing. */
function verdictsOf({ summary, detail, connection }: KeptCall): SubscriptionVerdict[] {
  if (summary.outcome === 'rejected') return []
  const taken = new Set(detail.deliveries.map(({ route }) => route))
  return connection.subscriptions.map((subscription) => {
    const { name = '', partnerAction: action, subscribe = '' } = subscription
    const isTaken = taken.has(routeOf(subscription))
    const reason = isTaken || !isJsonObject(detail.message) ? null : (mismatch(subscribe, detail.message) ?? null)
    return { name, action, subscribe, taken: isTaken, reason: isTaken ? null : (reason ?? summary.reason) }
  })
}

async function deliveryOf(calls: Calls, kept: KeptCall, delivery: KeptDelivery): Promise<Delivery> {
  const { connection, detail } = kept
  const subscription = connection.subscriptions.find((each) => routeOf(each) === delivery.route)
  const { partnerAction = delivery.route.split(' ')[0], name = '', mapping = {} } = subscription ?? {}
  const message = isJsonObject(detail.message) ? (detail.message as never) : undefined
  return {
    action: partnerAction,
    subscription: name,
    mapping,
    payload: (message && mapped(mapping, message)) ?? null,
    outcome: delivery.outcome,
    attempts: await Promise.all(
      delivery.attempts.map(async (attempt) => ({ ...attempt, exchanges: await exchangesOf(calls, attempt) }))
    )
  }
}

/** Of the requests of an attempt, those that carried the call, as far as the action tells what it sent for it. */
async function exchangesOf(calls: Calls, { exchanges, batch, sent }: KeptAttempt): Promise<RecordedExchange[]> {
  if (exchanges === null) return []
  const all = await calls.exchangesOf(exchanges)
  if (batch === 1) return all
  const item = sent === null ? undefined : JSON.stringify(sent)
  const carrying = item === undefined ? [] : all.filter(({ request }) => request.body.includes(item))
  return carrying.length > 0 || item === undefined ? carrying : all
}
