import { defaultValues } from '@segment/actions-core'
import type { InputField, Preset } from '@segment/actions-core'
import type { Definition } from '../../../src/cli/definition'

export const text = (more: Partial<InputField> = {}): InputField => ({
  label: 'Text',
  description: 'Some text.',
  type: 'string',
  ...more
})

export const fields = {
  event: text({ required: true, default: { '@path': '$.event' } }),
  colour: text({ choices: ['red', 'blue'], default: 'red' }),
  details: text({ type: 'object', properties: { size: { label: 'Size', type: 'integer', default: 1 } } }),
  batch_keys: text({ multiple: true, unsafe_hidden: true, default: ['colour'] })
}

export const automatic = (subscribe: string, more: Partial<Preset> = {}) =>
  ({
    name: 'Calls',
    subscribe,
    partnerAction: 'send',
    mapping: defaultValues(fields),
    type: 'automatic',
    ...more
  }) as Preset

export const TRACK = 'type = "track"'

export const good: Definition = {
  name: 'Toy',
  slug: 'actions-toy',
  authentication: { fields: { appId: { label: 'App ID', description: 'A number.', type: 'string', required: true } } },
  actions: { send: { title: 'Send', description: 'Sends.', defaultSubscription: TRACK, fields } },
  presets: [automatic(TRACK)]
}

export const withFields = (more: Record<string, InputField>): Definition => ({
  ...good,
  actions: { send: { ...good.actions.send, fields: { ...fields, ...more } } }
})
export const withAction = (more: object): Definition => ({
  ...good,
  actions: { send: { ...good.actions.send, ...more } }
})
export const withSetting = (apiKey: object): Definition => ({
  ...good,
  authentication: { fields: { apiKey: { label: 'Key', description: 'A key.', type: 'string', ...apiKey } } }
})
export const withPresets = (...presets: Preset[]): Definition => ({ ...good, presets })

export const audience = (mapping: Preset['mapping']): Preset => ({
  name: 'Audience',
  eventSlug: 'warehouse_audience_entered_track',
  partnerAction: 'send',
  mapping,
  type: 'specificEvent'
})

/** A broken field whose preset is right, so that only the field's own default is at fault. */
export function withPresetsOf(more: Record<string, InputField>, mapping: object): Definition {
  return {
    ...withFields(more),
    presets: [automatic(TRACK, { mapping: { ...defaultValues(fields), ...mapping } })]
  }
}
