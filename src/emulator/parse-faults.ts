import { checkFaults } from './faults'
import type { Faults, NextFault } from './faults'

type Reader = (value: string, faults: Faults) => Faults

const READERS: Record<string, Reader> = {
  'reset-before': (value) => ({ resetBefore: rate('reset-before', value) }),
  'reset-after': (value) => ({ resetAfter: rate('reset-after', value) }),
  'retry-after': (value) => ({ retryAfter: whole('retry-after', 'seconds', value) }),
  delay: (value) => ({ delayMs: whole('delay', 'milliseconds', value) }),
  seed: (value) => ({ seed: whole('seed', 'a whole number', value) }),
  'max-items': (value, { tooLarge }) => ({ tooLarge: { ...tooLarge, items: whole('max-items', 'items', value) } }),
  'max-bytes': (value, { tooLarge }) => ({ tooLarge: { ...tooLarge, bytes: whole('max-bytes', 'bytes', value) } }),
  refuse: (value) => ({ refuseContaining: value }),
  'without-index': (value) => ({ withoutIndex: flag('without-index', value) }),
  only: (value) => ({ limitTo: value }),
  next: (value, { next = [] }) => ({ next: [...next, ...value.split(',').map(nextFault)] })
}

/**
 * Faults from the words of a command line: `429=0.1`, `503=0.05`, `reset-before=0.02`, `reset-after=0.03`,
 * `retry-after=1` (seconds), `delay=200` (milliseconds), `seed=7`, `max-items=500`, `max-bytes=100000`, `refuse=TEXT`,
 * `without-index`, `only=/api/track`, `next=503,pass,reset-after`.
 * Throws an Error that names the wrong word and what it should look like.
 */
export function parseFaults(words: string[]): Faults {
  return checkFaults(words.reduce<Faults>((faults, word) => ({ ...faults, ...read(word, faults) }), {}))
}

/** The words of faults, as a command line has them. */
export function faultWords({ status = {}, tooLarge = {}, next = [], ...faults }: Faults): string[] {
  const named: [string, unknown][] = [
    ['reset-before', faults.resetBefore],
    ['reset-after', faults.resetAfter],
    ['retry-after', faults.retryAfter],
    ['delay', faults.delayMs],
    ['max-items', tooLarge.items],
    ['max-bytes', tooLarge.bytes],
    ['refuse', faults.refuseContaining],
    ['only', faults.limitTo],
    ['next', next.length > 0 ? `${next.length} requests` : undefined]
  ]
  const words = [...Object.entries(status), ...named].filter(([, value]) => Boolean(value))
  return [
    ...words.map(([name, value]) => `${name}=${String(value)}`),
    ...(faults.withoutIndex ? ['without-index'] : [])
  ]
}

function read(word: string, faults: Faults): Faults {
  const [name] = word.split('=', 1)
  const value = word.slice(name.length + 1)
  if (isStatus(name)) return { status: { ...faults.status, [name]: rate(name, value) } }
  const reader = new Map(Object.entries(READERS)).get(name)
  if (reader) return reader(value, faults)
  throw new Error(
    `Unknown fault "${name}". Use a status from 400 to 599 or one of: ${Object.keys(READERS).join(', ')}.`
  )
}

function isStatus(word: string): boolean {
  return /^[45]\d{2}$/.test(word)
}

function rate(name: string, value: string): number {
  const share = value.trim() === '' ? NaN : Number(value)
  if (share >= 0 && share <= 1) return share
  throw new Error(`Fault "${name}" needs a rate from 0 to 1, as in ${name}=0.1; got "${value}".`)
}

function whole(name: string, unit: string, value: string): number {
  if (/^\d{1,9}$/.test(value)) return Number(value)
  throw new Error(`Fault "${name}" needs ${unit}, as in ${name}=100; got "${value}".`)
}

function flag(name: string, value: string): boolean {
  if (value === '' || value === 'true') return true
  if (value === 'false') return false
  throw new Error(`Fault "${name}" takes no value; got "${value}".`)
}

function nextFault(word: string): NextFault {
  if (isStatus(word)) return { status: Number(word) }
  if (word === 'reset-before') return { reset: 'before' }
  if (word === 'reset-after') return { reset: 'after' }
  if (word === 'pass') return { pass: true }
  throw new Error(`Fault "next" needs statuses, reset-before, reset-after or pass, separated by commas; got "${word}".`)
}
