import type { Socket } from 'node:net'
import { RequestError } from '@hono/node-server'
import type { Context } from 'hono'

const CLIENT_ERRORS: Record<string, [line: string, message: string]> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'the headers are too large'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['413 Payload Too Large', 'the chunk extensions are too large'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'the request was not complete in time']
}

export interface ErrorBody {
  success: false
  error: { message: string }
}

export function errorBody(message: string): ErrorBody {
  return { success: false, error: { message } }
}

/** For a Node server's `clientError`: answers what is not HTTP with a JSON 4xx instead of an empty one. */
export function onClientError(
  error: NodeJS.ErrnoException,
  socket: Pick<Socket, 'writable' | 'writableLength' | 'end' | 'destroy'>
): void {
  // Behind an answer that nobody reads, another would wait for ever.
  if (error.code === 'ECONNRESET' || !socket.writable || socket.writableLength > 0) {
    socket.destroy()
    return
  }
  const [line, message] = CLIENT_ERRORS[error.code ?? ''] ?? [
    '400 Bad Request',
    `this is not valid HTTP: ${error.message}`
  ]
  const body = JSON.stringify(errorBody(message))
  const headers = ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`, 'Connection: close']
  // A client that never closes its side would keep the connection for ever.
  socket.end(`HTTP/1.1 ${line}\r\n${headers.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy())
}

/** For the adapter's `errorHandler`: a request that is HTTP and not valid all the same, as with an impossible Host. */
export function onRequestError(error: unknown): Response {
  const isInvalid = error instanceof RequestError
  const message = isInvalid ? `this is not a valid request: ${error.message}` : 'unexpected error'
  return Response.json(errorBody(message), { status: isInvalid ? 400 : 500 })
}

/** For `app.notFound` of whatever serves the routes of this folder. */
export function jsonNotFound(c: Context): Response {
  return c.json(errorBody(`there is no ${c.req.method} ${c.req.path} here`), 404)
}
