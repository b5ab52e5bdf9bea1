import { MAX_PROPERTY_LENGTH } from '../lib/heap/limits'

/** Bytes of an object or array without what is in it, and of an item or member beside its name and value. */
const CONTAINER = 64
const ITEM = 8
const MEMBER = 32

/** An object with so many members is a hash table, most likely with names that no other object has. */
const MANY_MEMBERS = 100
const MEMBER_OF_MANY = 192

/** Beyond this, names above a value count once more for it. */
const MAX_USUAL_PATH = 100

/**
 * About how many bytes a value from `JSON.parse` takes: 32 KB of `[{},{},…]` are 800 KB as objects. For values that are
 * nested no deeper than messages may be. `path` is the length of the names above it: flattened, each leaf bears them all.
 */
export function memoryCost(value: unknown, path = 0): number {
  if (typeof value !== 'object' || value === null)
    return longPath(path) + (typeof value === 'string' ? value.length : 0)
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + ITEM + memoryCost(item, path), CONTAINER)
  const members = Object.entries(value)
  const each = members.length > MANY_MEMBERS ? MEMBER_OF_MANY : MEMBER
  return members.reduce((sum, [key, item]) => sum + each + key.length + memoryCost(item, path + key.length), CONTAINER)
}

/** Names of usual lengths are in {@link MEMBER}. */
function longPath(path: number): number {
  return Math.max(0, Math.min(path, MAX_PROPERTY_LENGTH) - MAX_USUAL_PATH)
}
