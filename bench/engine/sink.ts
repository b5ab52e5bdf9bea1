import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const FIXTURES = join(__dirname, '../../test/connections/__fixtures__')
export const CERTIFICATE = join(FIXTURES, 'test-only-certificate.pem')
const KEY = join(FIXTURES, 'test-only-key.pem')

/** The server that stands for Heap. */
export interface Sink {
  url: string
  /** TCP connections opened so far. */
  connections(): Promise<number>
  close(): void
}

export async function startSink(tls: boolean): Promise<Sink> {
  const server = fork(join(__dirname, 'server.ts'), tls ? [KEY, CERTIFICATE] : [])
  const { port } = await nextMessage<{ port: number }>(server)
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    connections: async () => {
      server.send('count')
      return (await nextMessage<{ connections: number }>(server)).connections
    },
    close: () => server.disconnect()
  }
}

async function nextMessage<Message>(server: ChildProcess): Promise<Message> {
  const [message] = (await once(server, 'message')) as [Message]
  return message
}
