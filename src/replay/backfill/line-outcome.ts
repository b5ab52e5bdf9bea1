export interface Totals {
  /** Lines that are not empty. Once all have an outcome, it is the sum of the others. */
  read: number
  /** Lines whose message was delivered. */
  delivered: number
  /** Lines that Heap, or the destination, refused for good, and lines that cannot be read. */
  rejected: number
  /** Messages out of the time range, not meant for Heap, or of no subscription. */
  skipped: number
}

/** Lines that were read and have no outcome. */
export function waitingOf({ read, delivered, rejected, skipped }: Totals): number {
  return read - delivered - rejected - skipped
}

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

/** A line that has no outcome yet. */
export interface OpenLine {
  position: number
  line: number
  text: string
  /** Indexes of the subscriptions that have not settled it; absent: all that take it. */
  owed?: number[]
  rejections?: Rejection[]
}

export type Entry = Required<OpenLine> & { isStored: boolean }
