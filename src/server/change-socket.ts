import { once } from 'node:events'
import { createServer } from 'node:http'
import { WebSocketServer } from 'ws'
import { SEGMENT_APP_ORIGINS } from '../segment/tester/actions-tester'
import { applyLimits, HOST, isLocalHost, portError, TIMEOUTS_MS } from './listen'

export interface ChangeSocket {
  /** Tells every connected page that a source file changed. */
  announce(): void
  close(): void
}

/**
 * The WebSocket the Actions Tester listens to, on 127.0.0.1. It sends `change` and reads nothing.
 * Only Segment's pages and those of `ownOrigins` may connect, and clients outside browsers, which send no origin.
 * @throws CLIError when the port is taken
 */
export async function openChangeSocket(port: number, ownOrigins: string[]): Promise<ChangeSocket> {
  const allowed = [...SEGMENT_APP_ORIGINS, ...ownOrigins]
  const http = createServer(TIMEOUTS_MS, (_request, response) => response.writeHead(426).end())
  applyLimits(http)
  const server = new WebSocketServer({
    server: http,
    maxPayload: 1024,
    verifyClient: ({ origin, req }: { origin?: string; req: { headers: { host?: string } } }) =>
      isLocalHost(req.headers.host) && (origin === undefined || allowed.includes(origin))
  })
  http.listen(port, HOST)
  await once(server, 'listening').catch((error: Error) => Promise.reject(portError(error, port)))
  server.on('connection', (client) => client.on('error', () => client.terminate()))
  return {
    announce: () => server.clients.forEach((client) => client.send('change')),
    close: () => {
      server.clients.forEach((client) => client.terminate())
      http.close()
      http.closeAllConnections()
    }
  }
}
