import { once } from 'node:events'
import { WebSocket } from 'ws'
import { openChangeSocket } from '../../src/server/change-socket'
import type { ChangeSocket } from '../../src/server/change-socket'
import { LIMITS } from '../../src/server/listen'
import { freePair } from './__helpers__/ports'

let port: number
let socket: ChangeSocket

async function open(): Promise<void> {
  port = await freePair()
  socket = await openChangeSocket(port, [])
}

async function connected(): Promise<WebSocket> {
  const client = new WebSocket(`ws://127.0.0.1:${port}`)
  await once(client, 'open')
  return client
}

afterEach(() => socket.close())

describe('openChangeSocket', () => {
  it('reads no more than 1,024 bytes, and announces to who sends less', async () => {
    await open()
    const [small, large] = [await connected(), await connected()]
    small.send('x'.repeat(1024))
    large.send('x'.repeat(1025))
    expect((await once(large, 'close'))[0]).toBe(1009)
    const told = once(small, 'message')
    socket.announce()
    expect(String((await told)[0])).toBe('change')
  })

  it('takes no connection beyond its limit', async () => {
    jest.replaceProperty(LIMITS, 'connections', 1)
    await open()
    await connected()
    await expect(connected()).rejects.toThrow(/socket hang up|ECONNRESET/)
  })
})
