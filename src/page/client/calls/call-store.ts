import { useSyncExternalStore } from 'react'
import type { CallChanges, CallOutcome, CallSummary } from '../../protocol'
import { ask } from '../api'
import { CallTotals } from './call-totals'

/** Calls that the page keeps, and how many more there may be before the oldest go. */
const KEPT = 50_000
const SLACK = 2_000

/** Calls that are looked at in one go when the filter changes. */
const FILTERED_AT_ONCE = 2_000

const TOLD_MS = 60

export interface CallFilter {
  outcome: CallOutcome | ''
  /** Every word must be there. */
  text: string
}

/**
 * The calls that the page knows. They stand outside React's state, and each change costs what changes: with 50,000 of
 * them nothing may be copied for every call that arrives.
 */
export class CallStore {
  readonly totals = new CallTotals()
  /** Those that the filter lets through, the oldest first. */
  rows: CallSummary[] = []
  private all: CallSummary[] = []
  private readonly byNumber = new Map<number, CallSummary>()
  private readonly byMessageId = new Map<string | null, CallSummary>()
  private words: string[] = []
  private outcome: CallOutcome | '' = ''
  /** How many of `all` the filter has seen. */
  private filtered = 0
  private revision = 0
  /** The newest revision that the server has told of. */
  private wanted = 0
  private asking = false
  private version = 0
  private telling?: ReturnType<typeof setTimeout>
  private readonly listeners = new Set<() => void>()

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  readonly getVersion = (): number => this.version

  get size(): number {
    return this.byNumber.size
  }

  numbered(number: number): CallSummary | undefined {
    return this.byNumber.get(number)
  }

  /** The newest call with this message ID, if the page has it. */
  withMessageId(messageId: string | null): CallSummary | undefined {
    return messageId === null ? undefined : this.byMessageId.get(messageId)
  }

  /** Asks for what has changed until it has this revision. */
  async follow(revision: number): Promise<void> {
    this.wanted = revision
    if (this.asking) return
    this.asking = true
    try {
      while (this.revision < this.wanted) {
        const changes = await ask<CallChanges>(`/_page/calls?since=${this.revision}`)
        this.take(changes)
        // The server forgot some in between.
        if (this.revision >= this.wanted && this.size > changes.total) this.clear()
        else if (changes.calls.length === 0) break
      }
    } finally {
      this.asking = false
    }
  }

  /** Another server may know other calls. */
  clear(): void {
    this.all = []
    this.rows = []
    this.byNumber.clear()
    this.byMessageId.clear()
    this.totals.clear()
    this.filtered = 0
    this.revision = 0
    this.tell()
  }

  take({ revision, first, calls }: CallChanges): void {
    this.revision = revision
    calls.forEach((call) => this.put(call))
    this.forget(first ?? Infinity)
    this.filterMore()
    this.tell()
  }

  setFilter({ outcome, text }: CallFilter): void {
    this.outcome = outcome
    this.words = text.toLowerCase().split(/\s+/).filter(Boolean)
    this.rows = []
    this.filtered = 0
    this.filterMore()
    this.tell()
  }

  private put(call: CallSummary): void {
    const known = this.byNumber.get(call.number)
    this.totals.count(call, 1)
    if (!known) return this.insert(call)
    this.totals.count(known, -1)
    const wasShown = this.lets(known)
    Object.assign(known, call)
    if (wasShown !== this.lets(known)) this.move(known)
  }

  /** Calls come in the order of their changes, which is nearly that of their numbers. */
  private insert(call: CallSummary): void {
    this.byNumber.set(call.number, call)
    this.byMessageId.set(call.messageId, call)
    const at = lowerBound(this.all, call.number)
    this.all.splice(at, 0, call)
    if (at >= this.filtered) return
    this.filtered += 1
    if (this.lets(call)) this.move(call)
  }

  /** Puts a call into the rows or takes it out; what the filter has not seen yet it will see. */
  private move(call: CallSummary): void {
    const last = this.all[this.filtered - 1]
    if (!last || call.number > last.number) return
    const at = lowerBound(this.rows, call.number)
    if (this.rows[at] === call) this.rows.splice(at, 1)
    else this.rows.splice(at, 0, call)
  }

  private forget(first: number): void {
    const excess = this.all.length > KEPT + SLACK ? this.all.length - KEPT : 0
    const gone = Math.max(excess, lowerBound(this.all, first))
    if (gone === 0) return
    for (const call of this.all.slice(0, gone)) {
      this.byNumber.delete(call.number)
      if (this.byMessageId.get(call.messageId) === call) this.byMessageId.delete(call.messageId)
      this.totals.count(call, -1)
    }
    this.all = this.all.slice(gone)
    this.filtered = Math.max(0, this.filtered - gone)
    this.rows = this.rows.slice(lowerBound(this.rows, this.all[0]?.number ?? Infinity))
  }

  private filterMore(): void {
    const end = Math.min(this.all.length, this.filtered + FILTERED_AT_ONCE)
    for (; this.filtered < end; this.filtered += 1) {
      const call = this.all[this.filtered]
      if (this.lets(call)) this.rows.push(call)
    }
    if (this.filtered < this.all.length) setTimeout(() => this.continueFilter(), 0)
  }

  private continueFilter(): void {
    this.filterMore()
    this.tell()
  }

  private lets(call: CallSummary): boolean {
    if (this.outcome !== '' && call.outcome !== this.outcome) return false
    if (this.words.length === 0) return true
    const { number, type, event, userId, anonymousId, messageId, actions, status, reason } = call
    const text = [number, type, event, userId, anonymousId, messageId, actions, status, reason].join(' ').toLowerCase()
    return this.words.every((word) => text.includes(word))
  }

  /** Not more often than anybody can see. */
  private tell(): void {
    this.version += 1
    this.telling ??= setTimeout(() => {
      this.telling = undefined
      this.listeners.forEach((listener) => listener())
    }, TOLD_MS)
  }
}

/** The place of the first call with this number or a higher one. */
function lowerBound(calls: CallSummary[], number: number): number {
  let low = 0
  let high = calls.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (calls[middle].number < number) low = middle + 1
    else high = middle
  }
  return low
}

export const callStore = new CallStore()

/** Renders again with each change of the calls. */
export function useCalls(): CallStore {
  useSyncExternalStore(callStore.subscribe, callStore.getVersion)
  return callStore
}
