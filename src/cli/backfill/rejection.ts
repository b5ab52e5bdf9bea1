import type { Subscription } from '../../segment/connection'
import type { Verdict } from '../../segment/dispatch'
import { reasonOf } from './deliver'
import type { Job } from './job-queue'

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
  { entry, message }: Job,
  verdict: Verdict,
  { partnerAction }: Subscription
): Rejection | undefined {
  const { status } = verdict
  if (status < 300) return undefined
  return { line: entry.place.line + 1, action: partnerAction, status, reason: reasonOf(verdict), event: message }
}
