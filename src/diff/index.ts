import { readEvent } from '../replay/backfill/read-event'
import type { Line } from '../replay/lines'
import { openLines, openSource } from '../replay/source'
import type { Source } from '../replay/source'
import { connectionFrom } from '../replay/target'
import type { ConnectionFlags } from '../replay/target'
import type { SegmentMessage } from '../segment/message'
import { compare } from './compare'
import { ReportBuilder } from './report'
import type { Report } from './report'
import { openSide } from './side'
import type { Side, SideFlags } from './side'

export { reportHtml } from './html'
export { reportText } from './text'
export type { Report }

export type DiffFlags = ConnectionFlags & SideFlags

interface Options {
  before: Side
  after: Side
  signal: AbortSignal
  onUnreadable: (where: string, reason: string) => void
}

/** Messages that go through both sides together, and bytes of them: what is held in memory. */
const MAX_MESSAGES = 1000
const MAX_BYTES = 4_000_000

interface Call {
  where: string
  message: SegmentMessage
}

/**
 * Runs every message of the files through both sides, without sending it, and reports what differs.
 * @throws CLIError when a file or flag is wrong
 */
export async function diff(
  paths: string[],
  flags: DiffFlags,
  heard: Pick<Options, 'signal' | 'onUnreadable'>
): Promise<Report> {
  const sources = await Promise.all(paths.map(openSource))
  const connection = await connectionFrom(flags)
  const [before, after] = [await openSide('before', flags, connection), await openSide('after', flags, connection)]
  const builder = new ReportBuilder()
  for (const source of sources) await diffSource(source, { before, after, ...heard }, builder)
  return builder.report({ before: before.requests, after: after.requests })
}

async function diffSource(source: Source, options: Options, builder: ReportBuilder): Promise<void> {
  const startedAt = new Date()
  const { lines } = openLines(source, { position: 0, line: 0 }, options.signal)
  let [calls, bytes]: [Call[], number] = [[], 0]
  for await (const chunk of lines) {
    for (const line of chunk) {
      const call = readCall(source, line, startedAt, options, builder)
      if (!call) continue
      calls.push(call)
      bytes += line.end - line.start
      if (calls.length < MAX_MESSAGES && bytes < MAX_BYTES) continue
      await compareAll(calls, options, builder)
      ;[calls, bytes] = [[], 0]
    }
  }
  await compareAll(calls, options, builder)
}

function readCall(
  { name, path }: Source,
  line: Line,
  startedAt: Date,
  { onUnreadable }: Options,
  builder: ReportBuilder
): Call | undefined {
  const read = readEvent(line, { name, startedAt })
  if (!read) return undefined
  const where = `${path}:${line.number}`
  if ('message' in read) return { where, message: read.message }
  builder.unreadable += 1
  onUnreadable(where, read.reason)
  return undefined
}

async function compareAll(calls: Call[], { before, after }: Options, builder: ReportBuilder): Promise<void> {
  const messages = calls.map(({ message }) => message)
  const [olds, news] = [await before.run(messages), await after.run(messages)]
  for (const [index, { where, message }] of calls.entries()) {
    const sides = { before: olds[index], after: news[index] }
    builder.add(compare(sides.before, sides.after), sides, { where, ...message })
  }
}
