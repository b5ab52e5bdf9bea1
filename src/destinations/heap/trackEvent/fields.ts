import type { ActionDefinition } from '@segment/actions-core'
import { anonymousIdField, batchingFields, identityField, nestedProperties } from '../common-fields'
import type { Settings } from '../generated-types'

export const fields: ActionDefinition<Settings>['fields'] = {
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
    'Stands in when there is no identity. Heap joins these events to the user whose `anonymous_id` property has this value.'
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
  nested_properties: nestedProperties,
  library: {
    label: 'Library',
    description: 'The Segment library the call came from, sent as the property `segment_library`.',
    type: 'string',
    unsafe_hidden: true,
    default: { '@path': '$.context.library.name' }
  },
  ...batchingFields
}
