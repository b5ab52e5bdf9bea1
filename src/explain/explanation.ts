import type { JSONObject } from '@segment/actions-core'
import type { SubscriptionVerdict } from '../segment/calls/call-record'
import { isMeantFor } from '../segment/connection'
import type { Subscription } from '../segment/connection'
import type { Engine } from '../segment/engine'
import type { Exchange } from '../segment/exchange'
import { mismatch } from '../segment/fql'
import type { SegmentMessage } from '../segment/message'
import { sentItems } from '../segment/calls/sent-leaves'
import { missingPaths, storyRows } from '../segment/calls/story'
import type { Story } from '../segment/calls/story'
import type { HeapInProcess, HeapVerdict } from './heap-verdict'

/** The outcome of one call, and why. */
export interface Explanation {
  message: SegmentMessage
  /** False: its `integrations` say that it is not for this destination. */
  meant: boolean
  subscriptions: SubscriptionVerdict[]
  /** One for each subscription that matches. */
  deliveries: ExplainedDelivery[]
  /** Actions that several subscriptions run for it, with the names of these. */
  twice: { action: string; subscriptions: string[] }[]
}

export interface ExplainedDelivery {
  subscription: string
  action: string
  /** What the mapping made of the call; null when it fails. */
  payload: JSONObject | null
  /** Paths of the mapping that find nothing in the call. */
  missing: { field: string; path: string }[]
  /** Why the destination does not send it. */
  refusal: string | null
  /** `heap` is null where the request goes to somebody else. */
  requests: { request: Exchange['request']; heap: HeapVerdict | null }[]
  story: Story
}

export interface Connection {
  /** One that sends nothing. */
  engine: Engine
  settings: unknown
  subscriptions: Subscription[]
  heap: HeapInProcess
}

/** Runs the call through the connection without sending it; Heap's part is told by the emulator, which remembers. */
export async function explain(message: SegmentMessage, connection: Connection): Promise<Explanation> {
  const meant = isMeantFor(message, connection.engine.definition.name)
  const subscriptions = connection.subscriptions.map((subscription) => verdictOn(subscription, message))
  const taking = meant ? connection.subscriptions.filter((_, index) => subscriptions[index].taken) : []
  const deliveries: ExplainedDelivery[] = []
  for (const subscription of taking) deliveries.push(await deliver(subscription, message, connection))
  return { message, meant, subscriptions, deliveries, twice: repeatedActions(deliveries) }
}

/** Lets Heap know of a call that comes before those to explain. */
export async function remember(message: SegmentMessage, connection: Connection): Promise<void> {
  const { engine, settings, subscriptions, heap } = connection
  if (!isMeantFor(message, engine.definition.name)) return
  for (const { subscribe, partnerAction: action, mapping = {} } of subscriptions) {
    if (mismatch(subscribe, message) !== undefined) continue
    const event = message as JSONObject
    const { exchanges } = await engine.run({ action, mapping, settings }, [event], { batched: false })
    for (const { request } of exchanges) await heap.tell(request)
  }
}

function verdictOn({ name, partnerAction, subscribe }: Subscription, message: SegmentMessage): SubscriptionVerdict {
  const reason = mismatch(subscribe, message) ?? null
  return { name: name ?? partnerAction, action: partnerAction, subscribe, taken: reason === null, reason }
}

async function deliver(
  { name, partnerAction: action, mapping = {} }: Subscription,
  message: SegmentMessage,
  { engine, settings, heap }: Connection
): Promise<ExplainedDelivery> {
  const event = message as JSONObject
  const { outcomes, exchanges } = await engine.run({ action, mapping, settings }, [event], { batched: false })
  const [{ payload = null, status, error = null }] = outcomes
  const requests: ExplainedDelivery['requests'] = []
  for (const { request } of exchanges) requests.push({ request, heap: await heap.ask(request) })
  return {
    subscription: name ?? action,
    action,
    payload,
    missing: missingPaths(mapping, event),
    refusal: status < 300 ? null : error,
    requests,
    story: exchanges.length > 0 && payload ? storyRows(mapping, payload, sentItems(exchanges)) : { rows: [], more: 0 }
  }
}

function repeatedActions(deliveries: ExplainedDelivery[]): Explanation['twice'] {
  const actions = [...new Set(deliveries.map(({ action }) => action))]
  return actions
    .map((action) => ({
      action,
      subscriptions: deliveries.filter((each) => each.action === action).map(({ subscription }) => subscription)
    }))
    .filter(({ subscriptions }) => subscriptions.length > 1)
}
