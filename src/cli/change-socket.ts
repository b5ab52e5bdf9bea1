import { once } from 'node:events'
import { WebSocketServer } from 'ws'
import { SEGMENT_APP_ORIGINS } from '../segment/actions-tester'
import { isLocalHost, portError } from './local-server'

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
  const server = new WebSocketServer({
    host: '127.0.0.1',
    port,
    maxPayload: 1024,
    verifyClient: ({ origin, req }: { origin?: string; req: { headers: { host?: string } } }) =>
      isLocalHost(req.headers.host) && (origin === undefined || allowed.includes(origin))
  })
  await once(server, 'listening').catch((error: Error) => Promise.reject(portError(error, port)))
  server.on('connection', (client) => client.on('error', () => client.terminate()))
  return {
    announce: () => server.clients.forEach((client) => client.send('change')),
    close: () => {
      server.clients.forEach((client) => client.terminate())
      server.close()
    }
  }
}
