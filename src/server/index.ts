import { join } from 'node:path'
import { Errors } from '@oclif/core'
import type { DestinationDefinition } from '@segment/actions-core'
import { createEmulator, faultWords } from '../emulator'
import type { EmulatorOptions } from '../emulator'
import type { ConnectionMode } from '../segment/connection'
import { openMemory, openStore } from '../store/open'
import { CallLog } from './call-log'
import { openChangeSocket } from './change-socket'
import type { ChangeSocket } from './change-socket'
import { deviceMode } from './device-mode'
import { instructions, instructionsHtml } from './instructions'
import { destinationNames, forgetModules, loadDefinition } from '../segment/load-definition'
import { openPipeline } from './open-pipeline'
import type { OpenPipeline } from './open-pipeline'
import type { Pipeline } from './pipeline'
import { watchSources } from './source-watcher'

const CALLS = {
  holds: 'calls that wait',
  busy: 'stop that server, or name another folder with --data',
  remedy: 'move it away to start over; the calls in it are then not delivered'
}

export interface ServeOptions {
  /** 0 takes any free one. The WebSocket gets the next. */
  port: number
  /** Folder of destination folders. */
  directory: string
  /** Name of the folder in it. */
  destination: string
  /** Folders whose changes load the definition again. */
  watched: string[]
  settings: { appId: string; region: string; apiKey?: string }
  writeKey?: string
  mode: ConnectionMode
  /** Absent: the real Heap. */
  emulator?: EmulatorOptions
  /** Whether pages are told of changes over a WebSocket. */
  webSocket: boolean
  /** Folder for calls that wait. Absent: they wait in memory alone. */
  data?: string
  print: (line: string) => void
  /** A line of JSON for each call in place of words. */
  json?: boolean
}

export interface ServedPipeline {
  /** Accepts nothing more, delivers what was accepted, and returns how many calls are left after `timeoutMs`. */
  stop(timeoutMs: number): Promise<number>
}

/**
 * Everything on one port, the definition loaded again whenever its sources change.
 * @throws CLIError when there is no such destination or a port is taken
 */
export async function servePipeline(options: ServeOptions): Promise<ServedPipeline> {
  const definition = await firstDefinition(options)
  const { print, json, settings } = options
  const secrets = settings.apiKey ? [settings.apiKey] : []
  const log = new CallLog({ print, json, secrets })
  const opened = await openPipeline({
    ...pipelineOptions(options, definition),
    port: options.port,
    store: options.data === undefined ? openMemory() : await openStore(options.data, { ...CALLS, onOutage: told(log) }),
    secrets,
    log
  })
  outliveRejections(log, options.destination)
  const { pipeline, url } = opened
  const resumed = pipeline.resume()
  const socket = options.webSocket ? await openSocket(opened) : undefined
  const watcher = await watchSources(options.watched, () =>
    reload(options, pipeline, log).then(() => socket?.announce())
  )
  if (json) print(JSON.stringify({ url }))
  else announce(options, url)
  const left = await resumed
  if (left > 0) log.note(`delivering calls that an earlier run has left: ${left}`)
  return {
    stop: async (timeoutMs) => {
      const left = await pipeline.stop(timeoutMs)
      log.flush()
      await watcher.close()
      socket?.close()
      await opened.close()
      return left
    }
  }
}

function told(log: CallLog): (problem?: Error) => void {
  return (problem) =>
    log.note(
      problem
        ? `${problem.message}: requests are refused with 503 until it can be written`
        : 'requests are accepted again'
    )
}

/** A promise that a definition leaves to itself must not end the server: the calls of others are on their way. */
function outliveRejections(log: CallLog, destination: string): void {
  process.on('unhandledRejection', (reason) => {
    const [message, place = ''] = String((reason as Error | undefined)?.stack ?? reason).split('\n')
    log.note(`${destination} left a rejected promise unhandled: ${message} ${place.trim()}`)
  })
}

async function firstDefinition({ directory, destination }: ServeOptions): Promise<DestinationDefinition> {
  const names = destinationNames(directory)
  if (!names.includes(destination)) {
    const there = names.length ? `there are ${names.join(', ')}` : 'there is none'
    throw new Errors.CLIError(`no destination "${destination}" in ${directory}: ${there}`)
  }
  return loadDefinition(join(directory, destination)).catch((error: Error) => {
    throw new Errors.CLIError(`cannot load ${destination}: ${error.message}`)
  })
}

function pipelineOptions(options: ServeOptions, definition: DestinationDefinition) {
  const { destination, settings, writeKey, mode, emulator } = options
  return {
    ...{ definition, settings, writeKey, mode },
    directoryName: destination,
    cdn: mode === 'cloud' ? {} : deviceMode(settings, emulator === undefined),
    emulator: emulator && createEmulator(emulator),
    instructions: (url: string) => instructionsHtml(instructionsFor(options, url))
  }
}

async function openSocket(server: OpenPipeline): Promise<ChangeSocket> {
  const { url, port } = server
  const own = [url, `http://localhost:${port}`]
  try {
    return await openChangeSocket(port + 1, own)
  } catch (error) {
    await server.close()
    throw error
  }
}

/** A definition that cannot be loaded leaves the one before in place. */
async function reload(options: ServeOptions, pipeline: Pipeline, log: CallLog): Promise<void> {
  const { directory, destination, watched } = options
  watched.forEach(forgetModules)
  try {
    pipeline.load(await loadDefinition(join(directory, destination)))
    log.note(`loaded ${destination} again`)
  } catch (error) {
    log.note(`cannot load ${destination}, the previous one stays in use: ${(error as Error).message}`)
  }
}

function announce(options: ServeOptions, url: string): void {
  options.print(instructionsFor(options, url))
  options.print(`\nready at ${url}`)
}

function instructionsFor(options: ServeOptions, url: string): string {
  const { settings, emulator, writeKey = 'any', data, mode } = options
  return instructions({
    ...{ url, writeKey, data, mode },
    appId: settings.appId,
    faults: faultWords(emulator?.faults ?? {}),
    live: emulator ? undefined : `App ID ${settings.appId} (${settings.region})`
  })
}
