import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { Server } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { createEmulator } from '../../../src/emulator'
import type { Emulator } from '../../../src/emulator'

const FIXTURES = join(__dirname, '../__fixtures__')

/** Self-signed, for 127.0.0.1. */
export const CERTIFICATE = join(FIXTURES, 'test-only-certificate.pem')

export interface TlsHeap extends Emulator {
  url: string
  /** TLS connections opened so far. */
  connections(): number
  close(): Promise<void>
}

/**
 * An emulator behind TLS, without rate limits. It answers `requestsPerConnection` requests on each connection, and resets
 * the connection when one more arrives: what a client sees whose idle connection the server has just given up.
 */
export async function startTlsHeap(requestsPerConnection = Infinity): Promise<TlsHeap> {
  const emulator = createEmulator({ rateLimits: false })
  const answer = getRequestListener(emulator.app.fetch, { overrideGlobalObjects: false })
  const served = new WeakMap<Socket, number>()
  let connections = 0
  const server = createServer(
    { key: readFileSync(join(FIXTURES, 'test-only-key.pem')), cert: readFileSync(CERTIFICATE) },
    (request, response) => {
      const count = (served.get(request.socket) ?? 0) + 1
      served.set(request.socket, count)
      if (count > requestsPerConnection) request.socket.destroy()
      else void answer(request, response)
    }
  )
  server.on('secureConnection', () => connections++)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { ...emulator, url: `https://127.0.0.1:${port}`, connections: () => connections, close: () => end(server) }
}

function end(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
