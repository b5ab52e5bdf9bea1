import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { Errors } from '@oclif/core'
import { isJsonObject } from '../../segment/json-object'
import { readJson } from '../json-file'
import { readLines } from '../lines'
import type { Place } from '../lines'
import { openLines } from '../source'
import type { Source } from '../source'
import { readEvent } from './read-event'
import type { Journal } from './journal'
import type { OpenLine, Rejection, Totals } from './line-outcome'

/** What version 0.1.0 has left beside a file. */
interface OldCheckpoint extends Place {
  options: string
  print?: string
  /** Lines before `position` without an outcome; `routes` as in {@link OpenLine.owed}. */
  unsettled: (Place & { routes?: number[] })[]
  rejectedBytes: number
  totals: Omit<Totals, 'read'>
}

/** Standard input is another one the next time: its rejected lines bear the time of the run. */
export function rejectedPath({ pathPrefix, isStdin }: Source, startedAt: Date): string {
  const time = isStdin ? `.${startedAt.toISOString().replace(/[-:.]/g, '')}` : ''
  return `${pathPrefix}${time}.rejected.ndjson`
}

/** Moves an old checkpoint, if there is one, and its rejected lines into the journal, once. @throws CLIError */
export async function takeOldCheckpoint(
  source: Source,
  journal: Journal,
  { startedAt, subscriptions }: { startedAt: Date; subscriptions: unknown[] }
): Promise<void> {
  const path = `${source.pathPrefix}.checkpoint.json`
  const found = await readJson(path)
  if (found === undefined) return
  if (!isOldCheckpoint(found, subscriptions.length)) {
    throw new Errors.CLIError(`${path} is not a checkpoint of a backfill: move it away to start over`)
  }
  const { options, print: fingerprint, position, line, totals, unsettled } = found
  const read = totals.delivered + totals.rejected + totals.skipped + unsettled.length
  const standing = { options, fingerprint, at: { position, line }, totals: { ...totals, read } }
  const open = await unsettledLines(source, found, startedAt)
  if (open.length < unsettled.length) throw journal.differs(path)
  const rejections = await rejectionsIn(rejectedPath(source, startedAt), found.rejectedBytes)
  await journal.take(standing, open, rejections, path)
  await rm(path)
}

/** The file has them; the checkpoint only says where. */
async function unsettledLines(
  source: Source,
  { position, unsettled }: OldCheckpoint,
  startedAt: Date
): Promise<OpenLine[]> {
  const wanted = new Map(unsettled.map((place) => [place.position, place.routes]))
  const [first] = [...unsettled].sort((one, other) => one.position - other.position)
  const found: OpenLine[] = []
  for await (const chunk of first ? openLines(source, first, new AbortController().signal).lines : []) {
    for (const line of chunk) {
      const read = wanted.has(line.start) ? readEvent(line, { name: source.name, startedAt }) : undefined
      if (!read || 'reason' in read) continue
      found.push({ position: line.start, line: line.number, text: read.text, owed: wanted.get(line.start) })
    }
    if (chunk.some(({ end }) => end >= position)) break
  }
  return found
}

async function rejectionsIn(path: string, bytes: number): Promise<Rejection[]> {
  const rejections: Rejection[] = []
  if (bytes === 0) return rejections
  for await (const chunk of readLines(createReadStream(path, { end: bytes - 1 }), { position: 0, line: 0 })) {
    for (const line of chunk) if (line.bytes) rejections.push(JSON.parse(line.bytes.toString()) as Rejection)
  }
  return rejections
}

function isOldCheckpoint(value: unknown, subscriptions: number): value is OldCheckpoint {
  if (!isPlace(value) || value.version !== 1 || !isJsonObject(value.totals) || !Array.isArray(value.unsettled))
    return false
  const { delivered, rejected, skipped } = value.totals
  const isUnsettled = (place: unknown) =>
    isPlace(place) && [place.routes ?? []].flat().every((route) => isCount(route) && Number(route) < subscriptions)
  return [value.rejectedBytes, delivered, rejected, skipped].every(isCount) && value.unsettled.every(isUnsettled)
}

function isPlace(value: unknown): value is Record<string, unknown> {
  return isJsonObject(value) && isCount(value.position) && isCount(value.line)
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0
}
