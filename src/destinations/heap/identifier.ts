import { PayloadValidationError } from '@segment/actions-core'
import { realId } from '../../lib/heap/identity'
import { MAX_HEAP_USER_ID, MAX_IDENTITY_LENGTH, MAX_PROPERTY_LENGTH } from '../../lib/heap/limits'

/** Who an event belongs to. An event without an identifier cannot be expressed. */
export type UserIdentifier = { identity: string } | { user_id: string } | { anonymousId: string }

interface Ids {
  identity?: unknown
  heap_user_id?: unknown
  anonymous_id?: unknown
}

/**
 * The identity if there is a real one, else Heap's own ID of the visitor, else the anonymous ID. Heap takes an identity
 * or a user_id, never both. Throws a `PayloadValidationError` without any of them.
 */
export function userIdentifier(ids: Ids): UserIdentifier {
  const identity = knownIdentity(ids.identity, 'identity')
  if (identity !== undefined) return { identity }
  const userId = knownHeapUserId(ids.heap_user_id)
  if (userId !== undefined) return { user_id: userId }
  const anonymousId = knownAnonymousId(ids.anonymous_id)
  if (anonymousId !== undefined) return { anonymousId }
  throw new PayloadValidationError(
    'No user: both `identity` and `anonymous_id` are missing or placeholders. Map one of them, usually from `$.userId` and `$.anonymousId`.'
  )
}

/** Like {@link userIdentifier} where Heap takes no anonymous id. `field` is the mapping field the error names. */
export function requiredIdentity(value: unknown, field: string): string {
  const identity = knownIdentity(value, field)
  if (identity !== undefined) return identity
  throw new PayloadValidationError(
    `No identity: \`${field}\` is missing or a placeholder. Map it to the id the user is known by, usually \`$.userId\`.`
  )
}

/**
 * As long as a property value at most, because it is also the `anonymous_id` property that joins events to a person.
 * Throws a `PayloadValidationError` when longer: cutting would merge people.
 */
export function knownAnonymousId(value: unknown): string | undefined {
  return withinLimit(realId(value), MAX_PROPERTY_LENGTH, 'anonymous_id')
}

/** Heap's own numeric ID of a user as a string of digits. Throws a `PayloadValidationError` for anything else. */
export function knownHeapUserId(value: unknown): string | undefined {
  const userId = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : ''
  if (userId === '') return undefined
  if (/^\d+$/.test(userId) && Number(userId) <= MAX_HEAP_USER_ID) return userId
  throw new PayloadValidationError(
    `\`heap_user_id\` must be Heap's own user ID, a number from 0 to ${MAX_HEAP_USER_ID}, but is "${userId}". Map the value of heap.userId, or nothing.`
  )
}

function knownIdentity(value: unknown, field: string): string | undefined {
  return withinLimit(realId(value), MAX_IDENTITY_LENGTH, field)
}

function withinLimit(id: string | undefined, limit: number, field: string): string | undefined {
  if (id === undefined || id.length <= limit) return id
  throw new PayloadValidationError(
    `\`${field}\` has ${id.length} characters; Heap takes at most ${limit}, and cutting it could merge people. Map a shorter id.`
  )
}
