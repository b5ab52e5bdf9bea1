import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { close } from './listen'

export interface ToyRequest {
  path: string
  method: string
  headers: Record<string, string | string[] | undefined>
  body: any
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
  close: () => Promise<void>
}

export function startToyApi(): Promise<ToyApi> {
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', async () => {
      const text = Buffer.concat(chunks).toString()
      const { url = '', method = '', headers } = incoming
      const request = { path: url, method, headers, body: text ? JSON.parse(text) : undefined }
      api.requests.push(request)
      const { status, body = { ok: status < 400 }, headers: extra } = await api.answer(request)
      const isText = typeof body === 'string'
      outgoing.writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json', ...extra })
      outgoing.end(isText ? body : JSON.stringify(body))
    })
  })
  const api: ToyApi = { url: '', requests: [], answer: () => ({ status: 200 }), close: () => close(server) }
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      api.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      resolve(api)
    })
  })
}
