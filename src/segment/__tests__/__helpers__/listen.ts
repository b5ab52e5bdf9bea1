import { serve } from '@hono/node-server'
import type { AddressInfo } from 'node:net'
import type { Server } from 'node:http'
import { onClientError } from '../../http-errors'

export interface Listening {
  url: string
  port: number
  close: () => Promise<void>
}

/** Serves an app on a free port of 127.0.0.1, as the CLI does. */
export function listen(app: { fetch: (request: Request) => Response | Promise<Response> }): Promise<Listening> {
  return new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }: AddressInfo) =>
      resolve({ url: `http://127.0.0.1:${port}`, port, close: () => close(server as Server) })
    )
    server.on('clientError', onClientError)
  })
}

export function close(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}
