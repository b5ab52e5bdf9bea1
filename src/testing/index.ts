import type { DestinationDefinition, JSONObject } from '@segment/actions-core'
import heap from '../destinations/heap'
import { createEmulator } from '../emulator'
import type { AccountView, EventView, Faults, RecordedRequest, UserView } from '../emulator'
import { readCall } from '../segment/calls/call-reader'
import type { CallRecord } from '../segment/calls/call-record'
import { findCalls } from '../segment/calls/calls-api'
import type { CallFilter } from '../segment/calls/calls-api'
import { LOCAL_APP_ID } from '../segment/app-id'
import type { ConnectionMode } from '../segment/connection'
import type { Origins } from '../segment/redirect'
import { CallLog } from '../server/call-log'
import { deviceMode } from '../server/device-mode'
import { openPipeline } from '../server/open-pipeline'
import type { OpenPipeline } from '../server/open-pipeline'
import { openMemory } from '../store/open'
import { FAILURES, problemLines } from './problems'

export type { CallFilter, CallRecord, Faults }
export type { Attempt, CallOutcome, CallSummary, Delivery } from '../segment/calls/call-record'

export interface PipelineOptions {
  /** The destination under test. Default: Heap in cloud mode. */
  definition?: DestinationDefinition
  /** The connection's settings. Default: `{ appId: '11' }`. */
  settings?: JSONObject
  /**
   * Origins that the definition calls, and the base URLs that get the requests instead:
   * `{ 'https://api.example.com': 'http://127.0.0.1:4000' }`. Any other host is refused. Default: Heap's, to the emulator.
   */
  redirect?: Origins
  /** How the emulator fails, from the start and after each `reset()`. */
  faults?: Faults
  /** Whether the emulator enforces Heap's rate limits. Default true. */
  rateLimits?: boolean
  /** Where the calls of a page are delivered. Default `cloud`. */
  mode?: ConnectionMode
  /** Default 0: any free port. */
  port?: number
  /** Gets a line for each attempt at delivering a call. Default: nobody does. */
  log?: (line: string) => void
}

export interface TestPipeline {
  /** `host` of analytics-node, `cdnURL` of Analytics.js: `http://127.0.0.1:PORT`. */
  url: string
  /** The outcome of the calls that the filter takes, the oldest first. */
  calls(filter?: CallFilter): Promise<CallRecord[]>
  /** Resolves when no call waits. Rejects after `timeoutMs` (default 10,000), naming those that do. */
  idle(timeoutMs?: number): Promise<void>
  /** Waits like `idle`, then rejects when a call was rejected, refused or given up, and says which and why. */
  expectNoRejectedCalls(): Promise<void>
  heap: {
    events(): EventView[]
    users(): UserView[]
    accounts(): AccountView[]
    requests(): RecordedRequest[]
    /** Replaces all faults. Throws an Error that names a wrong one. */
    setFaults(faults: Faults): void
  }
  /** Forgets all calls and what Heap holds, once nothing waits. */
  reset(): Promise<void>
  close(): Promise<void>
}

/**
 * A local Segment, a destination and the Heap emulator on one port of 127.0.0.1, in this process and in memory alone.
 *
 * @example
 * const pipeline = await startPipeline()
 * // send to pipeline.url with an SDK, and flush it
 * await pipeline.expectNoRejectedCalls()
 * console.assert(pipeline.heap.events().length === 1)
 * await pipeline.close()
 */
export async function startPipeline(options: PipelineOptions = {}): Promise<TestPipeline> {
  const emulator = createEmulator({ faults: options.faults, rateLimits: options.rateLimits })
  const opened = await opening(options, emulator)
  const { pipeline, calls, url } = opened
  const idle = async (timeoutMs = 10_000) => {
    const left = await pipeline.idle(timeoutMs)
    if (left > 0) throw failure('calls wait', problemLines([...calls.index.summaries()], ['waiting']))
  }
  return {
    url,
    idle,
    calls: async (filter = {}) => {
      const records = await Promise.all(findCalls(calls, filter).map(({ number }) => readCall(calls, number)))
      return records.flatMap((record) => record ?? [])
    },
    expectNoRejectedCalls: async () => {
      await idle()
      const lines = problemLines([...calls.index.summaries()], FAILURES)
      if (lines.length > 0) throw failure('calls failed', lines)
    },
    heap: {
      events: () => emulator.events(),
      users: () => emulator.users(),
      accounts: () => emulator.accounts(),
      requests: () => [...emulator.requests],
      setFaults: (faults) => emulator.setFaults(faults)
    },
    reset: async () => {
      await idle()
      await pipeline.reset()
    },
    close: async () => {
      await pipeline.stop(0)
      await opened.close()
    }
  }
}

function opening(options: PipelineOptions, emulator: ReturnType<typeof createEmulator>): Promise<OpenPipeline> {
  const { definition = heap as DestinationDefinition, settings = { appId: LOCAL_APP_ID }, mode = 'cloud' } = options
  const { appId = LOCAL_APP_ID, region = 'US' } = settings as { appId?: string; region?: string }
  return openPipeline({
    ...{ definition, settings, mode, emulator, origins: options.redirect, port: options.port ?? 0 },
    directoryName: definition.slug ?? definition.name,
    cdn: mode === 'cloud' ? {} : deviceMode({ appId, region }, false),
    store: openMemory(),
    instructions: () => '',
    secrets: [],
    log: new CallLog({ print: (lines) => options.log && lines.split('\n').forEach(options.log), secrets: [] })
  })
}

function failure(what: string, lines: string[]): Error {
  return new Error(`${what}: ${lines.length}\n${lines.slice(0, 20).join('\n')}`)
}
