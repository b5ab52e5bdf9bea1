import type { ActionDefinition } from '@segment/actions-core'
import { TRACK_CALLS } from '../../../lib/mapping-presets'
import { convertEach, deliverBatch, deliverOne } from '../send'
import type { Settings } from '../generated-types'
import { fields } from './fields'
import type { Payload } from './generated-types'
import { heapEvent } from './heap-event'

const action: ActionDefinition<Settings, Payload> = {
  title: 'Track Event',
  description: 'Send track, page and screen calls to Heap as events.',
  defaultSubscription: TRACK_CALLS,
  fields,
  perform: (request, { settings, payload }) => deliverOne(request, settings, heapEvent(payload)),
  performBatch: (request, { settings, payload }) => deliverBatch(request, settings, convertEach(payload, heapEvent))
}

export default action
