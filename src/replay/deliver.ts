import { Errors } from '@oclif/core'
import { dispatch } from '../segment/engine'
import type { DispatchTarget, Verdict } from '../segment/engine'
import type { SegmentMessage } from '../segment/message'
import { DEFAULT_RETRY_POLICY, isRetryable, MAX_RETRY_AFTER_MS, retryDelay } from '../segment/retry'
import { sleep } from './notifier'

/** Attempts in a row that deliver nothing at all, one to five minutes or as long as Heap asks for: then the run ends, and can go on later. */
const MAX_VAIN_ATTEMPTS = 12

/** So many of them are Heap's; those that follow may be due to how much one attempt sends. */
const PATIENT_ATTEMPTS = 3

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
 * Sends a batch until each job is delivered or refused for good; only what can be retried is sent again, after some
 * attempts in vain half as much at once: a Heap that fails now and then lets few requests through sooner than many. Once
 * the signal aborts, nothing is sent any more and what is left stays unsettled.
 * @throws CLIError when Heap takes nothing for minutes
 */
export async function deliver<Job extends { message: SegmentMessage }>(
  delivery: Delivery<Job>,
  jobs: Job[]
): Promise<void> {
  let left = jobs
  let size = jobs.length
  let vain = 0
  while (left.length > 0 && !delivery.signal.aborted) {
    const sent = left.slice(0, size)
    const { again, failed } = await attempt(delivery, sent)
    left = again.concat(left.slice(size))
    vain = again.length < sent.length ? 0 : vain + 1
    if (vain === 0) size *= 2
    else if (vain > PATIENT_ATTEMPTS) size = Math.ceil(sent.length / 2)
    if (failed.length > 0) await pause(delivery, again, failed, vain)
    if (left.length > 0 && !delivery.signal.aborted) await delivery.beforeResend?.(left.slice(0, size))
  }
}

interface Attempt<Job> {
  /** To be sent again, with their verdicts. */
  again: Job[]
  failed: Verdict[]
}

async function attempt<Job extends { message: SegmentMessage }>(
  { target, settle }: Delivery<Job>,
  jobs: Job[]
): Promise<Attempt<Job>> {
  const messages = jobs.map(({ message }) => message)
  const verdicts = await dispatch(target, messages, true)
  const again = jobs.filter((job, index) => {
    if (isRetryable(verdicts[index].status)) return true
    settle(job, verdicts[index])
    return false
  })
  return { again, failed: verdicts.filter(({ status }) => isRetryable(status)) }
}

async function pause<Job extends { message: SegmentMessage }>(
  { signal, onRetry }: Delivery<Job>,
  again: Job[],
  failed: Verdict[],
  vain: number
): Promise<void> {
  const reason = reasonOf(failed[0])
  if (vain >= MAX_VAIN_ATTEMPTS) {
    throw new Errors.CLIError(`given up after ${vain} attempts; the same command goes on from here: ${reason}`)
  }
  const askedMs = Math.max(...failed.map((verdict) => verdict.retryAfterMs))
  const retryAfterMs = Math.min(askedMs, MAX_RETRY_AFTER_MS)
  const waitMs = retryDelay(DEFAULT_RETRY_POLICY, Math.max(1, vain), Math.random, retryAfterMs)
  onRetry(again, reason, { waitMs, retryAfterMs })
  await sleep(waitMs, signal)
}

export function reasonOf(verdict: Verdict | undefined): string {
  return verdict?.error ?? `status ${verdict?.status ?? 'unknown'}`
}
