import {
  APIError,
  IntegrationError,
  InvalidAudienceMembershipError,
  InvalidAuthenticationError,
  RetryableError
} from '@segment/actions-core'
import type { JSONLikeObject } from '@segment/actions-core'
import type { Answered, HeapAnswer, HeapItem, Unanswered } from './heap-api'

/** What core is told of one payload. `sent` and `body` only where Heap answered: core blames the destination by them. */
export type Outcome = Delivered | Failed
export type Delivered = { status: number; sent: JSONLikeObject; body: JSONLikeObject | string }
export type Failed = {
  status: number
  errormessage: string
  errortype?: 'PAYLOAD_VALIDATION_FAILED' | 'INVALID_AUDIENCE_MEMBERSHIP' | 'INVALID_AUTHENTICATION'
  sent?: JSONLikeObject
  body?: JSONLikeObject | string
}

/** What Heap's answer means for a payload whose item was in the request. */
export function outcomeOf({ item }: HeapItem, answer: HeapAnswer): Outcome {
  const { status } = answer
  if (!answer.answered) return { status, errormessage: answer.reason }
  const exchange = { status, sent: item, body: answer.body }
  return succeeded(answer) ? exchange : { ...exchange, errormessage: failure(answer) }
}

/** Our own refusal of a payload, before anything was sent. */
export function invalid(error: unknown): Failed {
  const errormessage = error instanceof IntegrationError ? error.message : `Cannot be converted: ${String(error)}`
  const isMembership = error instanceof InvalidAudienceMembershipError
  const errortype = isMembership ? 'INVALID_AUDIENCE_MEMBERSHIP' : 'PAYLOAD_VALIDATION_FAILED'
  return { status: 400, errormessage, errortype }
}

/** A payload of several items fares as the worst of them: what can be retried, else what is refused. */
export function worseOf(first: Outcome | undefined, second: Outcome): Outcome {
  return first && severity(first) >= severity(second) ? first : second
}

function severity(outcome: Outcome): number {
  if (!isFailed(outcome)) return 0
  return isRetryable(outcome.status) ? 2 : 1
}

export function isFailed(outcome: Outcome | undefined): outcome is Failed {
  return outcome !== undefined && 'errormessage' in outcome
}

/** What an item gets that was not sent, because the attempt ended with this answer. */
export function notSent(last: HeapAnswer): Unanswered {
  const cause = last.answered ? `Heap answered ${last.status}` : last.reason
  const reason = `Not sent: an earlier request of this batch failed (${cause}); send it again.`
  return { answered: false, status: last.status, reason }
}

/** Heap's answer when it is a success; throws core's error for any other. */
export function accepted(answer: HeapAnswer): Answered {
  if (answer.answered && succeeded(answer)) return answer
  throw coreError(answer.status, failure(answer))
}

/** What `perform` throws, in core's own classes. */
export function coreError(status: number, message: string): Error {
  if (isCoreRetryable(status)) return new RetryableError(message, status)
  // Statuses that proxies invent, such as 520: core has no name for them.
  if (isRetryable(status)) return new RetryableError(message, 502)
  return status === 401 ? new InvalidAuthenticationError(message) : new APIError(message, status)
}

/** Why an answer is not a success, for people. */
export function failure(answer: HeapAnswer): string {
  if (!answer.answered) return answer.reason
  const { status, body } = answer
  return `Heap answered ${status}: ${typeof body === 'string' ? body : JSON.stringify(body)}`
}

export function succeeded({ status }: HeapAnswer): boolean {
  return status >= 200 && status < 300
}

/** Whether Segment sends it again later. 501 is final in Segment's own rules. */
export function isRetryable(status: number): boolean {
  return status === 408 || status === 423 || status === 429 || (status >= 500 && status !== 501)
}

type CoreRetryable = NonNullable<ConstructorParameters<typeof RetryableError>[1]>
const CORE_RETRYABLE: readonly number[] = [
  408, 423, 429, 500, 502, 503, 504, 505, 506, 507, 508, 509, 510, 511, 598, 599
]

function isCoreRetryable(status: number): status is CoreRetryable {
  return CORE_RETRYABLE.includes(status)
}
