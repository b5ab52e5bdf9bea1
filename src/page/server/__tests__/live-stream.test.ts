import { Hono } from 'hono'
import { liveStream } from '../live-stream'

const listeners = new Set<() => void>()
let revision: number

const app = new Hono().get('/live', (context) =>
  liveStream(
    context,
    () => ({ revision, loads: 1, faults: [] }),
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    }
  )
)

beforeEach(() => {
  revision = 0
  listeners.clear()
})

describe('liveStream', () => {
  it('tells the state now and after each change, until it is left', async () => {
    const response = await app.request('/live')
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    expect((await reader?.read())?.value).toBe('data: {"revision":0,"loads":1,"faults":[]}\n\n')
    revision = 1
    listeners.forEach((tell) => tell())
    expect((await reader?.read())?.value).toBe('data: {"revision":1,"loads":1,"faults":[]}\n\n')
    await reader?.cancel()
    while (listeners.size > 0) await new Promise((resolve) => setTimeout(resolve, 20))
  })

  it('begins no stream for HEAD', async () => {
    const { status, headers, body } = await app.request('/live', { method: 'HEAD' })
    expect([status, headers.get('content-type'), body]).toStrictEqual([200, 'text/event-stream', null])
    expect(listeners.size).toBe(0)
  })
})
