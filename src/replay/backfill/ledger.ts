import type { Line, Place } from '../lines'
import type { Rejection } from './rejection'
import { NOTHING } from './checkpoint'
import type { Totals, Unsettled } from './checkpoint'

/** Beyond any of these, reading waits until something is settled. */
const MAX_LINES_IN_MEMORY = 10_000
const MAX_BYTES_IN_MEMORY = 16 * 1024 * 1024
const MAX_LINES = 100_000

export interface Entry {
  place: Place
  /** Whether its message is in memory. */
  isHeld: boolean
  bytes: number
  /** Indexes of the subscriptions that take it, and of those that have no outcome and those that have delivered it. */
  routes: number[]
  pending: Set<number>
  delivered: Set<number>
  rejections: Rejection[]
  /** Whether an earlier run has delivered it to some of its subscriptions. */
  isPartial: boolean
}

interface LedgerState {
  /** Up to where lines have been read. */
  at: Place
  /** Those before it that have no outcome. */
  unsettled: Unsettled[]
  totals: Totals
}

const EMPTY: LedgerState = { at: { position: 0, line: 0 }, unsettled: [], totals: NOTHING }

/** What became of each line: how far everything is settled, and what is not. */
export class Ledger {
  readonly totals: Totals
  private readonly entries = new Set<Entry>()
  private rejections: string[] = []
  private rejectionBytes = 0
  private held = 0
  private bytes = 0
  private at: Place
  /** What an earlier run left unsettled, by position, until it is read again. */
  private readonly owed: Map<number, Unsettled>

  constructor({ at, unsettled, totals }: LedgerState = EMPTY) {
    this.at = { position: at.position, line: at.line }
    this.owed = new Map(unsettled.map((place) => [place.position, place]))
    this.totals = { ...totals }
  }

  get waiting(): number {
    return this.entries.size
  }

  isFull(): boolean {
    if (this.entries.size >= MAX_LINES) return true
    return this.held >= MAX_LINES_IN_MEMORY || this.bytes >= MAX_BYTES_IN_MEMORY
  }

  /** Whether rejections that wait to be written take too much memory. */
  isOverflowing(): boolean {
    return this.rejectionBytes >= MAX_BYTES_IN_MEMORY / 4
  }

  /** Whether it has no outcome yet and is not on its way to one. */
  isOpen({ start }: Line): boolean {
    return start >= this.at.position || this.owed.has(start)
  }

  /** Lines that an earlier run left open, and that have not come. */
  get missing(): number {
    return this.owed.size
  }

  /** Indexes of the subscriptions that have not delivered it in an earlier run; undefined when that is true of all. */
  owedRoutes({ start }: Line): number[] | undefined {
    return this.owed.get(start)?.routes
  }

  /** The place of the first line that is open. */
  firstOpen(): Place {
    return [...this.owed.values()].reduce((first, place) => (place.position < first.position ? place : first), this.at)
  }

  passed({ start, end, number }: Line): void {
    this.owed.delete(start)
    if (end > this.at.position) this.at = { position: end, line: number }
  }

  /** `bytes` is what its message takes in memory. */
  open(line: Line, bytes: number, routes: number[]): Entry {
    const place = { position: line.start, line: line.number - 1 }
    const sets = { routes, pending: new Set(routes), delivered: new Set<number>() }
    const isPartial = this.owedRoutes(line) !== undefined
    const entry: Entry = { place, isHeld: true, bytes, ...sets, rejections: [], isPartial }
    this.entries.add(entry)
    this.held++
    this.bytes += entry.bytes
    return entry
  }

  /** Its message takes no memory any more. */
  release(entry: Entry): void {
    if (!entry.isHeld) return
    entry.isHeld = false
    this.held--
    this.bytes -= entry.bytes
  }

  settle(entry: Entry, route: number, rejection?: Rejection): void {
    entry.pending.delete(route)
    if (rejection) entry.rejections.push(rejection)
    else entry.delivered.add(route)
    if (entry.pending.size > 0) return
    this.entries.delete(entry)
    this.release(entry)
    if (entry.rejections.length === 0) this.totals.delivered++
    else this.reject(...entry.rejections)
  }

  skip(): void {
    this.totals.skipped++
  }

  /** One line, with a reason from each subscription that refused it. */
  reject(...rejections: Rejection[]): void {
    this.totals.rejected++
    for (const rejection of rejections) {
      const text = `${JSON.stringify(rejection)}\n`
      this.rejections.push(text)
      this.rejectionBytes += text.length
    }
  }

  /** All at one moment; the rejections are handed over. */
  snapshot(): LedgerState & { rejections: string } {
    const rejections = this.rejections.join('')
    this.rejections = []
    this.rejectionBytes = 0
    const unsettled = [...this.owed.values(), ...[...this.entries].map(unsettledOf)]
    return { at: this.at, unsettled, totals: { ...this.totals }, rejections }
  }
}

/** What a subscription has refused is sent again, too: its reason is not written yet. */
function unsettledOf({ place, routes, delivered, isPartial }: Entry): Unsettled {
  if (delivered.size === 0 && !isPartial) return place
  return { ...place, routes: routes.filter((route) => !delivered.has(route)) }
}
