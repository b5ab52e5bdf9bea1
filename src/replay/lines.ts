import { isUtf8 } from 'node:buffer'

/** Segment takes 32 KB a message; a longer line than this is not a message, and is not held in memory. */
export const MAX_LINE_BYTES = 1_000_000

/** A place in a file's (decompressed) bytes. */
export interface Place {
  /** Bytes before it. */
  position: number
  /** Lines before it. */
  line: number
}

export interface Line {
  /** Counts from 1. */
  number: number
  start: number
  end: number
  /** Without its line end; absent when the line is longer than {@link MAX_LINE_BYTES}. */
  bytes?: Buffer
}

const NEWLINE = 10
const RETURN = 13

/** The lines from `from` on, chunk by chunk, of a stream that has so many bytes before it. Holds one line at most. */
export async function* readLines(chunks: AsyncIterable<Buffer>, from: Place, bytesBefore = 0): AsyncGenerator<Line[]> {
  const splitter = new Splitter(from)
  let left = bytesBefore
  for await (const chunk of chunks) {
    if (left > 0 && left <= chunk.length && chunk[left - 1] !== NEWLINE) splitter.goOnInLine()
    yield splitter.split(chunk.subarray(left))
    left = Math.max(0, left - chunk.length)
  }
  yield splitter.rest()
}

class Splitter {
  private parts: Buffer[] = []
  private held = 0
  private start: number
  private number: number

  constructor({ position, line }: Place) {
    this.start = position
    this.number = line
  }

  /** The line before has no end yet: whoever appends to a file may have begun with one. */
  goOnInLine(): void {
    this.number--
  }

  split(chunk: Buffer): Line[] {
    const lines: Line[] = []
    let from = 0
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      this.hold(chunk.subarray(from, at))
      lines.push(this.take(1))
      from = at + 1
    }
    this.hold(chunk.subarray(from))
    return lines
  }

  /** The last line, when no line end follows it. */
  rest(): Line[] {
    return this.held > 0 ? [this.take(0)] : []
  }

  private hold(part: Buffer): void {
    this.held += part.length
    if (this.held > MAX_LINE_BYTES) this.parts = []
    else if (part.length > 0) this.parts.push(part)
  }

  private take(lineEnd: number): Line {
    const end = this.start + this.held + lineEnd
    const bytes = this.held > MAX_LINE_BYTES ? undefined : withoutReturn(joined(this.parts))
    const line = { number: ++this.number, start: this.start, end, bytes }
    this.parts = []
    this.held = 0
    this.start = end
    return line
  }
}

function joined(parts: Buffer[]): Buffer {
  return parts.length === 1 ? parts[0] : Buffer.concat(parts)
}

function withoutReturn(bytes: Buffer): Buffer {
  return bytes[bytes.length - 1] === RETURN ? bytes.subarray(0, -1) : bytes
}

const BYTE_ORDER_MARK = '\ufeff'

/** A line as text without white space around it, or why it cannot be read. */
export function textOfLine({ bytes, start }: Line): { text: string } | { reason: string } {
  if (!bytes) return { reason: `the line is longer than ${MAX_LINE_BYTES} bytes` }
  if (!isUtf8(bytes)) return { reason: 'the line is not valid UTF-8' }
  const text = bytes.toString()
  return { text: (start === 0 && text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text).trim() }
}
