/** Levels of objects and arrays an event may have: the engine overflows its stack at some 2,000, one event taking its batch along. */
export const MAX_NESTING = 500

/** Whether `value`, as `JSON.parse` made it, has more than `levels` objects and arrays inside one another. Never recurses. */
export function isNestedDeeperThan(value: unknown, levels: number): boolean {
  let level = containersIn([value])
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > levels) return true
    level = containersIn(level.flatMap((container) => Object.values(container) as unknown[]))
  }
  return false
}

function containersIn(values: unknown[]): object[] {
  return values.filter((value): value is object => typeof value === 'object' && value !== null)
}
