import { defaultValues } from '@segment/actions-core'
import type { Definition } from '../../../src/cli/definition'
import {
  TRACK,
  automatic,
  fields,
  good,
  text,
  withAction,
  withFields,
  withPresets,
  withPresetsOf,
  withSetting
} from './toy-definition'

/** `message` is a part of it. */
export type Broken = [name: string, definition: Definition, rule: string, where: string, message: RegExp]

export const BROKEN_FIELDS: Broken[] = [
  ['no action', { ...good, actions: {}, presets: [] }, 'actions', 'actions', /at least one/],
  ['a name that core cannot use', { ...good, name: 'Toy (Actions)' }, 'name', 'name', /"Toy \(Actions\)"/],
  ['a slug with capitals', { ...good, slug: 'Actions_Toy' }, 'slug', 'slug', /"Actions_Toy"/],
  ['no slug', { ...good, slug: undefined }, 'slug', 'slug', /lower-case/],
  ['an action without a title', withAction({ title: '' }), 'label', 'actions.send.title', /missing/],
  [
    'an action without a description',
    withAction({ description: undefined }),
    'description',
    'actions.send.description',
    /missing/
  ],
  [
    'a label that begins small',
    withFields({ x: text({ label: 'app name' }) }),
    'label',
    'actions.send.fields.x.label',
    /capital/
  ],
  [
    'a label with a full stop',
    withFields({ x: text({ label: 'A name.' }) }),
    'label',
    'actions.send.fields.x.label',
    /full stop/
  ],
  [
    'a label with spaces around it',
    withSetting({ label: 'Key ', type: 'password' }),
    'label',
    'authentication.fields.apiKey.label',
    /spaces/
  ],
  [
    'a field without a description',
    withFields({ x: text({ description: ' ' }) }),
    'description',
    'actions.send.fields.x.description',
    /missing/
  ],
  [
    'a setting without a description',
    withSetting({ description: undefined, type: 'password' }),
    'description',
    'authentication.fields.apiKey.description',
    /missing/
  ],
  [
    'a default of another type',
    withFields({ x: text({ type: 'integer', default: '10' }) }),
    'default-type',
    'actions.send.fields.x.default',
    /should be integer, but is "10"/
  ],
  [
    'a default of another type inside an object',
    withFields({
      x: text({ type: 'object', properties: { size: { label: 'Size', type: 'boolean', default: 'yes' } } })
    }),
    'default-type',
    'actions.send.fields.x.properties.size.default',
    /should be boolean/
  ],
  [
    'a default that is not a list',
    withFields({ x: text({ multiple: true, default: 'red' }) }),
    'default-type',
    'actions.send.fields.x.default',
    /a list of string/
  ],
  [
    "a setting's default of another type",
    withSetting({ type: 'boolean', default: 'true' }),
    'default-type',
    'authentication.fields.apiKey.default',
    /should be boolean/
  ],
  [
    'a default that is not a choice',
    withFields({ colour: text({ choices: [{ value: 'red', label: 'Red' }], default: 'green' }) }),
    'choices',
    'actions.send.fields.colour.default',
    /"green"/
  ],
  ['a secret in clear', withSetting({}), 'secret', 'authentication.fields.apiKey.type', /password/],
  [
    'a directive the engine does not know',
    withFields({ x: text({ default: { '@paht': '$.x' } as object }) }),
    'directive',
    'actions.send.fields.x.default',
    /invalid directive: @paht/
  ],
  [
    'a directive with wrong arguments',
    withFields({ x: text({ default: { '@path': 5 } as object }) }),
    'directive',
    'actions.send.fields.x.default',
    /should be a string/
  ],
  [
    'an unknown directive in a list in a branch',
    withPresets(
      automatic(TRACK, {
        mapping: { ...defaultValues(fields), details: { '@if': { exists: 'x', then: [{ '@nope': 1 }] } } }
      })
    ),
    'directive',
    'presets[0].mapping.details.@if.then[0]',
    /@nope/
  ],
  [
    'a required field without a default',
    withPresetsOf({ x: text({ required: true }) }, { x: 'set' }),
    'required-default',
    'actions.send.fields.x',
    /no default/
  ],
  [
    'a required field whose default leads nowhere',
    withPresetsOf({ x: text({ required: true, default: { '@path': '$.groupId' } }) }, { x: 'set' }),
    'required-default',
    'actions.send.fields.x.default',
    /empty for track calls/
  ],
  [
    'batch_keys that are shown',
    withFields({ batch_keys: text({ multiple: true, default: ['colour'] }) }),
    'batch-keys',
    'actions.send.fields.batch_keys',
    /unsafe_hidden/
  ],
  [
    'batch_keys of no field',
    withFields({ batch_keys: text({ multiple: true, unsafe_hidden: true, default: ['size'] }) }),
    'batch-keys',
    'actions.send.fields.batch_keys.default',
    /size/
  ]
]
