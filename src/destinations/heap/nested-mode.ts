import type { NestedProperties } from '../../lib/flatten'

const MODES: readonly string[] = ['flatten', 'index', 'stringify', 'drop']

/** The mode that the field `nested_properties` chooses; core checks it against the field's choices. */
export function nestedMode({ nested_properties: mode = 'flatten' }: { nested_properties?: string }): NestedProperties {
  return isMode(mode) ? mode : 'flatten'
}

function isMode(mode: string): mode is NestedProperties {
  return MODES.includes(mode)
}
