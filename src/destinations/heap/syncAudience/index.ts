import { InvalidAudienceMembershipError, PayloadValidationError } from '@segment/actions-core'
import type { ActionDefinition, AudienceMembership } from '@segment/actions-core'
import { snakeCase } from '../../../lib/snake-case'
import { userProperties } from '../../../lib/heap/properties'
import { send, sendBatch } from '../send'
import { batchingFields, identityField } from '../common-fields'
import type { Settings } from '../generated-types'
import type { HeapItem } from '../heap-api'
import { requiredIdentity } from '../identifier'
import type { Payload } from './generated-types'

/** What an audience call becomes: one user property, true for a member and false for one who left. */
export function heapMembership(payload: Payload, membership: AudienceMembership): HeapItem[] {
  const identity = requiredIdentity(payload.identity, 'identity')
  const isMember = membership ?? mappedMembership(payload)
  return [
    { call: 'userProperties', item: { identity, properties: userProperties({ [propertyName(payload)]: isMember }) } }
  ]
}

function propertyName({ audience_key }: Payload): string {
  const name = snakeCase(audience_key)
  if (name !== '') return name
  throw new PayloadValidationError(
    `\`audience_key\` has no letter or digit: "${audience_key}". Map it to \`$.context.personas.computation_key\`.`
  )
}

/** Never guessed: a missing value does not mean that the user left. */
function mappedMembership({ audience_key, traits_or_properties: values = {} }: Payload): boolean {
  const value = Object.prototype.hasOwnProperty.call(values, audience_key) ? values[audience_key] : undefined
  if (value === true || value === 'true') return true
  if (value === false || value === 'false') return false
  throw new InvalidAudienceMembershipError(
    `Not an audience membership: \`traits_or_properties\` has neither true nor false under "${audience_key}". Send only audience calls to this action.`
  )
}

const action: ActionDefinition<Settings, Payload> = {
  title: 'Sync Audience',
  description: 'Set a user property in Heap to true or false as users enter and leave an Engage audience.',
  defaultSubscription: '(type = "identify" or type = "track") and context.personas.computation_class = "audience"',
  fields: {
    identity: identityField('Identity', 'The ID the user is known by in Heap, at most 255 characters.'),
    audience_key: {
      label: 'Audience Key',
      description: 'The name of the user property, in snake_case.',
      type: 'string',
      required: true,
      default: { '@path': '$.context.personas.computation_key' }
    },
    traits_or_properties: {
      label: 'Traits or Properties',
      description:
        'The object with the membership as true or false under the audience key: the traits or, in track calls, the properties.',
      type: 'object',
      defaultObjectUI: 'keyvalue',
      default: {
        '@merge': { objects: [{ '@path': '$.properties' }, { '@path': '$.traits' }], direction: 'right' }
      }
    },
    ...batchingFields
  },
  perform: (request, { settings, payload, audienceMembership }) =>
    send(request, settings, heapMembership(payload, audienceMembership)),
  performBatch: (request, { settings, payload, audienceMembership = [] }) =>
    sendBatch(request, settings, payload, (each, index) => heapMembership(each, audienceMembership[index]))
}

export default action
