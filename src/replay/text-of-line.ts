import { isUtf8 } from 'node:buffer'
import { MAX_LINE_BYTES } from './lines'
import type { Line } from './lines'

const BYTE_ORDER_MARK = '\ufeff'

/** A line as text without white space around it, or why it cannot be read. */
export function textOfLine({ bytes, start }: Line): { text: string } | { reason: string } {
  if (!bytes) return { reason: `the line is longer than ${MAX_LINE_BYTES} bytes` }
  if (!isUtf8(bytes)) return { reason: 'the line is not valid UTF-8' }
  const text = bytes.toString()
  return { text: (start === 0 && text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text).trim() }
}
