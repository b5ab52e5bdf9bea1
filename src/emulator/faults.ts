import sumBy from 'lodash/sumBy'
import { checker } from './checker'

/** A fault for one request. `pass` lets a request through untouched; `retryAfter` in seconds. */
export type NextFault = { status: number; retryAfter?: number } | { reset: 'before' | 'after' } | { pass: true }

/**
 * Faults of Heap's routes, for tests of what calls them. Rates are shares of requests, 0 to 1, together at most 1.
 * The same seed gives the same faults to the same sequence of requests.
 *
 * @example { seed: 7, status: { '429': 0.1 }, retryAfter: 1, resetAfter: 0.03 }
 * @example { next: [{ status: 503 }, { pass: true }, { reset: 'after' }] }
 */
export interface Faults {
  /** Default 1. */
  seed?: number
  /** HTTP status (400 to 599) to rate. Nothing of the request is stored. */
  status?: Record<string, number>
  /** Seconds, sent as `Retry-After` with every 429; no header without it. */
  retryAfter?: number
  /** Milliseconds before each answer. */
  delayMs?: number
  /** Rate of connections reset before anything is stored. */
  resetBefore?: number
  /** Rate of connections reset once everything is stored: the caller cannot know. */
  resetAfter?: number
  /** 413 for a request with more items, or more bytes of body. */
  tooLarge?: { items?: number; bytes?: number }
  /** 400 for a request with an item whose JSON contains this text. */
  refuseContaining?: string
  /** The text of every 400 names no item. */
  withoutIndex?: boolean
  /** Only requests whose path contains this text are touched, e.g. `/api/track` or `/eu/`. */
  limitTo?: string
  /** Used up first, one for each request. */
  next?: NextFault[]
}

/** What happens to one request. */
export type Strike = { status: number; retryAfter?: number } | { reset: 'before' | 'after' } | undefined

const rate = { type: 'number', minimum: 0, maximum: 1 }
const status = { type: 'integer', minimum: 400, maximum: 599 }
const seconds = { type: 'number', minimum: 0 }
const count = { type: 'integer', minimum: 0 }
const closed = (properties: object, required: string[] = []) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false
})

const check = checker<Faults>(
  closed({
    seed: { type: 'integer' },
    status: {
      type: 'object',
      propertyNames: { type: 'string', pattern: '^[45][0-9]{2}$' },
      additionalProperties: rate
    },
    retryAfter: seconds,
    delayMs: { type: 'number', minimum: 0 },
    resetBefore: rate,
    resetAfter: rate,
    tooLarge: closed({ items: count, bytes: count }),
    refuseContaining: { type: 'string', minLength: 1 },
    withoutIndex: { type: 'boolean' },
    limitTo: { type: 'string' },
    next: {
      type: 'array',
      items: {
        type: 'object',
        oneOf: [
          closed({ status, retryAfter: seconds }, ['status']),
          closed({ reset: { enum: ['before', 'after'] } }, ['reset']),
          closed({ pass: { const: true } }, ['pass'])
        ]
      }
    }
  }),
  'faults'
)

/** Faults from outside, checked. Throws an Error that names the wrong one. */
export function checkFaults(value: unknown): Faults {
  const checked = check(value)
  if ('refusal' in checked) throw new Error(checked.refusal)
  const total = sumBy(rates(checked.body), ([share]) => share)
  if (total > 1) throw new Error(`faults: the rates add up to ${total.toFixed(2)}, more than 1`)
  return checked.body
}

/** Deals out the faults, request by request. */
export class FaultDealer {
  private faults: Faults = {}
  private random = randomFrom(1)

  constructor(faults: Faults) {
    this.set(faults)
  }

  set(faults: Faults): void {
    const checked = checkFaults(faults)
    this.faults = { ...checked, next: checked.next && [...checked.next] }
    this.random = randomFrom(checked.seed ?? 1)
  }

  /** The faults in force, with what is left of `next`. */
  get current(): Faults {
    return this.faults
  }

  /** The faults that concern this path: all of them, or none. */
  for(path: string): Faults {
    return path.includes(this.faults.limitTo ?? '') ? this.faults : {}
  }

  /** Draws once for each request, so that a sequence of requests can be repeated. */
  strike(path: string): Strike {
    const faults = this.for(path)
    const next = faults.next?.shift()
    if (next) return 'pass' in next ? undefined : next
    return chosen(faults, this.random())
  }
}

function chosen(faults: Faults, draw: number): Strike {
  let sum = 0
  const hit = rates(faults).find(([share]) => draw < (sum += share))
  if (!hit) return undefined
  const [, strike] = hit
  return strike
}

function rates(faults: Faults): [number, Strike][] {
  const statuses = Object.entries(faults.status ?? {}).map(([code, share]): [number, Strike] => [
    share,
    { status: Number(code) }
  ])
  return [[faults.resetBefore ?? 0, { reset: 'before' }], [faults.resetAfter ?? 0, { reset: 'after' }], ...statuses]
}

/** mulberry32: a small generator whose whole state is its seed. Numbers from 0 up to, not including, 1. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
