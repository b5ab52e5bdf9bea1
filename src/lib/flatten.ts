import { MAX_PROPERTY_LENGTH } from './heap/limits'
import { isObject, jsonString, jsonValue } from './json-value'

/** The outcome of objects and arrays, see {@link flatten}. */
export type NestedProperties = 'flatten' | 'index' | 'stringify' | 'drop'

export type FlatValue = string | number | boolean

/** Objects inside one another, the properties themselves included. Bounds the recursion; far deeper than any event. */
const MAX_LEVELS = 500

/** Ends the walk through objects each of which makes two others, in getters or `toJSON`: it would be 2^500 long. */
const MAX_TOO_DEEP = 1000

interface Walk {
  readonly flat: Record<string, FlatValue>
  readonly mode: NestedProperties
  /** The object being walked and those that it is in; also the owner of a `toJSON`, which counts as a level. */
  readonly around: object[]
  /** How many objects were nested too deep. */
  tooDeep: number
}

/**
 * Makes nested properties one level deep, as Heap takes them. Never throws and never changes its input. Keys and text
 * longer than 1,023 characters are cut; of two paths to one key the later wins; an empty key at the top level is left
 * out.
 *
 * - plain object: its entries under `parent.child`, to 500 levels
 * - array: one JSON string, dates inside it as ISO strings, bigints as decimal strings
 * - valid Date: ISO string
 * - string, boolean, finite number: itself
 * - bigint: decimal string
 * - null, undefined, NaN, Infinity, function, symbol, invalid Date, `{}`: left out
 * - object with `toJSON`: what that returns, by the same rules
 * - reference that closes a cycle, array nested too deep for `JSON.stringify`, what throws when it is read: left out
 *
 * @param mode `flatten`: as above; `index`: arrays taken apart too, under `parent.0`; `stringify`: an object or array
 * at the top level as one JSON string; `drop`: no objects or arrays
 *
 * @example
 * flatten({ foo: { bar: 'a', list: [1, { b: 2 }] } })
 * // { 'foo.bar': 'a', 'foo.list': '[1,{"b":2}]' }
 */
export function flatten(
  properties: Record<string, unknown>,
  { mode = 'flatten' }: { mode?: NestedProperties } = {}
): Record<string, FlatValue> {
  const walk: Walk = { flat: {}, mode, around: [], tooDeep: 0 }
  try {
    const root = isObject(properties) ? jsonValue(properties, '') : undefined
    if (root !== properties) walk.around.push(properties)
    if (isObject(root) && !Array.isArray(root)) writeEntries(walk, root, '')
  } catch {
    // Properties that cannot be read have no entries.
  }
  return walk.flat
}

function writeEntries(walk: Walk, object: object, prefix: string): void {
  if (walk.around.length >= MAX_LEVELS || walk.tooDeep >= MAX_TOO_DEEP) {
    walk.tooDeep++
    return
  }
  const level = walk.around.push(object)
  for (const key of Object.keys(object)) {
    try {
      const path = join(prefix, key)
      const value = path === '' ? undefined : (object as Record<string, unknown>)[key]
      if (isObject(value)) writeObject(walk, path, key, value)
      else writeLeaf(walk, path, value)
    } catch {
      walk.around.length = level
    }
  }
  walk.around.pop()
}

function writeLeaf({ flat }: Walk, path: string, value: unknown): void {
  const leaf = leafOf(value)
  if (leaf !== undefined) setOwn(flat, cut(path), leaf)
}

/** An assignment to `__proto__` would replace the prototype instead. */
function setOwn(flat: Record<string, FlatValue>, key: string, value: FlatValue): void {
  if (key !== '__proto__') flat[key] = value
  else Object.defineProperty(flat, key, { value, configurable: true, enumerable: true, writable: true })
}

function leafOf(value: unknown): FlatValue | undefined {
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

/** Looks for cycles both before and after a `toJSON`, which may return a new object each time or one that it is in. */
function writeObject(walk: Walk, path: string, key: string, found: object): void {
  const { around } = walk
  if (around.includes(found)) return
  const value = jsonValue(found, key)
  if (!isObject(value)) writeLeaf(walk, path, value)
  else if (value === found) writeNested(walk, path, value, found)
  else if (!around.includes(value)) {
    around.push(found)
    writeNested(walk, path, value, found)
    around.pop()
  }
}

/** @param source the owner of the `toJSON` that returned the value; else the value itself */
function writeNested(walk: Walk, path: string, value: object, source: object): void {
  const { mode } = walk
  if (mode === 'drop') return
  if (mode === 'stringify' || (Array.isArray(value) && (mode === 'flatten' || value.length === 0))) {
    const json = jsonString(value, source, walk.around)
    if (json !== '{}') writeLeaf(walk, path, json)
  } else {
    writeEntries(walk, value, `${path}.`)
  }
}

/** Stops growing at the limit: else the keys of a deep chain take up the square of its length. */
function join(prefix: string, key: string): string {
  return prefix.length > MAX_PROPERTY_LENGTH ? prefix : prefix + key
}

function cut(text: string): string {
  if (text.length <= MAX_PROPERTY_LENGTH) return text
  const splitsPair = (text.codePointAt(MAX_PROPERTY_LENGTH - 1) as number) > 0xffff
  return text.slice(0, splitsPair ? MAX_PROPERTY_LENGTH - 1 : MAX_PROPERTY_LENGTH)
}
