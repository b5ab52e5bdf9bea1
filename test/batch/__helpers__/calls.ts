import type { Event, Outcome } from './heap'

/** A payload of a batch, what Segment is to be told of it, and what Heap is to hold because of it. */
export interface Call {
  event: Event
  outcome: Outcome
  stored?: Event
}

const TIME = '2026-01-02T03:04:05.000Z'
const LIBRARY = { segment_library: 'batch-test' }

/** A refusal that Heap has no part in. */
export function refused(errormessage: RegExp): Outcome {
  return {
    status: 400,
    errormessage: expect.stringMatching(errormessage) as unknown,
    errortype: errormessage.source.includes('membership') ? 'INVALID_AUDIENCE_MEMBERSHIP' : 'PAYLOAD_VALIDATION_FAILED',
    errorreporter: 'INTEGRATIONS'
  }
}

function call(index: number, event: Event): Event {
  return { messageId: `message-${index}`, timestamp: TIME, context: { library: { name: 'batch-test' } }, ...event }
}

export function knownTrack(index: number, userId = `user-${index}`): Call {
  const event = call(index, { type: 'track', event: 'Ordered', userId, properties: { index, paid: true } })
  const properties = { index, paid: true, ...LIBRARY }
  const sent = { event: 'Ordered', identity: userId, properties, timestamp: TIME, idempotency_key: `message-${index}` }
  return { event, outcome: { status: 200, sent, body: {} }, stored: { ...sent, anonymous_id: null } }
}

export function anonymousTrack(index: number, anonymousId = `anonymous-${index}`, userId: string | null = null): Call {
  const event = call(index, { type: 'track', event: 'Seen', userId, anonymousId, properties: { index, paid: true } })
  const common = { event: 'Seen', timestamp: TIME, idempotency_key: `message-${index}` }
  const properties = { index: String(index), paid: 'true', ...LIBRARY }
  const sent = { ...common, user_identifier: { anonymous_id: anonymousId }, custom_properties: properties }
  const stored = { ...common, identity: null, anonymous_id: anonymousId, properties }
  return { event, outcome: { status: 200, sent, body: {} }, stored }
}

const INVALID_TRACKS: [Event, RegExp][] = [
  [{ userId: null }, /both `identity` and `anonymous_id`/],
  [{ event: ' ' }, /`event` is missing or blank/],
  [{ userId: 'u'.repeat(256) }, /`identity` has 256 characters/],
  [{ messageId: undefined }, /missing the required field 'message_id'/],
  [{ type: 'identify' }, /does not match the subscription/]
]

function invalidTrack(index: number): Call {
  const [fault, message] = INVALID_TRACKS[index % INVALID_TRACKS.length]
  return { event: { ...knownTrack(index).event, ...fault }, outcome: refused(message) }
}

const MIXED_TRACKS: ((index: number) => Call)[] = [
  (index) => knownTrack(index),
  (index) => anonymousTrack(index),
  invalidTrack,
  (index) => knownTrack(index, `regular-${index % 3}`),
  (index) => anonymousTrack(index, 'visitor'),
  (index) => anonymousTrack(index, `anonymous-${index}`, 'null'),
  (index) => knownTrack(index)
]

/** Track calls of known, anonymous and invalid users in turn, some of them often. */
export function mixedTracks(count: number): Call[] {
  return Array.from({ length: count }, (_, index) => MIXED_TRACKS[index % MIXED_TRACKS.length](index))
}

/** What a batch of property writes comes to: the outcome of each payload, and the users or accounts that Heap holds. */
export interface Writes {
  events: Event[]
  outcomes: Outcome[]
  stored: Event[]
}

interface Write {
  event: Event
  /** Absent: the payload is invalid. */
  id?: string
  properties?: Event
  refusal?: RegExp
}

/** Writes to one id become one entry, in order, which is what all of them sent. */
function written(writes: Write[], idName: string, body: unknown): Writes {
  const entries = new Map<string, { [key: string]: unknown; properties: Event }>()
  for (const { id, properties } of writes) {
    if (id === undefined) continue
    const entry = entries.get(id) ?? { [idName]: id, properties: {} }
    Object.assign(entry.properties, properties)
    entries.set(id, entry)
  }
  return {
    events: writes.map(({ event }) => event),
    outcomes: writes.map(({ id, refusal = /^$/ }) =>
      id === undefined ? refused(refusal) : { status: 200, sent: entries.get(id), body }
    ),
    stored: [...entries.values()]
  }
}

function identifyWrite(index: number): Write {
  const event = { type: 'identify', traits: { plan: `plan-${index}`, [`at ${index % 4}`]: index, ID: index } }
  const properties = { plan: `plan-${index}`, [`at ${index % 4}`]: index, _id: index }
  const id = index % 5 === 2 ? `regular-${index % 7}` : `user-${index}`
  if (index % 5 !== 4) return { event: call(index, { ...event, userId: id }), id, properties }
  return { event: call(index, { ...event, userId: null, anonymousId: 'a' }), refusal: /`user_id` is missing/ }
}

export function mixedIdentifies(count: number): Writes {
  const writes = Array.from({ length: count }, (_, index) => identifyWrite(index))
  return written(writes, 'identity', {})
}

const AUDIENCES = ['big_spenders', 'last_30days', 'Loyal Customers']

function audienceWrite(index: number): Write {
  const key = AUDIENCES[index % AUDIENCES.length]
  const form = index % 2 === 0 ? { type: 'identify' } : { type: 'track', event: 'Audience Entered' }
  const isMember = index % 5 !== 0
  const values = {
    [form.type === 'identify' ? 'traits' : 'properties']: { [key]: index % 7 === 6 ? 'maybe' : isMember }
  }
  const id = index % 4 === 1 ? `regular-${index % 10}` : `user-${index}`
  const context = { personas: { computation_class: 'audience', computation_key: key } }
  const event = call(index, { ...form, ...values, userId: id, context })
  if (index % 7 === 6) return { event, refusal: /Not an audience membership/ }
  return { event, id, properties: { [key === 'Loyal Customers' ? 'loyal_customers' : key]: isMember } }
}

export function mixedAudiences(count: number): Writes {
  const writes = Array.from({ length: count }, (_, index) => audienceWrite(index))
  return written(writes, 'identity', {})
}

function groupWrite(index: number): Write {
  const event = { type: 'group', userId: 'user-1', traits: { size: index, nested: { index } } }
  const properties = { size: index, 'nested.index': index }
  const id = index % 6 === 3 ? `regular-${index % 5}` : `account-${index}`
  if (index % 6 !== 5) return { event: call(index, { ...event, groupId: id }), id, properties }
  return { event: call(index, { ...event, groupId: 'null' }), refusal: /`account_id` is missing or a placeholder/ }
}

export function mixedGroups(count: number): Writes {
  const writes = Array.from({ length: count }, (_, index) => groupWrite(index))
  return written(writes, 'account_id', 'OK')
}
