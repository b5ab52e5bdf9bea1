import type { BrowserActionDefinition } from '@segment/browser-destination-runtime/types'
import { realId } from '../../../lib/heap/identity'
import { MAX_IDENTITY_LENGTH } from '../../../lib/heap/limits'
import { userProperties } from '../../../lib/heap/properties'
import type { Settings } from '../generated-types'
import { heapOnPage } from '../heap-sdk'
import type { HeapSdk } from '../heap-sdk'
import type { Payload } from './generated-types'

const action: BrowserActionDefinition<Settings, HeapSdk, Payload> = {
  title: 'Identify User',
  description: 'Identify the visitor in Heap and set user properties.',
  platform: 'web',
  defaultSubscription: 'type = "identify"',
  fields: {
    user_id: {
      label: 'Identity',
      description: 'The ID the user is known by in Heap. Placeholders such as `null` or `guest` are left out.',
      type: 'string',
      allowNull: true,
      default: { '@path': '$.userId' }
    },
    anonymous_id: {
      label: 'Anonymous ID',
      description:
        'Sent as the user property `anonymous_id`, by which Heap joins anonymous server events to this user.',
      type: 'string',
      allowNull: true,
      default: { '@path': '$.anonymousId' }
    },
    traits: {
      label: 'Traits',
      description: 'Sent as user properties. A trait named `id` is sent as `_id`, because Heap forbids `id`.',
      type: 'object',
      default: { '@path': '$.traits' }
    }
  },
  perform: (_client, { payload, settings }) => identify(payload, heapOnPage(settings))
}

function identify({ user_id, anonymous_id, traits }: Payload, heap: HeapSdk): void {
  const identity = realId(user_id)
  if (identity !== undefined) {
    if (identity.length <= MAX_IDENTITY_LENGTH) heap.identify(identity)
    else console.warn(`Segment's Heap destination: a userId of ${identity.length} characters is too long for Heap.`)
  }
  const anonymousId = realId(anonymous_id)
  const properties = userProperties(
    anonymousId === undefined ? { ...traits } : { ...traits, anonymous_id: anonymousId }
  )
  if (Object.keys(properties).length > 0) heap.addUserProperties(properties)
}

export default action
