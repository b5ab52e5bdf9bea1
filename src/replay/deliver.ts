import { Errors } from '@oclif/core'
import type { JSONObject } from '@segment/actions-core'
import type { Subscription } from '../segment/connection'
import type { Engine, EngineCall } from '../segment/engine'
import type { EngineOutcome } from '../segment/engine-outcome'
import type { SegmentMessage } from '../segment/message'
import {
  DEFAULT_RETRY_POLICY,
  isRetryable,
  MAX_RETRY_AFTER_MS,
  retryAfterOf,
  retryDelay
} from '../segment/delivery/retry'
import { sleep } from './notifier'
import type { Target } from './target'

/** Attempts in a row that deliver nothing at all, one to five minutes or as long as Heap asks for: then the run ends, and can continue later. */
const MAX_VAIN_ATTEMPTS = 12

/** So many of them are Heap's; those that follow may be due to how much one attempt sends. */
const PATIENT_ATTEMPTS = 3

/** What a subscription makes the engine do. */
export function callOf(
  { partnerAction, mapping = {} }: Subscription,
  { settings }: Pick<Target, 'settings'>
): EngineCall {
  return { action: partnerAction, mapping, settings }
}

export interface Wait {
  waitMs: number
  /** The part of it that Heap has asked for. */
  retryAfterMs: number
}

export interface Delivery<Job extends { message: SegmentMessage }> {
  engine: Engine
  call: EngineCall
  signal: AbortSignal
  settle: (job: Job, outcome: EngineOutcome) => void
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
    const { again, reason, retryAfterMs } = await attempt(delivery, sent)
    left = again.concat(left.slice(size))
    vain = again.length < sent.length ? 0 : vain + 1
    if (vain === 0) size *= 2
    else if (vain > PATIENT_ATTEMPTS) size = Math.ceil(sent.length / 2)
    if (again.length > 0) await pause(delivery, again, { reason, retryAfterMs, vain })
    if (left.length > 0 && !delivery.signal.aborted) await delivery.beforeResend?.(left.slice(0, size))
  }
}

interface Attempt<Job> {
  /** To be sent again. */
  again: Job[]
  /** Why the first of them failed. */
  reason: string
  retryAfterMs: number
}

async function attempt<Job extends { message: SegmentMessage }>(
  { engine, call, settle }: Delivery<Job>,
  jobs: Job[]
): Promise<Attempt<Job>> {
  const messages = jobs.map(({ message }) => message as JSONObject)
  const { outcomes, exchanges } = await engine.runApart(call, messages, { batched: true })
  const again = jobs.filter((job, index) => {
    if (isRetryable(outcomes[index].status)) return true
    settle(job, outcomes[index])
    return false
  })
  const reason = reasonOf(outcomes.find(({ status }) => isRetryable(status)))
  return { again, reason, retryAfterMs: retryAfterOf(exchanges, Date.now()) }
}

async function pause<Job extends { message: SegmentMessage }>(
  { signal, onRetry }: Delivery<Job>,
  again: Job[],
  { reason, retryAfterMs: askedMs, vain }: { reason: string; retryAfterMs: number; vain: number }
): Promise<void> {
  if (vain >= MAX_VAIN_ATTEMPTS) {
    throw new Errors.CLIError(`gave up after ${vain} attempts: ${reason}; run the same command to continue from here`)
  }
  const retryAfterMs = Math.min(askedMs, MAX_RETRY_AFTER_MS)
  const waitMs = retryDelay(DEFAULT_RETRY_POLICY, Math.max(1, vain), Math.random, retryAfterMs)
  onRetry(again, reason, { waitMs, retryAfterMs })
  await sleep(waitMs, signal)
}

export function reasonOf(outcome: EngineOutcome | undefined): string {
  return outcome?.error ?? `status ${outcome?.status ?? 'unknown'}`
}
