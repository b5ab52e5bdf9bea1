import type { ActionDefinition } from '@segment/actions-core'
import { nestedMode, userProperties } from '../../../lib/heap/properties'
import { send, sendBatch } from '../send'
import { anonymousIdField, batchingFields, identityField, nestedProperties } from '../common-fields'
import type { Settings } from '../generated-types'
import type { HeapItem } from '../heap-api'
import { knownAnonymousId, knownHeapUserId, requiredIdentity } from '../identifier'
import type { Payload } from './generated-types'

/** What an identify call becomes: the user's properties, after the link to an anonymous Heap user if one is mapped. */
export function heapUser(payload: Payload): HeapItem[] {
  const identity = requiredIdentity(payload.user_id, 'user_id')
  const anonymousId = knownAnonymousId(payload.anonymous_id)
  const properties = userProperties(payload.traits ?? {}, nestedMode(payload))
  if (anonymousId !== undefined) properties.anonymous_id = anonymousId
  return [...userLink(payload, identity), { call: 'userProperties', item: { identity, properties } }]
}

function userLink({ heap_user_id }: Payload, identity: string): HeapItem[] {
  const userId = knownHeapUserId(heap_user_id)
  return userId === undefined ? [] : [{ call: 'identify', item: { user_id: userId, identity } }]
}

const action: ActionDefinition<Settings, Payload> = {
  title: 'Identify User',
  description: 'Set user properties in Heap from identify calls.',
  defaultSubscription: 'type = "identify" and context.personas.computation_class != "audience"',
  fields: {
    user_id: identityField(
      'Identity',
      'The ID the user is known by in Heap, at most 255 characters. Placeholders such as `null` or `guest` are refused, because people merged in Heap cannot be separated again.'
    ),
    anonymous_id: anonymousIdField(
      'Sent as the user property `anonymous_id`, by which Heap joins anonymous server events to this user.'
    ),
    traits: {
      label: 'Traits',
      description: 'Sent as user properties. A trait named `id` is sent as `_id`, because Heap forbids `id`.',
      type: 'object',
      defaultObjectUI: 'keyvalue',
      default: { '@path': '$.traits' }
    },
    heap_user_id: {
      label: 'Heap User ID',
      description:
        "Heap's own numeric ID of an anonymous user, to be merged into the identity with one more request per event. Heap takes 1 identity for a Heap user ID and 10 Heap user IDs for an identity a month, and silently ignores more: https://developers.heap.io/reference/identify-1",
      type: 'string',
      allowNull: true
    },
    nested_properties: nestedProperties,
    ...batchingFields
  },
  perform: (request, { settings, payload }) => send(request, settings, heapUser(payload)),
  performBatch: (request, { settings, payload }) => sendBatch(request, settings, payload, heapUser)
}

export default action
