export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/**
 * What JSON takes an object for: a Date's ISO string, the result of a `toJSON`, the primitive that a wrapper holds, else the object
 * itself. Throws a RangeError for an invalid Date, and what the object's own code throws.
 */
export function jsonValue(object: object, key: string): unknown {
  const value = object instanceof Date ? object : fromToJSON(object, key)
  if (value instanceof Date) {
    return Date.prototype.toISOString.call(value)
  }
  const isWrapper = value instanceof String || value instanceof Number || value instanceof Boolean
  return isWrapper ? value.valueOf() : value
}

function fromToJSON(object: object, key: string): unknown {
  const { toJSON } = object as { toJSON?: unknown }
  return typeof toJSON === 'function' ? (toJSON as (key: string) => unknown).call(object, key) : object
}

/**
 * The JSON of `value`, with bigints as decimal strings and without the references that close a cycle.
 *
 * @param source the object whose `jsonValue` this is; no other `toJSON` is asked for `value`
 * @param isAround tells the objects that `value` was found in
 * @throws RangeError when nested too deep for `JSON.stringify`, some thousand levels; what the data's own code throws
 */
export function jsonString(value: object, source: object, isAround: (object: unknown) => boolean): string | undefined {
  if (value === source) {
    try {
      return JSON.stringify(value)
    } catch {
      // A cycle, also one that is endless because a toJSON copies, or a bigint; anything else throws once more.
    }
  }
  // Not `value` itself, whose toJSON would be asked before the replacer can put `value` in its place.
  return JSON.stringify('', cycleCutter(value, source, isAround))
}

type Replacer = (this: Record<string, unknown>, key: string, value: unknown) => unknown

/** Looks at objects as found, too: a `toJSON` may return a new object each time that its owner comes round. */
function cycleCutter(root: object, source: object, isAround: (object: unknown) => boolean): Replacer {
  const path: unknown[] = []
  const inside = new Set<unknown>()
  const closesCycle = (value: unknown) => inside.has(value) || isAround(value)
  return function (key, converted) {
    while (path.length > 0 && path[path.length - 1] !== this) {
      inside.delete(path.pop())
      inside.delete(path.pop())
    }
    const [found, value] = path.length === 0 ? [source, root] : [this[key], converted]
    if (!isObject(value)) {
      return typeof value === 'bigint' ? value.toString() : value
    }
    if (closesCycle(found) || closesCycle(value)) {
      return undefined
    }
    path.push(found, value)
    inside.add(found).add(value)
    return value
  }
}
