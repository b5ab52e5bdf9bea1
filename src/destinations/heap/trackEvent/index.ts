import { PayloadValidationError } from '@segment/actions-core'
import type { ActionDefinition } from '@segment/actions-core'
import { flatten } from '../../../lib/flatten'
import type { FlatValue } from '../../../lib/flatten'
import { MAX_EVENT_NAME_LENGTH, MIN_PARTNER_IDEMPOTENCY_KEY_LENGTH } from '../../../lib/heap/limits'
import { nestedMode, userProperties } from '../../../lib/heap/properties'
import { isoTimestamp } from '../../../lib/iso-timestamp'
import { TRACK_CALLS } from '../../../lib/mapping-presets'
import type { Settings } from '../generated-types'
import type { HeapItem } from '../heap-api'
import { userIdentifier } from '../identifier'
import { send, sendBatch } from '../send'
import { fields } from './fields'
import type { Payload } from './generated-types'

/** What a track, page or screen call becomes: one event, and the user's properties when traits are mapped. */
export function heapEvent(payload: Payload): HeapItem[] {
  const user = userIdentifier(payload)
  const event = eventName(payload)
  const properties = eventProperties(payload)
  const when = timestamp(payload)
  const messageId = idempotencyKey(payload)
  if ('identity' in user) {
    const item = { event, identity: user.identity, properties, ...when, idempotency_key: messageId }
    return [{ call: 'track', item }, ...traitsUpdate(payload, user.identity)]
  }
  const item = {
    event,
    user_identifier: { anonymous_id: user.anonymousId },
    custom_properties: asStrings(properties),
    ...when,
    idempotency_key: partnerKey(messageId)
  }
  return [{ call: 'partnerTrack', item }]
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
    `\`timestamp\` is no point in time: "${payload.timestamp}". Map an ISO 8601 date, or Unix time in seconds or milliseconds.`
  )
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
  defaultSubscription: TRACK_CALLS,
  fields,
  perform: (request, { settings, payload }) => send(request, settings, heapEvent(payload)),
  performBatch: (request, { settings, payload }) => sendBatch(request, settings, payload, heapEvent)
}

export default action
