import fc from 'fast-check'

/** Fixed, so that a run can be repeated. `FC_SEED` takes another; a failure prints the seed with its smallest counterexample. */
export const SEED = Number(process.env.FC_SEED ?? 20260101)

/** `FC_TIMES` tries so many times as many cases. */
const TIMES = Number(process.env.FC_TIMES ?? 1)

/** Tries `property` with as many generated inputs; it fails by throwing. */
export function tryCases<Input>(count: number, inputs: fc.Arbitrary<Input>, property: (input: Input) => void): void {
  fc.assert(fc.property(inputs, property), { seed: SEED, numRuns: count * TIMES })
}

export async function tryCasesAsync<Input>(
  count: number,
  inputs: fc.Arbitrary<Input>,
  property: (input: Input) => Promise<void>
): Promise<void> {
  await fc.assert(fc.asyncProperty(inputs, property), { seed: SEED, numRuns: count * TIMES })
}
