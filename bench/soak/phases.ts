import type { Faults } from '../../src/emulator'

/** An item whose JSON contains this is refused by the emulator, always. */
export const POISON = 'refused-by-heap'

const always: Faults = { refuseContaining: POISON }

/** Every way in which the emulator can fail, one after another. */
export const PHASES: [name: string, faults: Faults][] = [
  ['healthy', {}],
  ['429 with Retry-After', { status: { '429': 0.5 }, retryAfter: 1 }],
  ['5xx and 408', { status: { '500': 0.1, '502': 0.1, '503': 0.1, '504': 0.1, '520': 0.05, '408': 0.05 } }],
  ['resets before', { resetBefore: 0.5 }],
  ['resets after', { resetAfter: 0.5 }],
  ['slow', { delayMs: 300 }],
  ['too many items', { tooLarge: { items: 20 } }],
  ['too many bytes', { tooLarge: { bytes: 10_000 } }],
  ['refusals that name nothing', { withoutIndex: true }],
  ['one endpoint down', { limitTo: '/api/track', status: { '503': 0.9 } }],
  ['a sequence', { next: [{ status: 429, retryAfter: 2 }, { reset: 'after' }, { pass: true }, { reset: 'before' }] }],
  [
    'everything at once',
    {
      status: { '429': 0.1, '503': 0.1 },
      resetBefore: 0.1,
      resetAfter: 0.1,
      delayMs: 50,
      tooLarge: { items: 200, bytes: 60_000 },
      withoutIndex: true
    }
  ]
]

/** The phase with this number, counted on and on; each round has its own seed. */
export function phase(number: number): { name: string; faults: Faults } {
  const [name, faults] = PHASES[number % PHASES.length]
  return { name, faults: { ...always, ...faults, seed: number + 1 } }
}

export const HEALTHY = always
