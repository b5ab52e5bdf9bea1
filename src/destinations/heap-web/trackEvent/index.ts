import type { BrowserActionDefinition } from '@segment/browser-destination-runtime/types'
import { flatten } from '../../../lib/flatten'
import type { Settings } from '../generated-types'
import { heapOnPage } from '../heap-sdk'
import type { HeapSdk } from '../heap-sdk'
import type { Payload } from './generated-types'

/** https://developers.heap.io/docs/api-reference */
const MAX_EVENT_NAME_LENGTH = 255

const action: BrowserActionDefinition<Settings, HeapSdk, Payload> = {
  title: 'Track Event',
  description: 'Send track calls to Heap as custom events. Heap captures page views by itself.',
  platform: 'web',
  defaultSubscription: 'type = "track"',
  fields: {
    event: {
      label: 'Event Name',
      description: 'The name of the event.',
      type: 'string',
      required: true,
      default: { '@path': '$.event' }
    },
    properties: {
      label: 'Properties',
      description: 'Sent as event properties, nested objects as `a.b` and arrays as JSON text.',
      type: 'object',
      default: { '@path': '$.properties' }
    }
  },
  perform: (_client, { payload, settings }) => track(payload, settings, heapOnPage(settings))
}

function track({ event, properties = {} }: Payload, { browserArrayLimit = 0 }: Settings, heap: HeapSdk): void {
  if (!event) return
  if (event.length > MAX_EVENT_NAME_LENGTH) {
    console.warn(`Segment's Heap destination: Heap may not take an event name of ${event.length} characters.`)
  }
  heap.track(event, flatten(properties))
  for (const { property, item } of arrayItems(properties, browserArrayLimit)) {
    heap.track(`${event} ${property} item`, flatten(isPlain(item) ? item : { value: item }))
  }
}

function arrayItems(properties: Record<string, unknown>, limit: number): { property: string; item: unknown }[] {
  const items: { property: string; item: unknown }[] = []
  for (const [property, value] of limit > 0 ? Object.entries(properties) : []) {
    if (!Array.isArray(value)) continue
    for (const item of value.slice(0, limit - items.length) as unknown[]) items.push({ property, item })
  }
  return items
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}

export default action
