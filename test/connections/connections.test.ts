import { runClient } from './__helpers__/run-client'
import { startTlsHeap } from './__helpers__/tls-heap'
import type { TlsHeap } from './__helpers__/tls-heap'

const times = (count: number, status: number) => Array.from({ length: count }, () => status)

describe.each(['2.7.0', '2.6.1'] as const)('connections to Heap over TLS with node-fetch %s', (nodeFetch) => {
  let heap: TlsHeap | undefined
  afterEach(() => heap?.close())

  it('are one for 50 calls in a row', async () => {
    heap = await startTlsHeap()
    const report = await runClient({ url: heap.url, requests: 50, concurrency: 1 }, nodeFetch)
    expect(report).toStrictEqual({ nodeFetch, statuses: times(50, 200) })
    expect(heap.events()).toHaveLength(50)
    expect(heap.connections()).toBe(1)
  })

  it('are at most 50 for 400 calls of which 50 run at once, and none disturbs another', async () => {
    heap = await startTlsHeap()
    const report = await runClient({ url: heap.url, requests: 400, concurrency: 50 }, nodeFetch)
    expect(report).toStrictEqual({ nodeFetch, statuses: times(400, 200) })
    expect(heap.events()).toHaveLength(400)
    expect(heap.requests).toHaveLength(400)
    expect(heap.connections()).toBeLessThanOrEqual(50)
  })

  it('are replaced when Heap gives them up, and the call that met that is sent again at once', async () => {
    heap = await startTlsHeap(2)
    const report = await runClient({ url: heap.url, requests: 6, concurrency: 1 }, nodeFetch)
    expect(report).toStrictEqual({ nodeFetch, statuses: [200, 200, 200, 200, 200, 200] })
    expect(heap.events().map(({ idempotency_key }) => idempotency_key)).toStrictEqual([
      'message-0',
      'message-1',
      'message-2',
      'message-3',
      'message-4',
      'message-5'
    ])
    expect(heap.connections()).toBe(3)
  })
})
