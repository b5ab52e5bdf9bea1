import { createHash } from 'node:crypto'
import { isJsonObject } from '../../segment/json-object'
import { parseMessage } from '../../segment/message'
import type { SegmentMessage } from '../../segment/message'
import type { Line } from '../lines'
import { textOfLine } from '../text-of-line'

export interface ReadOptions {
  /** Of the file: part of the ids of messages that have none. */
  name: string
  /** The time of messages that have none. */
  startedAt: Date
}

/** The message of a line, why there is none, or undefined for an empty line. */
export function readEvent(
  line: Line,
  options: ReadOptions
): { message: SegmentMessage } | { reason: string } | undefined {
  const read = textOfLine(line)
  if ('reason' in read) return read
  if (read.text === '') return undefined
  const value = parsed(read.text)
  if (value === undefined) return { reason: 'the line is not valid JSON' }
  const result = parseMessage(withOwnTime(value), { receivedAt: options.startedAt })
  if ('error' in result) return { reason: result.error }
  return { message: asRecorded(result.message, value, line, options) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** An old call without `timestamp` happened when it was received, not now. */
function withOwnTime(value: unknown): unknown {
  if (!isJsonObject(value) || value.timestamp != null) return value
  return { ...value, timestamp: value.originalTimestamp ?? value.receivedAt ?? value.sentAt }
}

/** Segment has corrected the timestamps of what it archives; they stay. */
function asRecorded(message: SegmentMessage, value: unknown, line: Line, { name }: ReadOptions): SegmentMessage {
  if (!isJsonObject(value)) return message
  for (const field of ['originalTimestamp', 'receivedAt', 'sentAt'] as const) {
    const recorded = value[field]
    if (typeof recorded === 'string') message[field] = recorded
  }
  if (value.messageId == null || value.messageId === '') message.messageId = idOf(name, line)
  return message
}

/** The same for the same line of the same file: sent again, it is the same event to Heap. */
function idOf(name: string, { start, bytes }: Line): string {
  const hash = createHash('sha256').update(`${name}\n${start}\n`)
  return `backfill-${hash
    .update(bytes ?? '')
    .digest('hex')
    .slice(0, 32)}`
}
