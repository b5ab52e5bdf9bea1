import { PayloadValidationError } from '@segment/actions-core'
import type { ActionDefinition } from '@segment/actions-core'
import { flatten } from '../../../lib/flatten'
import type { FlatValue } from '../../../lib/flatten'
import { MAX_EVENT_NAME_LENGTH, MIN_PARTNER_IDEMPOTENCY_KEY_LENGTH } from '../../../lib/heap/limits'
import { nestedMode, userProperties } from '../../../lib/heap/properties'
import { isoTimestamp } from '../../../lib/iso-timestamp'
import { anonymousIdField, batchingFields, identityField, nestedProperties } from '../common-fields'
import type { Settings } from '../generated-types'
import type { HeapItem } from '../heap-api'
import { userIdentifier } from '../identifier'
import { send, sendBatch } from '../send'
import type { Payload } from './generated-types'

/** What a track, page or screen call becomes: one event, and the user's properties when traits are mapped. */
export function heapEvent(payload: Payload): HeapItem[] {
  const user = userIdentifier(payload)
  const event = eventName(payload)
  const properties = eventProperties(payload)
  const when = timestamp(payload)
  const messageId = idempotencyKey(payload)
  if ('anonymousId' in user) {
    const user_identifier = { anonymous_id: user.anonymousId }
    const key = partnerKey(messageId)
    const custom_properties = asStrings(properties)
    return [
      { call: 'partnerTrack', item: { event, user_identifier, custom_properties, ...when, idempotency_key: key } }
    ]
  }
  const item = { event, ...user, properties, ...when, idempotency_key: messageId, ...session(payload) }
  return [{ call: 'track', item }, ...('identity' in user ? traitsUpdate(payload, user.identity) : [])]
}

function eventName({ type, event }: Payload): string {
  if (type === 'page') return 'Page viewed'
  if (type === 'screen') return 'Screen viewed'
  if (!event || event.trim() === '') {
    throw new PayloadValidationError('No event name: `event` is missing or blank. Map it, usually to `$.event`.')
  }
  if (event.length <= MAX_EVENT_NAME_LENGTH) return event
  throw new PayloadValidationError(
    `\`event\` has ${event.length} characters; Heap takes at most ${MAX_EVENT_NAME_LENGTH}. Map a shorter name.`
  )
}

function eventProperties(payload: Payload): Record<string, FlatValue> {
  const named = (payload.type === 'page' || payload.type === 'screen') && payload.name ? { name: payload.name } : {}
  const segment_library = payload.library?.trim() || 'segment'
  return {
    ...flatten(payload.properties ?? {}, { mode: nestedMode(payload) }),
    ...flatten({ ...named, segment_library })
  }
}

function timestamp(payload: Payload): { timestamp?: string } {
  if (payload.timestamp === undefined || payload.timestamp === '') return {}
  const iso = isoTimestamp(payload.timestamp)
  if (iso !== undefined) return { timestamp: iso }
  throw new PayloadValidationError(
    `\`timestamp\` is not a point in time: "${payload.timestamp}". Map an ISO 8601 date, or Unix time in seconds or milliseconds.`
  )
}

function session({ session_id }: Payload): { session_id?: string } {
  const id = session_id?.trim()
  return id ? { session_id: id } : {}
}

function idempotencyKey({ message_id }: Payload): string {
  if (message_id.trim() !== '') return message_id
  throw new PayloadValidationError(
    'No message ID: `message_id` is blank, and without it a repeated delivery would count twice. Map it, usually to `$.messageId`.'
  )
}

function partnerKey(messageId: string): string {
  return messageId.length < MIN_PARTNER_IDEMPOTENCY_KEY_LENGTH ? `segment-${messageId}` : messageId
}

function asStrings(properties: Record<string, FlatValue>): Record<string, string> {
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, String(value)]))
}

function traitsUpdate(payload: Payload, identity: string): HeapItem[] {
  if (!payload.traits) return []
  const properties = userProperties(payload.traits, nestedMode(payload))
  return Object.keys(properties).length > 0 ? [{ call: 'userProperties', item: { identity, properties } }] : []
}

const action: ActionDefinition<Settings, Payload> = {
  title: 'Track Event',
  description: 'Send track, page and screen calls to Heap as events.',
  defaultSubscription: 'type = "track" and context.personas.computation_class != "audience"',
  fields: {
    message_id: {
      label: 'Message ID',
      description: "The event's own ID. Heap stores an event once per ID, so a repeated delivery changes nothing.",
      type: 'string',
      required: true,
      default: { '@path': '$.messageId' }
    },
    identity: identityField(
      'Identity',
      'The ID the user is known by in Heap, at most 255 characters. Placeholders such as `null` or `guest` count as absent.'
    ),
    anonymous_id: anonymousIdField(
      'Used when there is no identity. Heap joins these events to the user whose `anonymous_id` property has this value.'
    ),
    event: {
      label: 'Event Name',
      description:
        'The name of a track call, at most 1,024 characters. Page and screen calls become `Page viewed` and `Screen viewed`.',
      type: 'string',
      default: { '@path': '$.event' }
    },
    properties: {
      label: 'Properties',
      description: 'Sent as event properties. Keys and text values longer than 1,023 characters are cut.',
      type: 'object',
      defaultObjectUI: 'keyvalue',
      default: { '@path': '$.properties' }
    },
    timestamp: {
      label: 'Timestamp',
      description: 'When the event happened: a date, or Unix time in seconds or milliseconds. Sent as ISO 8601.',
      type: 'datetime',
      default: { '@path': '$.timestamp' }
    },
    type: {
      label: 'Call Type',
      description: 'The type of the Segment call: `track`, `page` or `screen`.',
      type: 'string',
      default: { '@path': '$.type' }
    },
    name: {
      label: 'Page or Screen Name',
      description: 'Sent as the property `name` of page and screen calls.',
      type: 'string',
      allowNull: true,
      default: { '@path': '$.name' }
    },
    traits: {
      label: 'User Properties',
      description:
        'Also updates the properties of an identified user, with one more request for each batch. Not sent without an identity, or with an event that Heap refuses.',
      type: 'object',
      defaultObjectUI: 'keyvalue'
    },
    heap_user_id: {
      label: 'Heap User ID',
      description:
        "Heap's own numeric ID of a visitor, as heap.userId has it in the page. An event without an identity then joins this visitor, by Heap's documented API and with its types kept. Not used beside an identity: https://developers.heap.io/reference/track-1",
      type: 'string',
      allowNull: true
    },
    session_id: {
      label: 'Session ID',
      description:
        "Heap's ID of the browser session that the event belongs to, as heap.getSessionId() has it in the page. Without it, Heap shows the event in a session of its own. Not sent for events that have an anonymous ID alone.",
      type: 'string',
      allowNull: true
    },
    nested_properties: nestedProperties,
    library: {
      label: 'Library',
      description: 'The Segment library the call came from, sent as the property `segment_library`.',
      type: 'string',
      unsafe_hidden: true,
      default: { '@path': '$.context.library.name' }
    },
    ...batchingFields
  },
  perform: (request, { settings, payload }) => send(request, settings, heapEvent(payload)),
  performBatch: (request, { settings, payload }) => sendBatch(request, settings, payload, heapEvent)
}

export default action
