import { createHash } from 'node:crypto'
import { isJsonObject } from '../../segment/json-object'
import { parseMessage } from '../../segment/message'
import type { SegmentMessage } from '../../segment/message'
import { textOfLine } from '../lines'
import type { Line } from '../lines'

export interface ReadOptions {
  /** Name of the file: part of the ids of messages that have none. */
  name: string
  /** The time of messages that have none. */
  startedAt: Date
}

/** The message of a line, why there is none, or undefined for an empty line. */
export function readEvent(line: Line, options: ReadOptions): ReadEvent | undefined {
  const read = textOfLine(line)
  if ('reason' in read || read.text === '') return 'reason' in read ? read : undefined
  return parseEvent({ text: read.text, position: line.start }, options)
}

type ReadEvent = { text: string; message: SegmentMessage } | { reason: string }

/** The same for the text of a line. */
export function parseEvent({ text, position }: { text: string; position: number }, options: ReadOptions): ReadEvent {
  const { name, startedAt } = options
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { reason: 'the line is not valid JSON' }
  }
  const result = parseMessage(withOwnTime(value), { receivedAt: startedAt })
  if ('error' in result) return { reason: result.error }
  const message = asRecorded(result.message, value)
  if (isJsonObject(value) && (value.messageId == null || value.messageId === '')) {
    // The same for the same line of the same file: sent again, it is the same event to Heap.
    const hash = createHash('sha256').update(`${name}\n${position}\n`).update(text)
    message.messageId = `backfill-${hash.digest('hex').slice(0, 32)}`
  }
  return { text, message }
}

/** An old call without `timestamp` happened when it was received, not now. */
function withOwnTime(value: unknown): unknown {
  if (!isJsonObject(value) || value.timestamp != null) return value
  return { ...value, timestamp: value.originalTimestamp ?? value.receivedAt ?? value.sentAt }
}

/** Segment has corrected the timestamps of what it archives; they stay. */
function asRecorded(message: SegmentMessage, value: unknown): SegmentMessage {
  if (!isJsonObject(value)) return message
  for (const field of ['originalTimestamp', 'receivedAt', 'sentAt'] as const) {
    const recorded = value[field]
    if (typeof recorded === 'string') message[field] = recorded
  }
  return message
}
