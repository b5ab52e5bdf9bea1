import { warn } from './warn'

/** An object's entries. Tells of anything else that was mapped to `field`; without a mapped value there are none. */
export function record(value: unknown, field: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  if (value !== undefined && value !== null) warn(`\`${field}\` must be an object: the mapped value is not sent`)
  return {}
}
