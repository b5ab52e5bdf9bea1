import { randomUUID } from 'node:crypto'
import type { SegmentEvent } from '@segment/actions-core'
import { isoTimestamp } from '../lib/iso-timestamp'
import { isJsonObject } from './json-object'
import { nestingProblem } from './nesting'

export const MESSAGE_TYPES = ['identify', 'track', 'page', 'screen', 'group', 'alias'] as const
export type MessageType = (typeof MESSAGE_TYPES)[number]

/** A call as Segment hands it to destinations. Timestamps are ISO 8601; unknown fields of the call are kept. */
export interface SegmentMessage extends SegmentEvent {
  type: MessageType
  messageId: string
  timestamp: string
  originalTimestamp: string
  receivedAt: string
  sentAt?: string
  [field: string]: unknown
}

/**
 * Bytes of memory for a byte of a message's JSON, kept as text. Measured on Node 20 as heap after a collection over bytes of
 * JSON: 1.3 for usual messages of 0.8 KB, 1.0 for `[{},{},…]` and for 2,600 leaves under two long names, 2.0 for a text with
 * an emoji, because V8 takes two bytes a character then. As objects the same took 1.4, 21.3, 4.9 and 2.0.
 */
export const MEMORY_PER_JSON_BYTE = 2

export interface Arrival {
  /** The type that the route names; a message of another type is refused. */
  type?: MessageType
  receivedAt: Date
  /** The client's clock when it sent the request. A value that is not a date is ignored. */
  sentAt?: unknown
}

export type ParsedMessage = { message: SegmentMessage } | { error: string }

class Refusal extends Error {}

/** One call as an SDK sent it → the message, with `messageId` and the four timestamps filled in, or why it is refused. */
export function parseMessage(value: unknown, arrival: Arrival): ParsedMessage {
  try {
    return { message: toMessage(value, arrival) }
  } catch (error) {
    if (error instanceof Refusal) return { error: error.message }
    throw error
  }
}

function toMessage(value: unknown, arrival: Arrival): SegmentMessage {
  if (!isJsonObject(value)) throw new Refusal('the message must be a JSON object')
  const tooDeep = nestingProblem(value, 'the message')
  if (tooDeep !== undefined) throw new Refusal(`${tooDeep}; flatten its properties or traits`)
  const type = messageType(value.type, arrival.type)
  requireIdentifier(value)
  const { writeKey: _writeKey, sentAt: _sentAt, ...fields } = withoutNullContext(value)
  requireObject(fields.context, 'context')
  requireObject(fields.integrations, 'integrations')
  return { ...fields, type, messageId: messageId(value.messageId), ...timestamps(value.timestamp, arrival) }
}

function messageType(own: unknown, routeType?: MessageType): MessageType {
  const type = MESSAGE_TYPES.find((known) => known === (own ?? routeType))
  if (!type) throw new Refusal(`type must be one of ${MESSAGE_TYPES.join(', ')}; got ${shown(own)}`)
  if (routeType && type !== routeType) {
    throw new Refusal(`type is "${type}" but the request went to the route for ${routeType} calls`)
  }
  return type
}

function requireIdentifier({ userId, anonymousId }: Record<string, unknown>): void {
  const identified = isIdentifier(userId, 'userId')
  const anonymous = isIdentifier(anonymousId, 'anonymousId')
  if (!identified && !anonymous) throw new Refusal('userId and anonymousId are both missing; send at least one of them')
}

function isIdentifier(value: unknown, field: string): boolean {
  if (value === undefined || value === null) return false
  if (typeof value === 'number') return isExact(value, field)
  if (typeof value !== 'string') throw new Refusal(`${field} must be a string; got ${shown(value)}`)
  return value.trim() !== ''
}

/** JSON.parse rounds what is larger: two people could become one. */
function isExact(value: number, field: string): true {
  if (!Number.isInteger(value) || Number.isSafeInteger(value)) return true
  throw new Refusal(`${field} is a number too large to be read exactly; send it as a string`)
}

/** Core reads `context.personas.*` before any action runs: a null on that path makes it throw for the whole batch. */
export function withoutNullContext<Event extends Record<string, unknown>>(event: Event): Event {
  if (!isJsonObject(event) || !hasNullContext(event)) return event
  const fields: Record<string, unknown> = { ...event }
  for (const name of ['context', 'integrations']) if (fields[name] === null) delete fields[name]
  if (isJsonObject(fields.context) && fields.context.personas === null) {
    const { personas: _personas, ...context } = fields.context
    fields.context = context
  }
  return fields as Event
}

function hasNullContext({ context, integrations }: Record<string, unknown>): boolean {
  return context === null || integrations === null || (isJsonObject(context) && context.personas === null)
}

function requireObject(value: unknown, field: string): void {
  if (value !== undefined && !isJsonObject(value))
    throw new Refusal(`${field} must be a JSON object; got ${shown(value)}`)
}

function messageId(value: unknown): string {
  if (value === undefined || value === null || value === '') return `api-${randomUUID()}`
  if (typeof value !== 'string') throw new Refusal(`messageId must be a string; got ${shown(value)}`)
  return value
}

type Timestamps = Pick<SegmentMessage, 'timestamp' | 'originalTimestamp' | 'receivedAt' | 'sentAt'>

/**
 * `timestamp = receivedAt - (sentAt - originalTimestamp)`: what the client's clock is wrong by cancels out.
 * @see https://segment.com/docs/connections/spec/common/#timestamps
 */
function timestamps(original: unknown, { receivedAt, sentAt }: Arrival): Timestamps {
  const called = original === undefined || original === null ? receivedAt : parseDate(original)
  if (!called) throw new Refusal(`timestamp must be an ISO 8601 date; got ${shown(original)}`)
  const sent = parseDate(sentAt)
  const corrected = sent && new Date(receivedAt.getTime() - (sent.getTime() - called.getTime()))
  const originalTimestamp = called.toISOString()
  const isCorrected = original != null && corrected && !isNaN(corrected.getTime())
  return {
    timestamp: isCorrected ? corrected.toISOString() : originalTimestamp,
    originalTimestamp,
    receivedAt: receivedAt.toISOString(),
    ...(sent && { sentAt: sent.toISOString() })
  }
}

/** V8 finds a date in any text that ends in a number. */
const ISO_DATE = /^([+-]\d\d)?\d{4}-\d\d-\d\d/

function parseDate(value: unknown): Date | undefined {
  const iso = typeof value === 'string' && ISO_DATE.test(value) ? isoTimestamp(value) : undefined
  const date = iso === undefined ? undefined : new Date(iso)
  return date && !isNaN(date.getTime()) ? date : undefined
}

function shown(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object'
  if (typeof value !== 'string') return String(value)
  // Not cut: a part of a secret would no longer be known as one.
  return value.length > 40 ? `a text of ${value.length} characters` : `"${value}"`
}
