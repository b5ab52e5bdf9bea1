import { realId } from '../../lib/heap/identity'
import { MAX_IDENTITY_LENGTH } from '../../lib/heap/limits'
import { userProperties } from '../../lib/heap/properties'
import type { HeapSdk } from './heap-sdk'
import { warn } from './warn'

/** Who Heap has been told that this page's visitor is. A page has one Heap, and so one visitor. */
let identity: string | undefined
/** The `anonymous_id` that the visitor's user in Heap has got from this page. */
let anonymousId: string | undefined

/** Placeholders are nobody; `field` is where the id was mapped. */
export function identifyVisitor(heap: HeapSdk, id: unknown, field: string): void {
  const known = realId(id)
  if (known === undefined) return
  if (known.length > MAX_IDENTITY_LENGTH) {
    return warn(`An identity of ${known.length} characters in \`${field}\` is too long for Heap: it is not sent`)
  }
  if (known !== identity) anonymousId = undefined
  identity = known
  heap.identify(known)
}

/** Sets traits and `anonymous_id` as user properties; `id` may be null. */
export function describeVisitor(heap: HeapSdk, traits: Record<string, unknown>, id: unknown): void {
  const anonymous = realId(id)
  const properties = userProperties(anonymous === undefined ? traits : { ...traits, anonymous_id: anonymous })
  anonymousId = anonymous ?? anonymousId
  if (Object.keys(properties).length > 0) heap.addUserProperties(properties)
}

/** Whether Heap's present user has the `anonymous_id` already. */
export function hasAnonymousId(id: unknown): boolean {
  return realId(id) === anonymousId
}

/** The next person at this page is another user. */
export function forgetVisitor(heap: HeapSdk): void {
  identity = undefined
  anonymousId = undefined
  heap.resetIdentity()
}
