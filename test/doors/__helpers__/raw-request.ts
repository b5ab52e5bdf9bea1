import { once } from 'node:events'
import { request } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:net'

export interface RawAnswer {
  status: number
  headers: IncomingHttpHeaders
  text: string
}

interface Sent {
  method?: string
  headers?: Record<string, string>
  body?: string
}

/** A request with any headers and any path, `Host` and `..` included, as `fetch` would not send it. */
export function send(
  base: string,
  path: string,
  { method = 'GET', headers = {}, body }: Sent = {}
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(base)
    let isAnswered = false
    const sending = request({ hostname, port, path, method, headers }, (answer) => {
      let text = ''
      isAnswered = true
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }))
    })
    // What is left of a body after the answer finds the connection closed.
    sending.on('error', (error) => isAnswered || reject(error)).end(body)
  })
}

/** What comes back on a connection that sends this text and waits until it is closed. */
export async function answerTo(base: string, text: string | Buffer): Promise<string> {
  const socket = connect(Number(new URL(base).port), new URL(base).hostname)
  let answer = ''
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()))
  socket.on('error', () => undefined)
  socket.write(text)
  await once(socket, 'close')
  return answer
}

/** The error code of a connection that is not taken, `undefined` for one that is. */
export async function refusalOf(host: string, port: number): Promise<string | undefined> {
  const socket = connect(port, host)
  try {
    await once(socket, 'connect')
    return undefined
  } catch (error) {
    return (error as NodeJS.ErrnoException).code
  } finally {
    socket.destroy()
  }
}
