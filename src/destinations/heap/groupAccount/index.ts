import { PayloadValidationError } from '@segment/actions-core'
import type { ActionDefinition } from '@segment/actions-core'
import { flatten } from '../../../lib/flatten'
import { realId } from '../../../lib/heap/identity'
import { nestedMode } from '../../../lib/heap/properties'
import { send, sendBatch } from '../send'
import { batchingFields, nestedProperties } from '../common-fields'
import type { Settings } from '../generated-types'
import type { HeapItem } from '../heap-api'
import type { Payload } from './generated-types'

/** What a group call becomes: the properties of an account. */
export function heapAccount(payload: Payload): HeapItem[] {
  const accountId = realId(payload.account_id)
  if (accountId === undefined) {
    throw new PayloadValidationError(
      'No account: `account_id` is missing or a placeholder. Map it to the ID of the account, usually `$.groupId`.'
    )
  }
  const properties = flatten(payload.traits ?? {}, { mode: nestedMode(payload) })
  return [{ call: 'accountProperties', item: { account_id: accountId, properties } }]
}

const action: ActionDefinition<Settings, Payload> = {
  title: 'Group Account',
  description: 'Set account properties in Heap from group calls.',
  defaultSubscription: 'type = "group"',
  fields: {
    account_id: {
      label: 'Account ID',
      description:
        "The account's ID. In Heap, choose the user property that holds it as the account identifier, so that users belong to accounts.",
      type: 'string',
      required: true,
      default: { '@path': '$.groupId' }
    },
    traits: {
      label: 'Traits',
      description: 'Sent as account properties.',
      type: 'object',
      defaultObjectUI: 'keyvalue',
      default: { '@path': '$.traits' }
    },
    nested_properties: nestedProperties,
    ...batchingFields
  },
  perform: (request, { settings, payload }) => send(request, settings, heapAccount(payload)),
  performBatch: (request, { settings, payload }) => sendBatch(request, settings, payload, heapAccount)
}

export default action
