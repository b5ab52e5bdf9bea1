import fc from 'fast-check'
import type { Arbitrary } from 'fast-check'

export const PEOPLE = 5

const KINDS = ['track', 'seen', 'page', 'identify', 'member', 'left', 'group', 'nameless', 'nobody', 'alias'] as const

/** A call, and what is wrong with it. Heap refuses a poisoned one, and names it in its answer or not. */
export interface PlannedCall {
  kind: (typeof KINDS)[number]
  person: number
  poison?: 'named' | 'unnamed'
}

/** A request of a client, sent again until it is acknowledged or the client gives up. */
export interface Send {
  at: number
  calls: PlannedCall[]
  /** Sent once more although it was acknowledged, so many ms later. */
  againAfter?: number
  /** What the client's clock is wrong by, in ms. */
  skew: number
}

export type HeapFault =
  | { status: number; retryAfter?: number | 'date' }
  | { reset: 'before' | 'after' }
  | { silence: 'before' | 'after' }
  | { slow: number }
  | { garbage: true }
  | { refused: true }

export const PATHS = [
  '/api/track',
  '/api/integrations/track',
  '/api/add_user_properties',
  '/api/add_account_properties'
]

/** What goes wrong from `at` on for `ms`. */
export type Trouble = { at: number; ms: number } & (
  | { kind: 'heap'; fault: HeapFault; share: number; path?: string }
  | { kind: 'limited'; person: number; status: 429 | 500 }
  | { kind: 'too large'; items: number }
  | { kind: 'killed'; damage?: 'lost' | 'changed' }
  | { kind: 'disk'; how: 'fails' | 'writes and fails' | 'slow' }
  | { kind: 'jump'; by: number }
)

export interface Plan {
  /** Of what is drawn while the world runs: latencies, waits, which requests a fault meets. */
  chance: number
  /** Whether the mappings have the fields that are empty by default. */
  rich: boolean
  sends: Send[]
  troubles: Trouble[]
}

/** A file to be replayed, then the lists of an audience, one after another. */
export interface LongPlan {
  chance: number
  lines: PlannedCall[]
  /** People. */
  lists: number[][]
  /** Numbers of writes to the disk during which the command is killed. */
  crashes: number[]
  troubles: Trouble[]
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE

const person = fc.nat({ max: PEOPLE - 1 })

const call = (poison: number): Arbitrary<PlannedCall> =>
  fc.record({
    kind: fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom<PlannedCall['kind'][]>('track', 'identify') },
      { weight: 3, arbitrary: fc.constantFrom(...KINDS) }
    ),
    person,
    poison: sometimes(poison, fc.constantFrom('named', 'unnamed'))
  })

function sometimes<Value>(percent: number, arbitrary: Arbitrary<Value>): Arbitrary<Value | undefined> {
  return fc.oneof(
    { weight: 100 - percent, arbitrary: fc.constant(undefined) },
    { weight: percent, arbitrary: arbitrary }
  )
}

function listOf<Value>(arbitrary: Arbitrary<Value>, minLength: number, maxLength: number): Arbitrary<Value[]> {
  return fc.array(arbitrary, { minLength, maxLength, size: 'max' })
}

const send = (poison: number, within: number): Arbitrary<Send> =>
  fc.record({
    at: fc.nat({ max: within }),
    calls: listOf(call(poison), 1, 6),
    againAfter: sometimes(15, fc.nat({ max: 30_000 })),
    skew: fc.constantFrom(0, 0, 0, -24 * HOUR, 90_000)
  })

const status = fc.oneof(
  // 408 three times, so that a few hundred worlds find a mistake about it.
  fc.record({ status: fc.constantFrom(408, 408, 408, 423, 500, 502, 503, 504, 520, 302) }),
  fc.record({
    status: fc.constantFrom(429, 503),
    retryAfter: fc.constantFrom(undefined, 1, 30, 4000, 'date')
  })
) as Arbitrary<HeapFault>

const fault: Arbitrary<HeapFault> = fc.oneof(
  { weight: 4, arbitrary: status },
  { weight: 1, arbitrary: fc.record({ reset: fc.constantFrom('before', 'after') }) },
  { weight: 1, arbitrary: fc.record({ silence: fc.constantFrom('before', 'after') }) },
  { weight: 1, arbitrary: fc.record({ slow: fc.constantFrom(1000, 9000) }) },
  { weight: 1, arbitrary: fc.constant({ garbage: true }) },
  { weight: 1, arbitrary: fc.constant({ refused: true }) }
)

const path = sometimes(30, fc.constantFrom(...PATHS))
const share = fc.constantFrom(0.2, 0.5, 1)
const window = (within: number) => ({ at: fc.nat({ max: within }), ms: fc.integer({ min: 100, max: within }) })

