import type { SentProperties } from './accept'
import { MAX_JOINED_ARRAY_CHARACTERS } from './limits'

export type StoredValue = string | number | boolean
export type StoredProperties = Record<string, StoredValue>

/**
 * What Heap keeps of accepted properties: nested objects are dropped, arrays become one string joined with `||`.
 * Heap documents the join for track calls; for user and account properties it is this emulator's assumption.
 * https://developers.heap.io/reference/track-1
 */
export function storedEntries(sent: SentProperties = {}): [string, StoredValue][] {
  return Object.entries(sent).flatMap(([key, value]): [string, StoredValue][] => {
    const kept = Array.isArray(value) ? joined(value) : value
    return isScalar(kept) ? [[key, kept]] : []
  })
}

function joined(items: unknown[]): string {
  return items.filter(isScalar).join('||').slice(0, MAX_JOINED_ARRAY_CHARACTERS)
}

function isScalar(value: unknown): value is StoredValue {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}
