import { Errors } from '@oclif/core'
import { dispatch } from '../../segment/dispatch'
import type { DispatchTarget, Verdict } from '../../segment/dispatch'
import type { SegmentMessage } from '../../segment/message'
import { DEFAULT_RETRY_POLICY, isRetryable, MAX_RETRY_AFTER_MS, retryDelay } from '../../segment/retry-policy'
import { sleep } from './signal'

/** Attempts in a row that deliver nothing at all, one to five minutes or as long as Heap asks for: then the run ends, and can go on later. */
const MAX_VAIN_ATTEMPTS = 12

export interface Wait {
  waitMs: number
  /** The part of it that Heap has asked for. */
  retryAfterMs: number
}

export interface Delivery<Job extends { message: SegmentMessage }> {
  target: DispatchTarget<unknown>
  signal: AbortSignal
  settle: (job: Job, verdict: Verdict) => void
  /** These have to be sent again, after a wait. */
  onRetry: (jobs: Job[], reason: string, wait: Wait) => void
  /** The wait is over. */
  beforeResend?: (jobs: Job[]) => Promise<void>
}

/**
 * Sends a batch until each job is delivered or refused for good; only what can be retried is sent again. Once the signal
 * aborts, nothing is sent any more and what is left stays unsettled.
 * @throws CLIError when Heap takes nothing for minutes
 */
export async function deliver<Job extends { message: SegmentMessage }>(
  { target, signal, settle, onRetry, beforeResend }: Delivery<Job>,
  jobs: Job[]
): Promise<void> {
  let left = jobs
  for (let vain = 1; left.length > 0 && !signal.aborted; vain++) {
    const messages = left.map(({ message }) => message)
    const verdicts = await dispatch(target, messages, true)
    const again = left.filter((job, index) => {
      if (isRetryable(verdicts[index].status)) return true
      settle(job, verdicts[index])
      return false
    })
    if (again.length === 0) return
    if (again.length < left.length) vain = 0
    const reason = reasonOf(verdicts.find(({ status }) => isRetryable(status)))
    if (vain >= MAX_VAIN_ATTEMPTS) {
      throw new Errors.CLIError(`given up after ${vain} attempts; the same command goes on from here: ${reason}`)
    }
    const askedMs = Math.max(...verdicts.map((verdict) => verdict.retryAfterMs))
    const retryAfterMs = Math.min(askedMs, MAX_RETRY_AFTER_MS)
    const waitMs = retryDelay(DEFAULT_RETRY_POLICY, Math.max(1, vain), Math.random, retryAfterMs)
    onRetry(again, reason, { waitMs, retryAfterMs })
    await sleep(waitMs, signal)
    if (!signal.aborted) await beforeResend?.(again)
    left = again
  }
}

export function reasonOf(verdict: Verdict | undefined): string {
  return verdict?.error ?? `status ${verdict?.status ?? 'unknown'}`
}
