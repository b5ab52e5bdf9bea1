import type { BrowserActionDefinition } from '@segment/browser-destination-runtime/types'
import { flatten } from '../../../lib/flatten'
import { MAX_WEB_EVENT_NAME_LENGTH } from '../../../lib/heap/limits'
import type { Settings } from '../generated-types'
import { warn } from '../warn'
import { heapOnPage } from '../heap-sdk'
import type { HeapSdk } from '../heap-sdk'
import { inTurn } from '../log-out'
import { record } from '../record'
import { describeVisitor, hasAnonymousId, identifyVisitor } from '../visitor'
import type { Payload } from './generated-types'

const action: BrowserActionDefinition<Settings, HeapSdk, Payload> = {
  title: 'Track Event',
  description: 'Send track calls to Heap as custom events. Heap captures page views by itself.',
  platform: 'web',
  defaultSubscription: 'type = "track"',
  fields: {
    name: {
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
    },
    identity: {
      label: 'Identity',
      description:
        'The ID the user is known by in Heap, for sources whose identify calls do not reach Heap. The visitor is identified first.',
      type: 'string',
      allowNull: true
    },
    anonymousId: {
      label: 'Anonymous ID',
      description:
        'Sent as the user property `anonymous_id` once for each visitor of a page: Heap joins anonymous server events by it.',
      type: 'string',
      allowNull: true,
      default: { '@path': '$.anonymousId' }
    },
    traits: {
      label: 'User Properties',
      description: 'Sent as user properties with each event, for sources whose identify calls do not reach Heap.',
      type: 'object'
    }
  },
  perform: (_client, { payload, settings, context }) => {
    const heap = heapOnPage(settings)
    inTurn(context, heap, () => track(payload, settings, heap))
  }
}

function track(payload: Payload, { browserArrayLimit = 0 }: Settings, heap: HeapSdk): void {
  const { identity, anonymousId } = payload
  const name = typeof payload.name === 'number' ? String(payload.name) : payload.name
  const properties = record(payload.properties, 'properties')
  identifyVisitor(heap, identity, 'identity')
  describeVisitor(heap, record(payload.traits, 'traits'), hasAnonymousId(anonymousId) ? undefined : anonymousId)
  if (!isName(name)) return
  trackNamed(name, properties, heap)
  for (const { property, item } of arrayItems(properties, browserArrayLimit)) {
    trackNamed(`${name} ${property} item`, isPlain(item) ? item : { value: item }, heap)
  }
}

function isName(name: unknown): name is string {
  if (typeof name !== 'string' || name.trim() === '') {
    warn('An event without a name is not sent: map `name` to text')
    return false
  }
  if (name.length > MAX_WEB_EVENT_NAME_LENGTH) warn(`Heap may not take an event name of ${name.length} characters`)
  return true
}

function trackNamed(name: string, properties: Record<string, unknown>, heap: HeapSdk): void {
  heap.track(name, { ...flatten(properties), segment_library: 'browser-destination' })
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
