import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { close } from './listen'

export interface ToyRequest {
  path: string
  method: string
  headers: IncomingMessage['headers']
  body: unknown
}

interface ToyAnswer {
  status: number
  body?: unknown
  headers?: Record<string, string>
}

/** A vendor's API on a free port: keeps what it gets and answers as told, 200 `{"ok":true}` otherwise. */
export interface ToyApi {
  url: string
  requests: ToyRequest[]
  answer: (request: ToyRequest) => ToyAnswer | Promise<ToyAnswer>
  /** Sockets opened so far. */
  connections: () => number
  dropConnections: () => void
  close: () => Promise<void>
}

export async function startToyApi(): Promise<ToyApi> {
  let connections = 0
  const server = createServer((incoming, outgoing) => {
    void received(incoming).then(async (request) => {
      api.requests.push(request)
      const { status, body = { ok: status < 400 }, headers } = await api.answer(request)
      const isText = typeof body === 'string'
      outgoing.writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json', ...headers })
      outgoing.end(isText ? body : JSON.stringify(body))
    })
  })
  server.on('connection', () => connections++)
  const api: ToyApi = {
    url: '',
    requests: [],
    answer: () => ({ status: 200 }),
    connections: () => connections,
    dropConnections: () => server.closeAllConnections(),
    close: () => close(server)
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  api.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return api
}

async function received(incoming: IncomingMessage): Promise<ToyRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString()
  const { url = '', method = '', headers } = incoming
  return { path: url, method, headers, body: text ? JSON.parse(text) : undefined }
}
