import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { getRequestListener, RequestError } from '@hono/node-server'
import { Hono } from 'hono'
import { DeletionApi } from './deletion'
import type { AccountView, EventView } from './environment'
import { FaultDealer } from './faults'
import type { Faults } from './faults'
import { serveHeap } from './handle'
import type { Heap } from './handle'
import type { UserView } from './people'
import { RateLimits } from './rate-limits'
import { serveReadBack } from './read-back'
import { RequestLog } from './request-log'
import type { RecordedRequest } from './request-log'
import { Store } from './store'

export { faultWords, parseFaults } from './parse-faults'
export type { AccountView, EventView, Faults, RecordedRequest, UserView }

export interface EmulatorOptions {
  /** Default true: Heap's documented rates are enforced. */
  rateLimits?: boolean
  /** Faults from the start, and again after `reset()`. */
  faults?: Faults
  /** API key of each app_id, for the deletion API. Without it every key is good. */
  apiKeys?: Record<string, string>
  /** Milliseconds until a deletion is carried out. Default 100. */
  deletionDelayMs?: number
  /** Milliseconds since 1970; rates are counted by the real clock. Default `Date.now`. */
  now?: () => number
}

export interface ServerOptions extends EmulatorOptions {
  /** Default 127.0.0.1. */
  host?: string
  /** Default 0: any free port. */
  port?: number
}

const PATHS = ['/api/*', '/eu/*', '/_emulator/*']

/** What happened to the emulator. */
export type Change = { type: 'request'; request: RecordedRequest } | { type: 'deletion' | 'reset' | 'faults' }

export interface Emulator {
  /** Every route, for a server of one's own (through @hono/node-server, or faults cannot reset connections). */
  app: Hono
  /** The newest 1,000 requests. The same array for the emulator's whole life. */
  requests: RecordedRequest[]
  events(appId?: string): EventView[]
  users(appId?: string): UserView[]
  accounts(appId?: string): AccountView[]
  /** Back to the state at the start: nothing stored, no requests, rates unused, the faults of the options. */
  reset(): void
  /** The faults in force, with what is left of `next`. */
  faults(): Faults
  /** Replaces all faults. Throws an Error that names a wrong one. */
  setFaults(faults: Faults): void
  /** Called after each change. Returns the function that ends it. */
  onChange(listener: (change: Change) => void): () => void
}

export interface RunningEmulator extends Emulator {
  /** E.g. `http://127.0.0.1:4040`; the EU region is below it at `/eu`. */
  url: string
  /** Ends open connections too. */
  close(): Promise<void>
}

/**
 * Heap as its documentation describes it, without a server.
 *
 * @example
 * const heap = createEmulator({ rateLimits: false })
 * const answer = await heap.app.request('/api/track', { method: 'POST', body })
 */
export function createEmulator(options: EmulatorOptions = {}): Emulator {
  const listeners = new Set<(change: Change) => void>()
  const tell = (change: Change) => listeners.forEach((listener) => listener(change))
  const heap = heapOf(options, tell)
  const setFaults = (faults: Faults) => {
    heap.faults.set(faults)
    tell({ type: 'faults' })
  }
  const reset = () => {
    for (const part of [heap.store, heap.log, heap.deletion, heap.limits]) part?.clear()
    heap.faults.set(options.faults ?? {})
    tell({ type: 'reset' })
  }
  return {
    app: appOf(heap, { reset, setFaults }),
    requests: heap.log.requests,
    events: (appId) => heap.store.events(appId),
    users: (appId) => heap.store.users(appId),
    accounts: (appId) => heap.store.accounts(appId),
    reset,
    faults: () => heap.faults.current,
    setFaults,
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    }
  }
}

/**
 * Starts an emulator on a port of its own. Rejects when the port is taken.
 *
 * @example
 * const heap = await start({ faults: { next: [{ status: 429, retryAfter: 1 }] } })
 * // send to heap.url, look at heap.events() and heap.requests
 * await heap.close()
 */
export async function start(options: ServerOptions = {}): Promise<RunningEmulator> {
  const emulator = createEmulator(options)
  const listener = getRequestListener(emulator.app.fetch, { overrideGlobalObjects: false, errorHandler })
  const server = createServer((request, response) => void listener(request, response))
  server.on('clientError', answerMalformed)
  const { host = '127.0.0.1', port = 0 } = options
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve))
  return {
    ...emulator,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`,
    close: () => {
      return new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
    }
  }
}

function heapOf(options: EmulatorOptions, tell: (change: Change) => void): Heap {
  const { now = Date.now, apiKeys, deletionDelayMs: delayMs = 100 } = options
  const store = new Store(now)
  return {
    store,
    log: new RequestLog(),
    faults: new FaultDealer(options.faults ?? {}),
    deletion: new DeletionApi({ store, apiKeys, delayMs, now, onDeleted: () => tell({ type: 'deletion' }) }),
    limits: options.rateLimits === false ? undefined : new RateLimits(),
    now,
    onRequest: (request) => tell({ type: 'request', request })
  }
}

function appOf(heap: Heap, controls: Parameters<typeof serveReadBack>[2]): Hono {
  const app = new Hono()
  serveHeap(app, heap)
  serveReadBack(app, heap, controls)
  // Routes rather than `notFound`: a server that mounts this one keeps its own answer for everything else.
  for (const path of PATHS) app.all(path, ({ req, json }) => json({ error: `No ${req.method} route here` }, 404))
  app.notFound(({ req, json }) => json({ error: `No ${req.method} route here` }, 404))
  app.onError((error, { json }) => json({ error: error.message }, 500))
  return app
}

function errorHandler(error: unknown): Response {
  return Response.json({ error: String(error) }, { status: error instanceof RequestError ? 400 : 500 })
}

function answerMalformed(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request'
  const body = JSON.stringify({ error: 'Malformed HTTP request' })
  const headers = `Connection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`
  socket.end(`HTTP/1.1 ${status}\r\n${headers}\r\n\r\n${body}`, () => socket.destroy())
}
