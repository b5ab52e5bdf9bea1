import { Errors } from '@oclif/core'
import { isJsonObject } from '../../segment/json-object'
import { readJson, writeAtomically } from '../durable-file'
import type { Place } from '../lines'

export interface Totals {
  /** Lines whose message was delivered. */
  delivered: number
  /** Lines that Heap, or the destination, refused for good, and lines that cannot be read. */
  rejected: number
  /** Messages out of the time range, not meant for Heap, or of no subscription. */
  skipped: number
}

export interface Unsettled extends Place {
  /** Indexes of the subscriptions that have not delivered it; absent when none of them has. */
  routes?: number[]
}

/** All that a run needs to go on where another was cut off. */
export interface Checkpoint extends Place {
  version: 1
  /** Hash of the options that decide what is sent where. */
  options: string
  /** Tells the file from another, or from one that was changed since. */
  print?: string
  /** Lines before `position` that have no outcome yet. */
  unsettled: Unsettled[]
  /** Length of the file of rejected lines. */
  rejectedBytes: number
  totals: Totals
}

export const NOTHING: Totals = { delivered: 0, rejected: 0, skipped: 0 }

export function checkpointPath(pathPrefix: string): string {
  return `${pathPrefix}.checkpoint.json`
}

export function rejectedPath(pathPrefix: string): string {
  return `${pathPrefix}.rejected.ndjson`
}

/** Undefined at the first run. @throws CLIError when the checkpoint is of a run with other options */
export async function readCheckpoint(pathPrefix: string, options: string): Promise<Checkpoint | undefined> {
  const path = checkpointPath(pathPrefix)
  const found = await readJson(path)
  if (found === undefined) return undefined
  if (!isCheckpoint(found))
    throw new Errors.CLIError(`${path} is no checkpoint of a backfill; move it away to begin anew`)
  if (found.options === options) return found
  throw new Errors.CLIError(
    `${path} was written with other options (App ID, address, mapping, from or to): repeat those, or delete it to begin anew`
  )
}

export async function writeCheckpoint(pathPrefix: string, checkpoint: Checkpoint): Promise<void> {
  await writeAtomically(checkpointPath(pathPrefix), JSON.stringify(checkpoint))
}

function isCheckpoint(value: unknown): value is Checkpoint {
  if (!isPlace(value) || value.version !== 1 || typeof value.options !== 'string') return false
  if (!['string', 'undefined'].includes(typeof value.print) || !isCount(value.rejectedBytes)) return false
  return Array.isArray(value.unsettled) && value.unsettled.every(isUnsettled) && isTotals(value.totals)
}

function isPlace(value: unknown): value is Record<string, unknown> {
  return isJsonObject(value) && isCount(value.position) && isCount(value.line)
}

function isUnsettled(value: unknown): boolean {
  if (!isPlace(value)) return false
  const { routes = [] } = value
  return Array.isArray(routes) && routes.every(isCount)
}

function isTotals(value: unknown): boolean {
  return isJsonObject(value) && Object.keys(NOTHING).every((name) => isCount(value[name]))
}

/** Of a file that somebody may have edited, or a disk damaged. */
export function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0
}
