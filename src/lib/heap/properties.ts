import { flatten } from '../flatten'
import type { FlatValue, NestedProperties } from '../flatten'

/**
 * Traits as Heap user (or account) properties: flattened, and a property named `id`, in any casing, as `_id`.
 * Heap forbids the name `id`: https://developers.heap.io/reference/add-user-properties
 */
export function userProperties(traits: Record<string, unknown>, mode?: NestedProperties): Record<string, FlatValue> {
  const properties = flatten(traits, { mode })
  return Object.keys(properties).some(isForbidden) ? renameForbidden(properties) : properties
}

function isForbidden(key: string): boolean {
  return key.length === 2 && key.toLowerCase() === 'id'
}

function renameForbidden(properties: Record<string, FlatValue>): Record<string, FlatValue> {
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [isForbidden(key) ? '_id' : key, value]))
}

const MODES: readonly string[] = ['flatten', 'index', 'stringify', 'drop']

/** The mode that the field `nested_properties` chooses; core checks it against the field's choices. */
export function nestedMode({ nested_properties: mode = 'flatten' }: { nested_properties?: string }): NestedProperties {
  return isMode(mode) ? mode : 'flatten'
}

function isMode(mode: string): mode is NestedProperties {
  return MODES.includes(mode)
}
