import { defaultValues } from '@segment/actions-core'
import type { Broken } from './broken-fields'
import { TRACK, audience, automatic, fields, withAction, withPresets } from './toy-definition'

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
    /a part of it is no condition/
  ],
  [
    'a subscription to a call type that there is not',
    withPresets(automatic('type = "trak"')),
    'fql-never',
    'presets[0].subscribe',
    /no call can ever match/
  ],
  [
    'a subscription that contradicts itself',
    withPresets(automatic('type = "track" and properties.a > 5 and properties.a < 5')),
    'fql-never',
    'presets[0].subscribe',
    /no call can ever match/
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
      automatic('type = "track" and properties.x = "y"', { name: 'Other Calls' })
    ),
    'preset-overlap',
    'presets',
    /"Calls" and "Other Calls" .*"type":"track"/
  ]
]
