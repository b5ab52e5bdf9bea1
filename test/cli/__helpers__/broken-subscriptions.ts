import { defaultValues } from '@segment/actions-core'
import type { Broken } from './broken-fields'
import { TRACK, audience, automatic, fields, withAction, withPresets } from './toy-definition'

const AUDIENCE = 'type = "track" and context.personas.computation_class = "audience"'

export const BROKEN_SUBSCRIPTIONS: Broken[] = [
  [
    'a default subscription that does not parse',
    withAction({ defaultSubscription: 'type' }),
    'fql',
    'actions.send.defaultSubscription',
    /not valid FQL/
  ],
  ['a preset whose FQL does not parse', withPresets(automatic('type')), 'fql', 'presets[0].subscribe', /not valid FQL/],
  [
    'a preset whose FQL says something that is none',
    withPresets(automatic('type = "track" and evnt = "a"')),
    'fql',
    'presets[0].subscribe',
    /a part of it is not a condition/
  ],
  [
    'a subscription to a call type that there is not',
    withPresets(automatic('type = "trak"')),
    'fql',
    'presets[0].subscribe',
    /no call of type "trak"/
  ],
  [
    'a preset of no action',
    withPresets(automatic(TRACK, { partnerAction: 'sendAll' })),
    'preset-action',
    'presets[0].partnerAction',
    /"sendAll"/
  ],
  [
    'a preset that maps no field',
    withPresets(automatic(TRACK, { mapping: { ...defaultValues(fields), size: 1 } })),
    'preset-field',
    'presets[0].mapping.size',
    /no such field/
  ],
  [
    'a preset without a required field',
    withPresets(automatic(TRACK, { mapping: {} })),
    'preset-required',
    'presets[0].mapping.event',
    /empty for track calls/
  ],
  [
    'a preset that leaves a required field empty for some calls',
    withPresets(automatic('type = "track" or type = "page"')),
    'preset-required',
    'presets[0].mapping.event',
    /empty for page calls/
  ],
  [
    'an audience preset that leaves a required field empty',
    withPresets(audience({ event: { '@path': '$.groupId' } })),
    'preset-required',
    'presets[0].mapping.event',
    /empty for track calls/
  ],
  [
    'two presets that deliver one call',
    withPresets(
      automatic('type = "track" and event != "A"'),
      automatic('type = "track" and properties.x = null', { name: 'Other Calls' })
    ),
    'preset-overlap',
    'presets',
    /"Calls" and "Other Calls" both deliver one call, such as the sample track$/
  ],
  [
    'a preset that also takes the calls of audiences',
    withPresets(automatic(TRACK), automatic(AUDIENCE, { name: 'Audiences' })),
    'preset-overlap',
    'presets',
    /"Calls" and "Audiences" .* sample audience-track$/
  ]
]
