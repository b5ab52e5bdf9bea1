import type { BrowserActionDefinition } from '@segment/browser-destination-runtime/types'
import { flatten } from '../../../lib/flatten'
import { ALL_TRACK_CALLS } from '../../../lib/mapping-presets'
import type { Settings } from '../generated-types'
import { heapOnPage } from '../heap-sdk'
import type { HeapSdk } from '../heap-sdk'
import type { Payload } from './generated-types'

const action: BrowserActionDefinition<Settings, HeapSdk, Payload> = {
  title: 'Track Event',
  description: 'Send track calls to Heap as custom events. Heap captures page views by itself.',
  platform: 'web',
  defaultSubscription: ALL_TRACK_CALLS,
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
  heap.track(event, flatten(properties))
  for (const { property, item } of arrayItems(properties).slice(0, Math.max(0, browserArrayLimit))) {
    heap.track(`${event} ${property} item`, flatten(isRecord(item) ? item : { value: item }))
  }
}

function arrayItems(properties: Record<string, unknown>): { property: string; item: unknown }[] {
  return Object.entries(properties).flatMap(([property, value]) =>
    Array.isArray(value) ? value.map((item: unknown) => ({ property, item })) : []
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export default action
