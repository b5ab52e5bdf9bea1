import { mapped } from '../engine'
import type { Attempt, CallRecord, Delivery, RecordedExchange, SubscriptionVerdict } from './call-record'
import type { Calls, KeptCall } from './calls'
import { routeOf } from '../connection'
import { mismatch } from '../fql'
import { isJsonObject } from '../json-object'
import type { KeptAttempt, KeptDelivery, Place } from './open-call'
import { sentItems } from './sent-leaves'

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
    attempts: await Promise.all(delivery.attempts.map((attempt) => attemptOf(calls, attempt)))
  }
}

/** The requests of a batch that carried the call, as far as the action tells what it sent for it. */
async function attemptOf(
  calls: Calls,
  { exchanges: batch, places, sent = null, ...rest }: KeptAttempt
): Promise<Attempt> {
  const all = batch === null ? [] : await calls.exchangesOf(batch)
  const item = JSON.stringify(sent)
  const carrying = all.filter(({ request }, at) => {
    return rest.batch === 1 || places.some(([exchange]) => exchange === at) || request.body.includes(item)
  })
  const last = places[places.length - 1]
  return { ...rest, sent: last ? itemAt(all, last) : sent, exchanges: carrying }
}

function itemAt(exchanges: RecordedExchange[], [exchange, index]: Place): unknown {
  return exchanges[exchange] ? (sentItems([exchanges[exchange]])[index] ?? null) : null
}
