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
import type { ReadOptions } from './read-event'
import type { Rejection } from './rejection'
import { differs, rejectedPath, requireSame } from './run-store'
import type { OpenLine } from './ledger'
import type { RunStore, Standing } from './run-store'

/** What version 0.1.0 has left beside a file. */
interface OldCheckpoint extends Place {
  options: string
  print?: string
  /** Lines before `position` without an outcome; `routes` as in {@link OpenLine.owed}. */
  unsettled: (Place & { routes?: number[] })[]
  rejectedBytes: number
  totals: { delivered: number; rejected: number; skipped: number }
}

interface Taking extends Omit<ReadOptions, 'name'> {
  subscriptions: unknown[]
}

/** Moves an old checkpoint and its rejected lines into the store, once. Undefined when there is none. @throws CLIError */
export async function takeOldCheckpoint(
  source: Source,
  store: RunStore,
  options: string,
  { startedAt, subscriptions }: Taking
): Promise<Standing | undefined> {
  const path = `${source.pathPrefix}.checkpoint.json`
  const found = await readJson(path)
  if (found === undefined) return undefined
  if (!isOldCheckpoint(found, subscriptions.length)) {
    throw new Errors.CLIError(`${path} is no checkpoint of a backfill; move it away to begin anew`)
  }
  const { position, line, print, totals, unsettled } = found
  const at = { position, line }
  await requireSame(source, { options: found.options, fingerprint: print, at }, options, path)
  const open = await openLinesOf(source, found, { name: source.name, startedAt }, path)
  const read = totals.delivered + totals.rejected + totals.skipped + unsettled.length
  const standing = { options, fingerprint: print, at, totals: { ...totals, read } }
  await store.take(standing, open, await rejectionsIn(rejectedPath(source, startedAt), found.rejectedBytes))
  await rm(path)
  return standing
}

/** The file has them; the checkpoint only says where. */
async function openLinesOf(
  source: Source,
  { position, unsettled }: OldCheckpoint,
  options: ReadOptions,
  path: string
): Promise<OpenLine[]> {
  const wanted = new Map(unsettled.map((place) => [place.position, place]))
  const [first] = [...unsettled].sort((one, other) => one.position - other.position)
  const open: OpenLine[] = []
  if (!first) return open
  const stop = new AbortController()
  for await (const chunk of openLines(source, first, stop.signal).lines) {
    for (const line of chunk) {
      const place = wanted.get(line.start)
      const read = place && readEvent(line, options)
      if (read && 'message' in read) {
        open.push({ position: line.start, line: line.number, message: read.message, owed: place.routes })
      }
    }
    if (chunk.some(({ end }) => end >= position)) break
  }
  if (open.length < wanted.size) throw differs(source, path)
  return open
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
  if (!isPlace(value) || value.version !== 1 || typeof value.options !== 'string') return false
  if (!['string', 'undefined'].includes(typeof value.print) || !isCount(value.rejectedBytes)) return false
  const { unsettled, totals } = value
  if (!Array.isArray(unsettled) || !unsettled.every((place) => isUnsettled(place, subscriptions))) return false
  return isJsonObject(totals) && ['delivered', 'rejected', 'skipped'].every((name) => isCount(totals[name]))
}

function isUnsettled(value: unknown, subscriptions: number): boolean {
  if (!isPlace(value)) return false
  const { routes = [] } = value
  return Array.isArray(routes) && routes.every((route) => isCount(route) && Number(route) < subscriptions)
}

function isPlace(value: unknown): value is Record<string, unknown> {
  return isJsonObject(value) && isCount(value.position) && isCount(value.line)
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0
}
