import { Destination } from '@segment/actions-core'
import type { SegmentEvent } from '@segment/actions-core'
import definition from '../../../src/destinations/heap'
import { redirectedClient, toEmulator } from '../../../src/segment/redirect'
import { nodeFetchVersion } from './node-fetch'
import type { Order, Report } from './run-client'

// A process of its own trusts the test's certificate, can have another node-fetch, and shows that kept connections let it end.
const { url, requests, concurrency } = JSON.parse(process.argv[2]) as Order

const { trackEvent } = definition.actions
const perform: typeof trackEvent.perform = (request, data) =>
  trackEvent.perform(redirectedClient(request, toEmulator(url)), data)
const destination = new Destination({ ...definition, actions: { trackEvent: { ...trackEvent, perform } } } as never)
const subscription = definition.presets?.find(({ name }) => name === 'Track Calls')

async function track(index: number): Promise<number> {
  const event = { type: 'track', event: 'E', userId: `user-${index}`, messageId: `message-${index}` }
  try {
    await destination.onEvent(event as unknown as SegmentEvent, { appId: '11', subscription } as never)
    return 200
  } catch (error) {
    return (error as { status: number }).status
  }
}

async function trackAll(): Promise<number[]> {
  const statuses: number[] = []
  const indexes = Array.from({ length: requests }, (_, index) => index).values()
  const worker = async () => {
    for (const index of indexes) statuses[index] = await track(index)
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  return statuses
}

void trackAll().then((statuses) => {
  const report: Report = { nodeFetch: nodeFetchVersion(), statuses }
  console.log(JSON.stringify(report))
})
