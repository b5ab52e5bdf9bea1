import { MEMORY_PER_JSON_BYTE } from '../../segment/message'
import type { SegmentMessage } from '../../segment/message'
import type { Line, Place } from '../lines'
import type { Rejection } from './rejection'

/** Beyond any of these, reading waits until something is settled. */
const MAX_LINES_IN_MEMORY = 10_000
const MAX_BYTES_IN_MEMORY = 16 * 1024 * 1024
const MAX_LINES = 100_000

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

export const NOTHING: Totals = { read: 0, delivered: 0, rejected: 0, skipped: 0 }

/** Lines that were read and have no outcome. */
export function waitingOf({ read, delivered, rejected, skipped }: Totals): number {
  return read - delivered - rejected - skipped
}

/** A line that has no outcome. */
export interface OpenLine {
  position: number
  line: number
  message: SegmentMessage
  /** Indexes of the subscriptions that have not delivered it, when others have. */
  owed?: number[]
}

/** A line that has no outcome yet. */
export interface Entry {
  position: number
  line: number
  /** Absent while it is in the store alone. */
  message?: SegmentMessage
  /** What the message takes in memory. */
  bytes: number
  inStore: 'no' | 'soon' | 'yes'
  /** Waits for its identity's rate. */
  isAside: boolean
  /** Indexes of the subscriptions that take it, and of those that have delivered it, now and at the last turn. */
  routes: number[]
  delivered: number[]
  deliveredBefore: number
  rejections: Rejection[]
}

/** What has become of lines since the last turn. */
export interface Turn {
  /** Up to where lines were read. */
  at: Place
  totals: Totals
  /** To be in the store. */
  opened: Entry[]
  /** Delivered to some more of their subscriptions, but not to all. */
  advanced: Entry[]
  /** No longer to be in the store. */
  settled: Entry[]
  rejections: { position: number; rejection: Rejection }[]
}

/** What becomes of each line. */
export class Ledger {
  readonly totals: Totals
  /** Up to where lines were read. */
  at: Place
  private readonly open = new Set<Entry>()
  private held = 0
  private bytes = 0
  private rejectionBytes = 0
  private settled: Entry[] = []
  private rejections: Turn['rejections'] = []

  constructor({ at, totals }: Pick<Turn, 'at' | 'totals'> = { at: { position: 0, line: 0 }, totals: NOTHING }) {
    this.at = at
    this.totals = { ...totals }
  }

  get waiting(): number {
    return waitingOf(this.totals)
  }

  isFull(): boolean {
    if (this.open.size >= MAX_LINES) return true
    return this.held >= MAX_LINES_IN_MEMORY || this.bytes >= MAX_BYTES_IN_MEMORY
  }

  /** Whether rejections that wait to be written take too much memory. */
  isOverflowing(): boolean {
    return this.rejectionBytes >= MAX_BYTES_IN_MEMORY / 4
  }

  /** All up to the end of this line was read. */
  passed({ end, number }: Line): void {
    this.at = { position: end, line: number }
  }

  enter({ position, line, message }: OpenLine, routes: number[], inStore: 'no' | 'yes'): Entry {
    // Spread from two objects, entries would take twice as much memory.
    const entry: Entry = {
      position,
      line,
      message,
      bytes: JSON.stringify(message).length * MEMORY_PER_JSON_BYTE,
      inStore,
      isAside: false,
      routes,
      delivered: [],
      deliveredBefore: 0,
      rejections: []
    }
    this.open.add(entry)
    this.held++
    this.bytes += entry.bytes
    return entry
  }

  /** It waits, and takes no memory once it is in the store. */
  setAside(entry: Entry): void {
    entry.isAside = true
    if (entry.inStore === 'yes') this.release(entry)
  }

  settle(entry: Entry, route: number, rejection?: Rejection): void {
    if (rejection) entry.rejections.push(rejection)
    else entry.delivered.push(route)
    if (entry.delivered.length + entry.rejections.length < entry.routes.length) return
    this.open.delete(entry)
    this.release(entry)
    if (entry.inStore !== 'no') this.settled.push(entry)
    if (entry.rejections.length === 0) this.totals.delivered++
    else this.reject(entry, entry.rejections)
  }

  skip(): void {
    this.totals.skipped++
  }

  /** One line, with a reason from each subscription that refused it. */
  reject({ position, bytes }: Pick<Entry, 'position' | 'bytes'>, rejections: Rejection[]): void {
    this.totals.rejected++
    for (const rejection of rejections) this.rejections.push({ position, rejection })
    this.rejectionBytes += bytes * rejections.length
  }

  /** All of one moment, handed over. */
  turn(): Turn {
    const { at, settled, rejections } = this
    const open = [...this.open]
    const opened = open.filter(({ inStore }) => inStore === 'no')
    const advanced = open.filter(({ delivered, deliveredBefore }) => delivered.length > deliveredBefore)
    for (const entry of opened) entry.inStore = 'soon'
    for (const entry of advanced) entry.deliveredBefore = entry.delivered.length
    this.settled = []
    this.rejections = []
    this.rejectionBytes = 0
    return { at, totals: { ...this.totals }, opened, advanced, settled, rejections }
  }

  /** What `turn` has handed over is in the store. */
  stored({ opened }: Turn): void {
    for (const entry of opened) {
      entry.inStore = 'yes'
      if (entry.isAside) this.release(entry)
    }
  }

  private release(entry: Entry): void {
    if (entry.message === undefined) return
    entry.message = undefined
    this.held--
    this.bytes -= entry.bytes
  }
}
