/** Bytes of an object or array without what is in it, and of a member beside its name and value. */
const CONTAINER = 64
const MEMBER = 32
const ITEM = 8

/**
 * About how many bytes a value from `JSON.parse` takes: 32 KB of `[{},{},…]` are 800 KB as objects. For values that are
 * nested no deeper than messages may be.
 */
export function memoryCost(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 0
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + ITEM + memoryCost(item), CONTAINER)
  return Object.entries(value).reduce((sum, [key, item]) => sum + MEMBER + key.length + memoryCost(item), CONTAINER)
}
