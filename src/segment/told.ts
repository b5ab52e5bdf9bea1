import { isJsonObject } from './json-object'
import type { EventRequest } from './requests-by-event'
import { textOf } from './calls/sent-leaves'

/** One thing that an event tells Heap, in a request of its own or as an item of one. */
export interface Told {
  /** `event`, `user`, `account`, or `link` of a Heap user to an identity. */
  about: 'event' | 'user' | 'account' | 'link'
  /** `heapanalytics.com/api/track` */
  endpoint: string
  owner: Owner
  properties: Map<string, unknown>
  /** What else it says: `event`, `timestamp`, `idempotency_key`. */
  fields: Map<string, unknown>
}

/** Who it is about. */
export interface Owner {
  kind: 'identity' | 'Heap user ID' | 'anonymous ID' | 'email' | 'account' | 'nobody'
  id: string
}

/** What a request tells Heap, item by item. */
export function toldBy({ url, body }: EventRequest): Told[] {
  const [endpoint] = url.replace(/^https?:\/\//, '').split('?')
  const whole = bodyOf(body)
  const lists = Object.values(whole).filter(Array.isArray)
  const items: unknown[] = lists.length > 0 ? lists.flat() : [whole]
  return items.filter(isJsonObject).map((item) => toldIn(endpoint, item))
}

function bodyOf(body: unknown): object {
  if (typeof body !== 'string') return Object(body) as object
  try {
    return Object(JSON.parse(body)) as object
  } catch {
    return { body }
  }
}

/** The keys that Heap's endpoints have for whom an item is about; the first that is there counts. */
const OWNER_KEYS: [Owner['kind'], string][] = [
  ['account', 'account_id'],
  ['identity', 'identity'],
  ['identity', 'user_identifier.identity'],
  ['Heap user ID', 'user_id'],
  ['Heap user ID', 'user_identifier.user_id'],
  ['anonymous ID', 'user_identifier.anonymous_id'],
  ['email', 'user_identifier.email']
]

function toldIn(endpoint: string, item: Record<string, unknown>): Told {
  const { properties, custom_properties: custom, app_id: _app, library: _library, ...rest } = item
  const fields = leavesOf(rest)
  const [kind, key] = OWNER_KEYS.find(([, each]) => fields.has(each)) ?? (['nobody', ''] as const)
  const owner: Owner = { kind, id: textOf(fields.get(key) ?? '') }
  // A link is from one ID to another: neither is left out.
  const about = aboutOf(item)
  if (about !== 'link') fields.delete(key)
  return { about, endpoint, owner, properties: leavesOf(properties ?? custom), fields }
}

function aboutOf(item: Record<string, unknown>): Told['about'] {
  if ('event' in item) return 'event'
  if ('account_id' in item) return 'account'
  return 'properties' in item || 'custom_properties' in item ? 'user' : 'link'
}

/** The values by their paths; a list is one value. */
function leavesOf(object: unknown, leaves = new Map<string, unknown>(), prefix = ''): Map<string, unknown> {
  if (!isJsonObject(object)) return leaves
  for (const key of Object.keys(object)) {
    const value = object[key]
    if (isJsonObject(value)) leavesOf(value, leaves, `${prefix}${key}.`)
    else if (value !== undefined) leaves.set(prefix + key, value)
  }
  return leaves
}
