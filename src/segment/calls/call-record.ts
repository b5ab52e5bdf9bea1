import type { JSONObject } from '@segment/actions-core'
import type { Exchange } from '../exchange'

export const CALL_OUTCOMES = ['rejected', 'unmatched', 'waiting', 'delivered', 'refused', 'given-up'] as const

/**
 * `rejected` by the Tracking API, `unmatched` by all subscriptions, `refused` by Heap or the destination, `given-up` after
 * four hours of retries. A call that several subscriptions took has the outcome of the one that fared worst.
 */
export type CallOutcome = (typeof CALL_OUTCOMES)[number]

/** One line of a list of calls. Small: a page holds 50,000. */
export interface CallSummary {
  /** Grows from call to call, also over restarts. */
  number: number
  /** Grows with every change of any call. */
  revision: number
  /** ISO 8601, like all times here. */
  receivedAt: string
  via: 'tracking API' | 'page' | 'tester'
  /** Empty when a rejected call has none. */
  type: string
  /** Name of the event, page or screen; key of the audience; group ID. */
  event: string | null
  userId: string | null
  anonymousId: string | null
  messageId: string | null
  outcome: CallOutcome
  /** Those that took it. */
  actions: string[]
  /** The last answer; for a rejected call the Tracking API's own. */
  status: number | null
  /** Why it was rejected, taken by none, refused or given up, or why it waits. */
  reason: string | null
  attempts: number
  /** From its receipt to its final outcome. */
  milliseconds: number | null
  /** How long the last attempt took. */
  answeredIn: number | null
  /** An earlier call with the same message ID. */
  repeats: number | null
}

/** The outcome of one call. */
export interface CallRecord extends CallSummary {
  /** Name and version of the SDK. */
  library: string | null
  /** Its last four characters. */
  writeKey: string | null
  /** As it was accepted; as it was sent when it was rejected. */
  message: unknown
  subscriptions: SubscriptionVerdict[]
  deliveries: Delivery[]
}

export interface SubscriptionVerdict {
  name: string
  action: string
  subscribe: string
  taken: boolean
  /** Why it does not take the call. */
  reason: string | null
}

/** What one subscription did with the call. */
export interface Delivery {
  action: string
  /** Its name. */
  subscription: string
  mapping: JSONObject
  /** What the mapping made of the message; null when the mapping fails. */
  payload: JSONObject | null
  outcome: 'waiting' | 'delivered' | 'refused' | 'given-up'
  attempts: Attempt[]
}

export interface Attempt {
  /** Counts from 1. */
  number: number
  startedAt: string
  milliseconds: number
  /** Events that went through the action together, this one included. */
  batch: number
  status: number
  error: string | null
  /** When it is sent again. */
  retryAt: string | null
  /** The call's own item in the request, as far as the action tells. */
  sent: unknown
  /** The requests that carried it, in order; secrets are redacted. */
  exchanges: RecordedExchange[]
}

export interface RecordedExchange {
  request: Exchange['request']
  /** Null when there was no answer. */
  response: Exchange['response'] | null
  /** Why there was no answer. */
  problem: string | null
  milliseconds: number
}
