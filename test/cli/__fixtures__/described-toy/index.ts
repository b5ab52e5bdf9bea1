import type { ActionDefinition, AudienceDestinationDefinition } from '@segment/actions-core'

interface Settings {
  appId: string
}

interface Payload {
  colour?: string
  details?: { size?: number }
}

const send: ActionDefinition<Settings, Payload, Settings> = {
  title: 'Send',
  description: 'Sends.',
  defaultSubscription: 'type = "track"',
  hidden: true,
  syncMode: {
    label: 'How to sync',
    description: 'What becomes of it.',
    default: 'add',
    choices: [{ label: 'Add', value: 'add' }]
  },
  dynamicFields: {
    colour: () => Promise.resolve({ choices: [] }),
    details: {
      size: () => Promise.resolve({ choices: [] }),
      __keys__: () => Promise.resolve({ choices: [] }),
      __values__: () => Promise.resolve({ choices: [] })
    }
  },
  fields: {
    colour: {
      label: 'Colour',
      description: 'One of a list.',
      type: 'string',
      required: { match: 'all', conditions: [{ fieldKey: 'details', operator: 'is', value: undefined }] },
      choices: ['red', 'blue'],
      dynamic: true,
      default: { '@path': '$.colour' },
      disabledInputMethods: ['variable', 'function'],
      category: 'identifier',
      placeholder: 'red',
      displayMode: 'collapsed'
    },
    details: {
      label: 'Details',
      description: 'An object.',
      type: 'object',
      multiple: true,
      allowNull: true,
      additionalProperties: true,
      defaultObjectUI: 'arrayeditor',
      unsafe_hidden: false,
      properties: { size: { label: 'Size', type: 'integer', readOnly: true, minimum: 0, maximum: 9 } }
    },
    empty: { label: 'Empty', description: 'No choice.', type: 'string', choices: [], format: 'email', default: false }
  },
  hooks: {
    onMappingSave: {
      label: 'Make a list',
      description: 'Makes a list.',
      inputFields: {
        list: {
          label: 'List',
          description: 'Looked up.',
          type: 'string',
          dynamic: () => Promise.resolve({ choices: [] })
        }
      },
      outputTypes: { id: { label: 'ID', description: 'Its id.', type: 'string', required: true } },
      performHook: () => Promise.resolve({ successMessage: 'ok', savedData: {} })
    }
  },
  perform: () => undefined,
  performBatch: () => undefined
}

/** Something under every key that metadata.json can say. */
const definition: AudienceDestinationDefinition<Settings, Settings> = {
  name: 'Toy',
  slug: 'actions-toy',
  mode: 'cloud',
  authentication: {
    scheme: 'custom',
    fields: {
      appId: { label: 'App ID', description: 'Where events go.', type: 'string', required: true },
      region: {
        label: 'Region',
        description: 'Where data is kept.',
        type: 'string',
        required: { conditions: [{ fieldKey: 'appId', operator: 'is', value: '11' }] },
        choices: [{ label: 'Here', value: 'here' }],
        default: 'here',
        depends_on: { match: 'any', conditions: [{ fieldKey: 'appId', operator: 'is_not', value: ['1', '2'] }] }
      }
    },
    testAuthentication: () => true
  },
  audienceFields: { appId: { label: 'List', description: 'Which list.', type: 'string', multiple: true } },
  audienceConfig: {
    mode: { type: 'synced', full_audience_sync: false },
    createAudience: () => Promise.resolve({ externalId: '1' }),
    getAudience: () => Promise.resolve({ externalId: '1' })
  },
  actions: {
    send,
    bare: { title: 'Bare', description: '', fields: {}, dynamicFields: {}, hooks: {}, perform: () => undefined }
  },
  presets: [
    {
      name: 'Calls',
      subscribe: 'type = "track"',
      partnerAction: 'send',
      mapping: { colour: 'red' },
      type: 'automatic'
    },
    {
      name: 'Entered',
      eventSlug: 'warehouse_audience_entered_track',
      partnerAction: 'bare',
      mapping: {},
      type: 'specificEvent'
    }
  ]
}

export default definition
