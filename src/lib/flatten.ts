import type { Frame } from './frame'
import { isOnTheWay, leave, newFrame, rootOf } from './frame'
import { isObject, jsonString, jsonValue } from './json-value'
import { setOwn } from './set-own'

/** What becomes of objects and arrays, see {@link flatten}. */
export type NestedProperties = 'flatten' | 'index' | 'stringify' | 'drop'

export type FlatValue = string | number | boolean

/**
 * Longest key and string value, in UTF-16 units: Heap takes "fewer than 1024 characters".
 * @see https://developers.heap.io/reference/bulk-track
 */
export const MAX_LENGTH = 1023

/** Ends the walk through objects that a getter or a `toJSON` makes anew without end. */
const MAX_DEPTH = 1000000

function cut(text: string): string {
  if (text.length <= MAX_LENGTH) {
    return text
  }
  const splitsPair = (text.codePointAt(MAX_LENGTH - 1) as number) > 0xffff
  return text.slice(0, splitsPair ? MAX_LENGTH - 1 : MAX_LENGTH)
}

function read(object: object, key: string): unknown {
  try {
    return (object as Record<string, unknown>)[key]
  } catch {
    return undefined
  }
}

function isText(value: object, mode: NestedProperties): boolean {
  return mode === 'stringify' || (Array.isArray(value) && (mode === 'flatten' || value.length === 0))
}

/** Stops growing at the limit: else the keys of a deep chain take up the square of its length. */
function join(prefix: string, key: string): string {
  return prefix.length > MAX_LENGTH ? prefix : prefix + key
}

/** A frame to go on with, or the value to write. */
function enter(source: object, path: string, frame: Frame, mode: NestedProperties): unknown {
  try {
    const value = isOnTheWay(source, frame) ? undefined : jsonValue(source, frame.keys[frame.next - 1])
    if (!isObject(value)) {
      return value
    }
    if (mode === 'drop' || (value !== source && isOnTheWay(value, frame))) {
      return undefined
    }
    if (isText(value, mode)) {
      const json = jsonString(value, source, (object) => isOnTheWay(object, frame))
      return json === '{}' ? undefined : json
    }
    return newFrame(value, source, join(path, '.'), frame)
  } catch {
    return undefined
  }
}

function start(properties: unknown): Frame | undefined {
  try {
    const root = isObject(properties) ? jsonValue(properties, '') : undefined
    return isObject(root) && !Array.isArray(root) ? newFrame(root, properties as object, '', undefined) : undefined
  } catch {
    return undefined
  }
}

function write(flat: Record<string, FlatValue>, path: string, value: unknown): void {
  if (typeof value === 'string') {
    setOwn(flat, cut(path), cut(value))
  } else if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) {
    setOwn(flat, cut(path), value)
  } else if (typeof value === 'bigint') {
    setOwn(flat, cut(path), cut(value.toString()))
  }
}

/** Walks from where the frame was left to a nested object or to its end. */
function advance(frame: Frame, mode: NestedProperties, flat: Record<string, FlatValue>): Frame | undefined {
  const { keys, object, prefix } = frame
  while (frame.next < keys.length) {
    const key = keys[frame.next++]
    const path = join(prefix, key)
    const found = path === '' ? undefined : read(object, key)
    const value = isObject(found) ? enter(found, path, frame, mode) : found
    if (isObject(value)) {
      const child = value as Frame
      return child.depth > MAX_DEPTH ? rootOf(child) : child
    }
    write(flat, path, value)
  }
  return leave(frame)
}

/**
 * Makes nested properties one level deep, as Heap takes them. Never throws and never changes its input; of two paths to one key the
 * later wins. What no mode can express is left out: null, NaN, functions, `{}`, a reference that closes a cycle.
 *
 * - `flatten` (default): entries of objects under `parent.child`, an array as one JSON string
 * - `index`: arrays taken apart too, under `parent.0`
 * - `stringify`: an object or array at the top level as one JSON string
 * - `drop`: no objects or arrays
 *
 * @example
 * flatten({ foo: { bar: 'a', list: [1, { b: 2 }] } })
 * // { 'foo.bar': 'a', 'foo.list': '[1,{"b":2}]' }
 */
export function flatten(
  properties: Record<string, unknown>,
  { mode = 'flatten' }: { mode?: NestedProperties } = {}
): Record<string, FlatValue> {
  const flat: Record<string, FlatValue> = {}
  let frame = start(properties)
  while (frame) {
    frame = advance(frame, mode, flat)
  }
  return flat
}
