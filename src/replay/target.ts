import { once } from 'node:events'
import { get } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { DestinationDefinition, JSONObject } from '@segment/actions-core'
import { Errors } from '@oclif/core'
import heap from '../destinations/heap'
import { Engine } from '../segment/engine'
import { appIdFor, checkedAppId } from '../segment/app-id'
import { toEmulator } from '../segment/redirect'
import { readJson } from './json-file'
import { isJsonObject } from '../segment/json-object'

/** An emulator on the same machine answers at once. */
const ANSWER_MS = 10_000

export interface ConnectionFlags {
  'app-id'?: string
  region: 'US' | 'EU'
  settings?: string
}

/** The destination, and what it is set to. */
export interface Connection {
  definition: DestinationDefinition<unknown>
  settings: JSONObject
}

export interface HeapFlags extends ConnectionFlags {
  emulator: string
  live: boolean
}

/** A connection, and the Heap that it sends to. */
export interface Target extends Pick<Connection, 'settings'> {
  engine: Engine
  /** Tells one Heap from another. */
  address: string
}

/** @throws CLIError when the settings are wrong */
export async function connectionFrom(flags: ConnectionFlags & { live?: boolean }): Promise<Connection> {
  const file = flags.settings === undefined ? {} : await settingsFile(flags.settings)
  const appId = file.appId == null ? appIdFor(flags) : checkedAppId(file.appId, '--settings')
  return {
    definition: heap as DestinationDefinition<unknown>,
    settings: { region: flags.region, ...(file as JSONObject), appId }
  }
}

/** @throws CLIError when the settings are wrong or no emulator answers */
export async function targetFrom(flags: HeapFlags, { sends }: { sends: boolean }): Promise<Target> {
  const { definition, settings } = await connectionFrom(flags)
  if (flags.live) return { engine: new Engine({ definition }), settings, address: 'Heap' }
  const emulator = flags.emulator.replace(/\/+$/, '')
  if (sends) await requireEmulator(emulator)
  return { engine: new Engine({ definition, origins: toEmulator(emulator) }), settings, address: emulator }
}

async function settingsFile(path: string): Promise<Record<string, unknown>> {
  const settings = await readJson(path)
  if (settings === undefined) throw new Errors.CLIError(`--settings: ${path} does not exist`)
  if (!isJsonObject(settings))
    throw new Errors.CLIError(`--settings: ${path} must hold a JSON object such as {"appId": "11"}`)
  requireKnown(Object.keys(settings), path)
  const { region = 'US' } = settings
  if (region !== 'US' && region !== 'EU') throw new Errors.CLIError('--settings: region must be "US" or "EU"')
  return settings
}

/** A misspelt one would be passed over, and the usual Heap or App ID taken. */
function requireKnown(keys: string[], path: string): void {
  const known = Object.keys(heap.authentication?.fields ?? {})
  const unknown = keys.find((key) => !known.includes(key))
  if (unknown === undefined) return
  throw new Errors.CLIError(`--settings: ${path}: there is no setting "${unknown}", only ${known.join(', ')}`)
}

/** @throws CLIError when none answers */
export async function requireEmulator(url: string): Promise<void> {
  const status = await statusOf(`${url.replace(/\/+$/, '')}/_emulator/faults`).catch(() => undefined)
  if (status === 200) return
  throw new Errors.CLIError(
    `no emulator answers at ${url}: start one with the emulate command, or pass --live to send to Heap`
  )
}

/** Not with fetch, which costs a long run 15 MB of memory for this one request. */
async function statusOf(url: string): Promise<number | undefined> {
  const request = get(url, { signal: AbortSignal.timeout(ANSWER_MS) })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  response.resume()
  return response.statusCode
}