const heapTrouble = fc.record({ ...window(MINUTE), kind: fc.constant('heap'), fault, share, path })
const limited = fc.record({
  ...window(MINUTE),
  kind: fc.constant('limited'),
  person,
  status: fc.constantFrom(429, 500)
})
const tooLarge = fc.record({ ...window(MINUTE), kind: fc.constant('too large'), items: fc.integer({ min: 1, max: 4 }) })
const killed = fc.record({
  at: fc.nat({ max: MINUTE }),
  ms: fc.integer({ min: 200, max: 5000 }),
  kind: fc.constant('killed'),
  damage: sometimes(20, fc.constantFrom('lost', 'changed'))
})
const how = fc.constantFrom('fails', 'writes and fails', 'slow')
const disk = fc.record({ ...window(MINUTE / 2), kind: fc.constant('disk'), how })
const by = fc.constantFrom(-HOUR, -1000, 1000, HOUR, 30 * HOUR)
const jump = fc.record({ at: fc.nat({ max: MINUTE }), ms: fc.constant(0), kind: fc.constant('jump'), by })

const anyTrouble = fc.oneof(
  { weight: 6, arbitrary: heapTrouble },
  { weight: 1, arbitrary: limited },
  { weight: 1, arbitrary: tooLarge },
  { weight: 2, arbitrary: killed },
  { weight: 1, arbitrary: disk },
  { weight: 1, arbitrary: jump }
) as Arbitrary<Trouble>

const storm = { sends: listOf(send(8, MINUTE), 1, 10), troubles: listOf(anyTrouble, 0, 6) }

/** Only one thing is wrong: whoever has nothing to do with it must not suffer for long. */
const lasting = { at: fc.constant(0), ms: fc.integer({ min: MINUTE, max: 12 * MINUTE }) }
const deadRoute = fc.record({
  ...lasting,
  kind: fc.constant('heap'),
  share: fc.constant(1),
  path: fc.constantFrom(...PATHS),
  fault: fc.oneof(
    fc.constantFrom<HeapFault>({ status: 503 }, { status: 429 }, { refused: true }, { silence: 'before' })
  )
})
const alwaysLimited = fc.record({ ...lasting, kind: fc.constant('limited'), person, status: fc.constantFrom(429, 500) })
const targeted = {
  sends: listOf(send(20, MINUTE), 4, 10),
  troubles: listOf(fc.oneof(deadRoute, alwaysLimited) as Arbitrary<Trouble>, 0, 1)
}

/** Heap is dead for longer than calls are kept. */
const outage = fc.record({
  at: fc.constant(0),
  ms: fc.constantFrom(HOUR, 5 * HOUR),
  kind: fc.constant('heap'),
  share: fc.constant(1),
  fault: fc.constantFrom<HeapFault>({ status: 503 }, { refused: true }, { status: 429, retryAfter: 4000 })
})
const longNight = {
  sends: listOf(send(5, MINUTE), 1, 2),
  troubles: fc.tuple(outage, killed, jump).map((each) => each as Trouble[])
}

const kind = (parts: Pick<{ [Key in keyof Plan]: Arbitrary<Plan[Key]> }, 'sends' | 'troubles'>) =>
  fc.record({ chance: fc.noShrink(fc.nat()), rich: fc.boolean(), ...parts })

/** A world. */
export const plans: Arbitrary<Plan> = fc.oneof(
  { weight: 60, arbitrary: kind(storm) },
  { weight: 40, arbitrary: kind(targeted) },
  { weight: 1, arbitrary: kind(longNight) }
)

const list = fc.uniqueArray(person, { minLength: 1, maxLength: PEOPLE, size: 'max' })
const SECONDS = 5000
const soon = (troubles: Arbitrary<Trouble[]>) =>
  troubles.map((each) => each.map((trouble) => ({ ...trouble, at: trouble.at % SECONDS })))

/** A world of long work. */
export const longPlans: Arbitrary<LongPlan> = fc.record({
  chance: fc.noShrink(fc.nat()),
  lines: listOf(call(8), 1, 60),
  lists: listOf(list, 0, 3),
  crashes: listOf(fc.integer({ min: 1, max: 15 }), 0, 3),
  troubles: soon(listOf(anyTrouble, 0, 6))
})

/** When the last trouble is over. */
export function calmAt({ troubles }: Plan): number {
  return Math.max(0, ...troubles.map(({ at, ms }) => at + ms))
}

/** Neighbours among seeds would begin alike. */
export function mixedSeed(seed: number): number {
  return Math.imul(seed + 1, 0x9e3779b1) | 0
}
