import { setOwn } from './set-own'

/** What happens to objects and arrays: see `flatten`. */
export type NestedProperties = 'flatten' | 'index' | 'stringify' | 'drop'

export type FlatValue = string | number | boolean

/** Heap takes property keys and string values of "fewer than 1024 characters". @see https://developers.heap.io/reference/bulk-track */
const MAX_LENGTH = 1023

/** Ends the walk through objects that a `toJSON` or a getter makes anew without end. */
const MAX_DEPTH = 1000000

interface Frame {
  /** The object as found: a `toJSON` that returns its owner again must count as a cycle. */
  source: object
  object: Record<string, unknown>
  keys: string[]
  next: number
  /** Path of the object with a trailing dot; one character over the limit, so that a cut can see a surrogate pair. */
  prefix: string
  parent: Frame | undefined
  depth: number
}

function cut(text: string): string {
  if (text.length <= MAX_LENGTH) {
    return text
  }
  const last = text.charCodeAt(MAX_LENGTH - 1)
  const next = text.charCodeAt(MAX_LENGTH)
  const splitsPair = last >= 0xd800 && last <= 0xdbff && next >= 0xdc00 && next <= 0xdfff
  return text.slice(0, splitsPair ? MAX_LENGTH - 1 : MAX_LENGTH)
}

function read(object: object, key: string): unknown {
  try {
    return (object as Record<string, unknown>)[key]
  } catch {
    return undefined
  }
}

function isoString(date: object): string | undefined {
  const time = Date.prototype.getTime.call(date)
  return Number.isNaN(time) ? undefined : new Date(time).toISOString()
}

function applyToJSON(value: object, key: string, toJSON: (key: string) => unknown): unknown {
  try {
    return isoString(value)
  } catch {
    // not a Date
  }
  try {
    return toJSON.call(value, key)
  } catch {
    return undefined
  }
}

function unbox(value: object): unknown {
  if (value instanceof String || value instanceof Number || value instanceof Boolean) {
    return value.valueOf()
  }
  return value
}

/** What JSON would see: dates and `toJSON` resolved, wrapped primitives taken out. */
function plain(value: object, key: string): unknown {
  const toJSON = read(value, 'toJSON')
  const result = typeof toJSON === 'function' ? applyToJSON(value, key, toJSON as (key: string) => unknown) : value
  return typeof result === 'object' && result !== null ? unbox(result) : result
}

function leaf(value: unknown): FlatValue | undefined {
  switch (typeof value) {
    case 'string':
      return cut(value)
    case 'boolean':
      return value
    case 'number':
      return Number.isFinite(value) ? value : undefined
    case 'bigint':
      return cut(value.toString())
    default:
      return undefined
  }
}

function ancestorsOf(frame: Frame | undefined): Set<unknown> {
  const ancestors = new Set<unknown>()
  for (let current = frame; current; current = current.parent) {
    ancestors.add(current.source).add(current.object)
  }
  return ancestors
}

/** `JSON.stringify` for what it refuses: leaves out references to ancestors, writes a bigint as decimal string. */
function stringifyCarefully(value: object, ancestors: Set<unknown>): string {
  const path: unknown[] = []
  return JSON.stringify(value, function (this: unknown, _key: string, child: unknown) {
    while (path.length > 0 && path[path.length - 1] !== this) {
      ancestors.delete(path.pop())
    }
    if (typeof child === 'bigint') {
      return child.toString()
    }
    if (typeof child !== 'object' || child === null) {
      return child
    }
    if (ancestors.has(child)) {
      return undefined
    }
    ancestors.add(child)
    path.push(child)
    return child
  })
}

function stringify(value: object, frame: Frame): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    // A cycle or a bigint; what is nested too deep fails once more.
  }
  try {
    return stringifyCarefully(value, ancestorsOf(frame))
  } catch {
    return undefined
  }
}

function keysOf(object: object): string[] {
  try {
    return Object.keys(object)
  } catch {
    return []
  }
}

function isAncestor(object: object, frame: Frame): boolean {
  for (let current: Frame | undefined = frame; current; current = current.parent) {
    if (current.object === object || current.source === object) {
      return true
    }
  }
  return false
}

function frameOf(object: object, source: object, prefix: string, parent: Frame | undefined): Frame {
  const depth = parent ? parent.depth + 1 : 0
  return { source, object: object as Record<string, unknown>, keys: keysOf(object), next: 0, prefix, parent, depth }
}

/**
 * Makes one level of key and value out of nested properties, as Heap takes them. The input is never changed, nothing throws.
 *
 * @example
 * flatten({ foo: { bar: 'a', list: [1, { b: 2 }] } })
 * // { 'foo.bar': 'a', 'foo.list': '[1,{"b":2}]' }
 */
export function flatten(
  object: Record<string, unknown>,
  { mode = 'flatten' }: { mode?: NestedProperties } = {}
): Record<string, FlatValue> {
  const flat: Record<string, FlatValue> = {}
  const root: unknown = typeof object === 'object' && object !== null ? plain(object, '') : undefined
  let frame =
    typeof root === 'object' && root !== null && !Array.isArray(root) ? frameOf(root, object, '', undefined) : undefined
  while (frame) {
    if (frame.next === frame.keys.length) {
      frame = frame.parent
      continue
    }
    const key = frame.keys[frame.next++]
    const path = frame.prefix.length > MAX_LENGTH ? frame.prefix : frame.prefix + key
    if (path === '') {
      continue
    }
    const found = read(frame.object, key)
    let value = typeof found === 'object' && found !== null ? plain(found, key) : found
    if (typeof value === 'object' && value !== null) {
      const isArray = Array.isArray(value)
      if (mode === 'drop' || isAncestor(value, frame) || isAncestor(found as object, frame)) {
        continue
      }
      if (mode === 'stringify' || (isArray && (mode === 'flatten' || (value as unknown[]).length === 0))) {
        value = stringify(value, frame)
        if (value === '{}') {
          continue
        }
      } else if (frame.depth < MAX_DEPTH) {
        frame = frameOf(value, found as object, (path + '.').slice(0, MAX_LENGTH + 1), frame)
        continue
      }
    }
    const flatValue = leaf(value)
    if (flatValue !== undefined) {
      setOwn(flat, cut(path), flatValue)
    }
  }
  return flat
}
