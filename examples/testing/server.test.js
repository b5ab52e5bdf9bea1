const { Analytics } = require('@segment/analytics-node')
const { startPipeline } = require('segment-heap-destination/testing')

let pipeline, analytics
beforeAll(async () => {
  pipeline = await startPipeline()
  analytics = new Analytics({ writeKey: 'any', host: pipeline.url })
})
afterEach(() => pipeline.reset())
afterAll(() => pipeline.close())

test('an order is in Heap, with its user and its total', async () => {
  analytics.track({ userId: 'user-1', event: 'Order Completed', properties: { total: 9.5, items: [{ sku: 'a-1' }] } })
  await analytics.flush()
  await pipeline.expectNoRejectedCalls()
  expect(pipeline.heap.events()).toMatchObject([
    { event: 'Order Completed', identity: 'user-1', properties: { total: 9.5, items: '[{"sku":"a-1"}]' } }
  ])
})

test('an order that Heap answers with 503 is sent again', async () => {
  pipeline.heap.setFaults({ next: [{ status: 503 }] })
  analytics.track({ userId: 'user-1', event: 'Order Completed' })
  await analytics.flush()
  await pipeline.expectNoRejectedCalls()
  const [call] = await pipeline.calls({ event: 'Order Completed' })
  expect([call.outcome, call.attempts]).toEqual(['delivered', 2])
})
