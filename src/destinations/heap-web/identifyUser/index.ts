import type { BrowserActionDefinition } from '@segment/browser-destination-runtime/types'
import type { Settings } from '../generated-types'
import { heapOnPage } from '../heap-sdk'
import type { HeapSdk } from '../heap-sdk'
import { inTurn } from '../log-out'
import { record } from '../record'
import { describeVisitor, identifyVisitor } from '../visitor'
import type { Payload } from './generated-types'

const action: BrowserActionDefinition<Settings, HeapSdk, Payload> = {
  title: 'Identify User',
  description: 'Identify the visitor in Heap and set user properties.',
  platform: 'web',
  defaultSubscription: 'type = "identify"',
  fields: {
    userId: {
      label: 'Identity',
      description: 'The ID the user is known by in Heap. Placeholders such as `null` or `guest` are left out.',
      type: 'string',
      allowNull: true,
      default: { '@path': '$.userId' }
    },
    anonymousId: {
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
  perform: (_client, { payload, settings, context }) => {
    const heap = heapOnPage(settings)
    inTurn(context, heap, () => identify(payload, heap))
  }
}

function identify({ userId, anonymousId, traits }: Payload, heap: HeapSdk): void {
  identifyVisitor(heap, userId, 'userId')
  describeVisitor(heap, record(traits, 'traits'), anonymousId)
}

export default action
