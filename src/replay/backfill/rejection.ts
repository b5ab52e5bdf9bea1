import type { Subscription } from '../../segment/connection'
import type { EngineOutcome } from '../../segment/engine-outcome'
import { reasonOf } from '../deliver'
import type { SegmentMessage } from '../../segment/message'

/** A line as the file of rejected lines holds it. */
export interface Rejection {
  line: number
  /** Absent when the line could not be read. */
  action?: string
  status?: number
  reason: string
  event?: unknown
  /** The line itself, when it could not be read but held in memory. */
  text?: string
}

/** Undefined when it was delivered. */
export function rejectionOf(
  { line, message }: { line: number; message: SegmentMessage },
  outcome: EngineOutcome,
  { partnerAction }: Subscription
): Rejection | undefined {
  const { status } = outcome
  if (status < 300) return undefined
  return { line, action: partnerAction, status, reason: reasonOf(outcome), event: message }
}
