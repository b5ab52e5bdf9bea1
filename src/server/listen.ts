import { createServer } from 'node:http'
import type { Server, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { Errors } from '@oclif/core'
import type { MiddlewareHandler } from 'hono'
import { onClientError, onRequestError } from '../segment/http-errors'

export const HOST = '127.0.0.1'

/** For clients on the same machine: time for a whole request, for its headers and between two; how often that is checked. */
export const TIMEOUTS_MS = {
  requestTimeout: 10_000,
  headersTimeout: 5_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000
}

/** What keeps clients that never go away from using up the memory. */
export const LIMITS = {
  /** Many times what browsers, SDKs and load tests on one machine keep open; each may hold a request and its answer. */
  connections: 1_000,
  /** Nothing is read of an answer for so long, at times twice as long: time enough for a person who looks at a part of it in a pager. */
  unreadMs: 60_000
}

export interface LocalServer {
  url: string
  port: number
  /** Ends open connections too. */
  close(): Promise<void>
}

interface ListenOptions {
  /** `bindings` has Node's own request and response. */
  fetch: (request: Request, bindings: object) => Response | Promise<Response>
  /** 0 takes a free one. */
  port: number
}

/**
 * Serves on 127.0.0.1.
 * @throws CLIError when the port is taken or may not be used
 */
export async function listen({ fetch, port }: ListenOptions): Promise<LocalServer> {
  const listener = getRequestListener(fetch, { overrideGlobalObjects: false, errorHandler: onRequestError })
  const server = createServer(TIMEOUTS_MS, (request, response) => void listener(request, response))
  applyLimits(server)
  server.on('clientError', (error, socket) => onClientError(error, socket as Socket))
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(portError(error, port)))
    server.listen(port, HOST, resolve)
  })
  const bound = (server.address() as AddressInfo).port
  return { url: `http://${HOST}:${bound}`, port: bound, close: () => closeServer(server) }
}

/** A connection too many is closed without an answer. */
export function applyLimits(server: Server): void {
  server.maxConnections = LIMITS.connections
  server.setTimeout(LIMITS.unreadMs)
  server.on('request', (_request, response: ServerResponse) => {
    // With a listener Node leaves the connection alone: a stream without news or a slow answer is not a reason to end it.
    response.on('timeout', () => response.writableLength > 0 && response.destroy())
  })
}

/** One readable line for a port that cannot be listened on. */
export function portError(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code === 'EADDRINUSE') return new Errors.CLIError(`port ${port} is in use: choose another with --port`)
  if (error.code === 'EACCES')
    return new Errors.CLIError(`port ${port} may not be used: choose one above 1023 with --port`)
  return error
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

/**
 * Refuses requests whose Host is not this machine: a page elsewhere whose name is made to resolve to 127.0.0.1 could
 * otherwise read what is kept here. So it does where the request line has another host, as for a proxy, which scripts
 * and settings would then name as theirs.
 */
export const localHostOnly: MiddlewareHandler = async (context, next) => {
  const hosts = [context.req.header('host'), new URL(context.req.url).host]
  if (hosts.every(isLocalHost)) return next()
  return context.json({ error: 'The Host header must be 127.0.0.1, localhost or [::1].' }, 403)
}

export function isLocalHost(host: string | undefined): boolean {
  return /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i.test(host ?? '')
}
