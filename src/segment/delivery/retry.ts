import { isAnswered } from '../exchange'
import type { Exchange } from '../exchange'

export interface RetryPolicy {
  /** The first retry waits up to this long. Default 500 ms. */
  minMs: number
  /** No wait is longer, except one that a Retry-After header asks for. Default 1 minute. */
  maxMs: number
  /** A message older than this is given up. Default 4 hours, as at Segment. */
  giveUpAfterMs: number
}

export const DEFAULT_RETRY_POLICY: RetryPolicy = { minMs: 500, maxMs: 60_000, giveUpAfterMs: 4 * 3_600_000 }

export const MAX_RETRY_AFTER_MS = 5 * 60_000

/** Other statuses are final: sending the same again would end the same. */
export function isRetryable(status: number): boolean {
  return [408, 423, 429].includes(status) || (status >= 500 && status !== 501)
}

/** Exponential backoff with full jitter, in ms, and never less than the server asked for. `attempt` counts from 1. */
export function retryDelay(policy: RetryPolicy, attempt: number, random: () => number, retryAfterMs = 0): number {
  const ceiling = Math.min(policy.maxMs, policy.minMs * 2 ** (attempt - 1))
  return Math.max(random() * ceiling, Math.min(retryAfterMs, MAX_RETRY_AFTER_MS))
}

/** The longest wait that the API asked for, in ms from `now`; 0 when it asked for none. */
export function retryAfterOf(exchanges: Exchange[], now: number): number {
  const refused = exchanges.filter(isAnswered).filter(({ response }) => isRetryable(response.statusCode))
  return Math.max(0, ...refused.map(({ response }) => parseRetryAfter(response.headers['retry-after'], now)))
}

/** A Retry-After header, seconds or an HTTP date, in ms from `now`; 0 when there is none. */
export function parseRetryAfter(header: string | undefined, now: number): number {
  if (!header) return 0
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : new Date(header).getTime() - now
  return ms > 0 ? ms : 0
}
