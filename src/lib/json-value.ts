export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/**
 * What JSON takes an object for: a Date's ISO string, the result of a `toJSON`, the primitive that a wrapper holds,
 * else the object itself. Throws a RangeError for an invalid Date, and what the object's own code throws.
 */
export function jsonValue(object: object, key: string): unknown {
  const value = object instanceof Date ? object : fromToJSON(object, key)
  if (value instanceof Date) return Date.prototype.toISOString.call(value)
  return value instanceof String || value instanceof Number || value instanceof Boolean ? value.valueOf() : value
}

function fromToJSON(object: object, key: string): unknown {
  const { toJSON } = object as { toJSON?: unknown }
  return typeof toJSON === 'function' ? toJSON.call(object, key) : object
}

/**
 * The JSON of `value`, with bigints as decimal strings and without the references that close a cycle.
 *
 * @param source the object whose `jsonValue` this is; no other `toJSON` is asked for `value`
 * @param around the objects that `value` was found in, and `source` when it is another one
 * @throws RangeError when nested too deep for `JSON.stringify`, some thousand levels; what the data's own code throws
 */
export function jsonString(value: object, source: object, around: readonly unknown[]): string | undefined {
  if (value === source) {
    try {
      return JSON.stringify(value)
    } catch {
      // A cycle, also one that is endless because a toJSON copies, or a bigint; anything else throws once more.
    }
  }
  return JSON.stringify({ toJSON: () => value }, cycleCutter(around))
}

type Replacer = (this: Record<string, unknown>, key: string, value: unknown) => unknown

/** Looks at objects as found, too: a `toJSON` may return a new object each time that its owner comes round. */
function cycleCutter(around: readonly unknown[]): Replacer {
  const path: unknown[] = []
  const closesCycle = (value: unknown) => path.includes(value) || around.includes(value)
  return function (key, value) {
    while (path.length > 0 && path[path.length - 1] !== this) path.pop()
    if (!isObject(value)) return typeof value === 'bigint' ? value.toString() : value
    const found = this[key]
    if (closesCycle(found) || closesCycle(value)) return undefined
    path.push(found, value)
    return value
  }
}
