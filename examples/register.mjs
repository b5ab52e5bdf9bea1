import { createRequire } from 'node:module'
import heap from 'segment-heap-destination/heap'

// Segment's packages cannot be imported as native ES modules.
const require = createRequire(import.meta.url)
const { Destination } = require('@segment/actions-core')
const { parseFql, validate } = require('@segment/destination-subscriptions')

/** @type {import('@segment/actions-core').SegmentEvent[]} */
const calls = [
  { type: 'identify', messageId: 'message-1', userId: 'user-1', traits: { email: 'ada@example.com' } },
  { type: 'track', messageId: 'message-2', userId: 'user-1', event: 'Order Completed', properties: { total: 9.5 } }
]

async function deliver() {
  for (const preset of heap.presets?.filter((preset) => preset.type === 'automatic') ?? []) {
    const { name, ...subscription } = preset
    const batch = calls.filter((call) => validate(parseFql(preset.subscribe), call))
    if (batch.length === 0) continue
    // A Destination keeps every response it ever saw, so each batch has one of its own.
    const destination = new Destination(heap)
    const settings = { appId: process.env.HEAP_APP_ID ?? '', region: 'US', subscription }
    const [{ multistatus = [] }] = await destination.onBatch(batch, settings)
    multistatus.forEach(({ status }, index) => console.log(`${name}: ${batch[index].messageId} ${status}`))
  }
}

deliver()
