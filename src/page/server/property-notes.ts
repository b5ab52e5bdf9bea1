import { isJsonObject } from '../../segment/json-object'
import { MAX_PROPERTY_LENGTH } from '../../lib/heap/limits'
import type { JsonObject, PropertyNote } from '../protocol'

/** A page shows no more than this many properties of an event anyway. */
const MAX_LEAVES = 2000

const TAKEN = `Heap takes fewer than ${(MAX_PROPERTY_LENGTH + 1).toLocaleString('en')}`

/**
 * What of the mapped properties did not arrive as it was, found by comparing the two: nothing here knows the rules by
 * which the destination converts.
 */
export function propertyNotes(mapped: JsonObject[], arrived: JsonObject[]): PropertyNote[] {
  const stored = new Map(arrived.flatMap((properties) => Object.entries(properties)))
  const parents = new Set([...stored.keys()].flatMap(ancestors))
  return mapped.flatMap(leavesOf).flatMap(([path, value]) => noteOn(path, value, stored, parents) ?? [])
}

type Leaf = [path: string, value: unknown]

function leavesOf(properties: JsonObject): Leaf[] {
  const leaves: Leaf[] = []
  const waiting = Object.entries(properties).reverse()
  for (let next = waiting.pop(); next && leaves.length < MAX_LEAVES; next = waiting.pop()) {
    const [path, value] = next
    const inner = isJsonObject(value) ? Object.entries(value) : []
    if (inner.length === 0) leaves.push([path, value])
    else waiting.push(...inner.map(([key, item]): Leaf => [`${path}.${key}`, item]).reverse())
  }
  return leaves
}

function noteOn(
  path: string,
  value: unknown,
  stored: Map<string, unknown>,
  parents: Set<string>
): PropertyNote | undefined {
  if (stored.has(path)) return changed(path, value, stored.get(path))
  if (parents.has(path) || ancestors(path).some((parent) => stored.has(parent))) return undefined
  const name = [`_${path}`, `_${path.toLowerCase()}`].find((key) => stored.has(key))
  if (name !== undefined) {
    return { path, kind: 'renamed', storedAs: name, reason: `Heap forbids a property named ${path}` }
  }
  const start = cutNames(path).find((key) => stored.has(key))
  if (start !== undefined) {
    const reason = `a name of ${path.length} characters, cut to ${start.length}: ${TAKEN}`
    return { path, kind: 'cut', storedAs: start, reason }
  }
  return { path, kind: 'left out', reason: absence(path, value) }
}

function changed(path: string, value: unknown, arrived: unknown): PropertyNote | undefined {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  if (text === String(arrived)) return undefined
  if (typeof arrived === 'string' && arrived !== '' && text.startsWith(arrived)) {
    const reason = `${text.length} characters, cut to ${arrived.length}: ${TAKEN}`
    return { path, kind: 'cut', storedAs: path, reason }
  }
  const isScalar = typeof value !== 'object' && typeof arrived === typeof value
  return isScalar ? { path, kind: 'left out', reason: 'a later value has the same name' } : undefined
}

function absence(path: string, value: unknown): string {
  if (value === null) return 'null: Heap stores text, numbers and booleans'
  if (isJsonObject(value)) return 'an empty object: there is nothing to store'
  if (path === '') return 'a property without a name'
  if (path.includes('.') || Array.isArray(value)) return 'a nested value that this mapping does not send'
  return 'this action does not send it'
}

/** A surrogate pair at the limit makes it one shorter. */
function cutNames(path: string): string[] {
  if (path.length <= MAX_PROPERTY_LENGTH) return []
  return [path.slice(0, MAX_PROPERTY_LENGTH), path.slice(0, MAX_PROPERTY_LENGTH - 1)]
}

function ancestors(path: string): string[] {
  return [...path.matchAll(/\./g)].map(({ index }) => path.slice(0, index))
}
