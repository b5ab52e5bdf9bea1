import type { SegmentMessage } from '../segment/message'
import { readEvent } from '../replay/backfill/read-event'
import { MAX_LINE_BYTES, readLines } from '../replay/lines'
import type { Line } from '../replay/lines'
import { openBytes } from '../replay/source'
import type { Source } from '../replay/source'

/** A call and where it stands, or why what stands there is none. */
export type ReadCall = { where: string } & ({ message: SegmentMessage } | { reason: string })

/** The calls of a file: one a line, or the whole file one call, or a list of them, as JSON. */
export async function* callsIn(source: Source, startedAt: Date, signal: AbortSignal): AsyncGenerator<ReadCall> {
  const bytes = openBytes(source, signal)
  const beginning = await takeAtMost(bytes, MAX_LINE_BYTES)
  const whole = wholeCalls(Buffer.concat(beginning))
  const lines = whole === undefined ? readLines(chain(beginning, bytes), { position: 0, line: 0 }) : [whole]
  for await (const chunk of lines) {
    for (const line of chunk) {
      const read = readEvent(line, { name: source.name, startedAt })
      if (read) yield { where: `${source.path}:${line.number}`, ...read }
    }
  }
}

async function takeAtMost(chunks: AsyncGenerator<Buffer>, limit: number): Promise<Buffer[]> {
  const taken: Buffer[] = []
  for (let length = 0; length <= limit; length += taken[taken.length - 1].length) {
    const next = await chunks.next()
    if (next.done) break
    taken.push(next.value)
  }
  return taken
}

async function* chain(beginning: Buffer[], rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield* beginning
  yield* rest
}

/** Undefined when the file is not one piece of JSON. */
function wholeCalls(bytes: Buffer): Line[] | undefined {
  try {
    const value = JSON.parse(bytes.toString().replace(/^\ufeff/, '')) as unknown
    return (Array.isArray(value) ? (value as unknown[]) : [value]).map((call, index) => ({
      number: index + 1,
      start: index,
      end: index + 1,
      bytes: Buffer.from(JSON.stringify(call))
    }))
  } catch {
    return undefined
  }
}
