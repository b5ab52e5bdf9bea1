import type { BaseActionDefinition, JSONObject, JSONValue, Preset } from '@segment/actions-core'

type EventSlug = Extract<Preset, { type: 'specificEvent' }>['eventSlug']

/** The calls by which Segment's connected audiences tell who entered and who left. */
const AUDIENCE_EVENTS: readonly { name: string; eventSlug: EventSlug }[] = [
  { name: 'Audience Entered', eventSlug: 'warehouse_audience_entered_track' },
  { name: 'Audience Exited', eventSlug: 'warehouse_audience_exited_track' },
  { name: 'Audience Membership Changed', eventSlug: 'warehouse_audience_membership_changed_identify' }
]

type Action = Pick<BaseActionDefinition, 'fields' | 'defaultSubscription'>

/** Every field's default. Core has the same, but with all of its root, which is too much for a page. */
function defaultMapping({ fields }: Action): JSONObject {
  const mapping: JSONObject = {}
  for (const [key, { default: value }] of Object.entries(fields))
    if (value !== undefined) mapping[key] = value as JSONValue
  return mapping
}

/** A preset that Segment sets up by itself: by default, for the calls of the action's own subscription. */
export function automaticPreset(
  name: string,
  partnerAction: string,
  action: Action,
  subscribe = action.defaultSubscription ?? ''
): Preset {
  return { name, subscribe, partnerAction, mapping: defaultMapping(action), type: 'automatic' }
}

/** The presets that connected audiences look for, one per event. */
export function audiencePresets(partnerAction: string, action: Action): Preset[] {
  return AUDIENCE_EVENTS.map(({ name, eventSlug }) => ({
    name,
    eventSlug,
    partnerAction,
    mapping: defaultMapping(action),
    type: 'specificEvent'
  }))
}
