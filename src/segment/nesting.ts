/** Levels of objects and arrays an event may have: the engine overflows its stack at some 2,000, one event taking its batch along. */
const MAX_NESTING = 500

/** Undefined unless `value`, as `JSON.parse` made it, is nested too deep. `what` is what the message calls it. */
export function nestingProblem(value: unknown, what: string): string | undefined {
  return isNestedDeeperThan(value, MAX_NESTING) ? `${what} is nested deeper than ${MAX_NESTING} levels` : undefined
}

function isNestedDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  // No call goes deeper than `levels`, however deep the value is.
  if (levels === 0) return true
  for (const inner of Object.values(value) as unknown[]) if (isNestedDeeperThan(inner, levels - 1)) return true
  return false
}
