import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'

/** Takes a port on 127.0.0.1 until the server is closed. Rejects when it is taken. */
export async function occupy(port = 0): Promise<{ port: number; server: Server }> {
  const server = createServer().listen(port, '127.0.0.1')
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, server }
}

export async function release(server: Server): Promise<void> {
  server.close()
  await once(server, 'close')
}

/** A port that nobody listens on any more. */
export async function closedPort(): Promise<number> {
  const { port, server } = await occupy()
  await release(server)
  return port
}

/** The first of two neighbouring free ports: HTTP and, after it, the WebSocket. */
export async function freePair(): Promise<number> {
  const { port, server } = await occupy()
  const next = await occupy(port + 1).catch(() => undefined)
  await release(server)
  if (!next) return freePair()
  await release(next.server)
  return port
}
