import type { JSONObject } from '@segment/actions-core'
import { isRetryable } from './delivery/retry'

/** What came of one event. */
export interface EngineOutcome {
  /** What the API answered, or core's status; 504 for a network failure. Below 300: delivered. */
  status: number
  /** Why it failed, for people. */
  error?: string
  /** What the engine threw. Absent when the action itself gave the event an outcome in its batch. */
  thrown?: Error
  /** In words of Segment's multistatus. */
  errortype?: string
  errorreporter?: string
  /** What was sent for an event of a batch, as far as the action tells. */
  sent?: unknown
  /** What the mapping made of the event. Absent when the mapping failed. */
  payload?: JSONObject
}

/** As core's multistatus has it. */
interface Node {
  status: number
  errormessage?: string
  errortype?: string
  errorreporter?: string
  sent?: unknown
  body?: unknown
}

const NO_OUTCOME: Node = { status: 500, errormessage: 'the action returned no outcome for this event' }

export function nodeOutcome(node: Node | undefined): EngineOutcome {
  const { status, errormessage, errortype, errorreporter, sent, body } = node ?? NO_OUTCOME
  if (status < 300) return { status, sent }
  const answer = typeof body === 'string' ? body : JSON.stringify(body)
  return { status, error: errormessage ?? answer ?? `status ${status}`, errortype, errorreporter, sent }
}

interface EngineError extends Error {
  status?: number
  code?: unknown
  response?: { status?: number; content?: string }
}

/** The outcome of an event for which the engine threw. */
export function failed(error: unknown): EngineOutcome {
  const thrown: EngineError = error instanceof Error ? error : new Error(String(error))
  const text = [thrown.message, thrown.response?.content].filter(Boolean).join(': ')
  return { status: statusOf(thrown) ?? 500, error: text, thrown }
}

/** Whether what was thrown says by itself that the same events may pass later. */
export function isRetryableThrow(thrown: EngineError, status: number): boolean {
  return statusOf(thrown) !== undefined && isRetryable(status)
}

/** Undefined: the error comes from neither the API nor the network, nor from the definition on purpose. */
function statusOf(error: EngineError): number | undefined {
  if (error.name === 'AggregateAjvError' || error.name === 'AggregateError') return 400
  return error.status ?? error.response?.status ?? (isNetworkError(error) ? 504 : undefined)
}

/** System codes such as ECONNRESET or EAI_AGAIN; the codes of Node's own mistakes begin with ERR_. */
function isNetworkError({ name, code }: EngineError): boolean {
  return name === 'FetchError' || (typeof code === 'string' && /^E(?!RR_)[A-Z_]+$/.test(code))
}
