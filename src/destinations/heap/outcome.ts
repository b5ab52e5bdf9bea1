import { APIError, InvalidAuthenticationError, RetryableError } from '@segment/actions-core'
import type { IntegrationError, JSONLikeObject } from '@segment/actions-core'
import { isRetryable, succeeded } from './heap-api'
import type { HeapAnswer, HeapItem, Unanswered } from './heap-api'

/** What came of one payload. `sent` and `body` only where Heap answered: core blames the destination when they are set. */
export type Outcome = Delivered | Failed
export type Delivered = { status: number; sent: JSONLikeObject; body: JSONLikeObject | string }
export type Failed = {
  status: number
  errormessage: string
  errortype?: 'PAYLOAD_VALIDATION_FAILED' | 'INVALID_AUTHENTICATION'
  sent?: JSONLikeObject
  body?: JSONLikeObject | string
}

/** One of the things that a payload tells Heap, and what came of it. */
export interface Settled {
  part: HeapItem
  answer: HeapAnswer
}

export function isFailed(outcome: Outcome): outcome is Failed {
  return 'errormessage' in outcome
}

/** Our own refusal of a payload, before anything was sent. */
export function invalid({ message }: IntegrationError): Failed {
  return { status: 400, errormessage: message, errortype: 'PAYLOAD_VALIDATION_FAILED' }
}

/**
 * A payload of several items fares as the worst of them: one that can be retried, else one that is refused. A link that
 * Heap refuses for good is no reason to retry or to fail what follows it; its reason stands in the body of Heap's answer.
 */
export function combine(settled: readonly Settled[]): Outcome {
  const link = settled.find(({ part, answer }) => part.call === 'identify' && !isRetryable(answer.status))
  const outcome = single(worst(settled.filter((each) => each !== link)))
  if (!link || succeeded(link.answer) || outcome.body === undefined) return outcome
  const body = typeof outcome.body === 'object' ? outcome.body : {}
  return { ...outcome, body: { ...body, heap_user_id: `Not linked. ${failure(link.answer)}` } }
}

/** What an item gets that waits behind a request which may succeed later. */
export function notSent(failed: HeapAnswer): Unanswered {
  const cause = failed.answered ? `Heap answered ${failed.status}` : failed.reason
  const reason = `Not sent: an earlier request of this batch failed (${cause}); send it again.`
  return { answered: false, status: failed.status, reason }
}

/** What `perform` throws for a failed outcome. */
export function coreError({ status, errormessage }: Failed): Error {
  if (isCoreRetryable(status)) return new RetryableError(errormessage, status)
  // Statuses that proxies invent, such as 520: core has no name for them.
  if (isRetryable(status)) return new RetryableError(errormessage, 502)
  return status === 401 ? new InvalidAuthenticationError(errormessage) : new APIError(errormessage, status)
}

function worst(settled: readonly Settled[]): Settled {
  const retryable = settled.find(({ answer }) => isRetryable(answer.status))
  return retryable ?? settled.find(({ answer }) => !succeeded(answer)) ?? settled[0]
}

function single({ part, answer }: Settled): Outcome {
  const { status } = answer
  if (!answer.answered) return { status, errormessage: answer.reason }
  const exchange = { status, sent: part.item, body: answer.body }
  return succeeded(answer) ? exchange : { ...exchange, errormessage: failure(answer) }
}

/** Why an answer is no success, for people. */
export function failure(answer: HeapAnswer): string {
  if (!answer.answered) return answer.reason
  const { status, body } = answer
  return `Heap answered ${status}: ${typeof body === 'string' ? body : JSON.stringify(body)}`
}

type CoreRetryable = NonNullable<ConstructorParameters<typeof RetryableError>[1]>
const CORE_RETRYABLE: readonly number[] = [
  408, 423, 429, 500, 502, 503, 504, 505, 506, 507, 508, 509, 510, 511, 598, 599
]

function isCoreRetryable(status: number): status is CoreRetryable {
  return CORE_RETRYABLE.includes(status)
}
