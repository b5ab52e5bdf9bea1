import type { BaseActionDefinition, JSONObject, JSONValue, Preset } from '@segment/actions-core'

/** FQL that both destinations share. Audience calls have their own action, so that no call is delivered twice. */
const AUDIENCE = 'context.personas.computation_class = "audience"'
const NO_AUDIENCE = 'context.personas.computation_class != "audience"'

export const TRACK_CALLS = `type = "track" and ${NO_AUDIENCE}`
export const ALL_TRACK_CALLS = 'type = "track"'
export const IDENTIFY_CALLS_OF_ANY_KIND = 'type = "identify"'
export const PAGE_CALLS = 'type = "page"'
export const SCREEN_CALLS = 'type = "screen"'
export const IDENTIFY_CALLS = `type = "identify" and ${NO_AUDIENCE}`
export const GROUP_CALLS = 'type = "group"'
export const ENGAGE_AUDIENCES = `(type = "identify" or type = "track") and ${AUDIENCE}`

type EventSlug = Extract<Preset, { type: 'specificEvent' }>['eventSlug']

/** The calls by which Segment's connected audiences tell who entered and who left. */
const AUDIENCE_EVENTS: readonly { name: string; eventSlug: EventSlug }[] = [
  { name: 'Audience Entered', eventSlug: 'warehouse_audience_entered_track' },
  { name: 'Audience Exited', eventSlug: 'warehouse_audience_exited_track' },
  { name: 'Audience Membership Changed', eventSlug: 'warehouse_audience_membership_changed_identify' }
]

interface PresetTarget {
  partnerAction: string
  fields: BaseActionDefinition['fields']
}

/**
 * Every field's default. Core has the same, but with all of its root, which is too much for a page.
 */
function defaultMapping(fields: PresetTarget['fields']): JSONObject {
  const mapping: JSONObject = {}
  for (const [key, { default: value }] of Object.entries(fields))
    if (value !== undefined) mapping[key] = value as JSONValue
  return mapping
}

/** A preset that Segment sets up by itself, with the action's default mapping. */
export function automaticPreset(name: string, subscribe: string, { partnerAction, fields }: PresetTarget): Preset {
  return { name, subscribe, partnerAction, mapping: defaultMapping(fields), type: 'automatic' }
}

/** The presets that connected audiences look for, one per event. */
export function audiencePresets({ partnerAction, fields }: PresetTarget): Preset[] {
  return AUDIENCE_EVENTS.map(({ name, eventSlug }) => ({
    name,
    eventSlug,
    partnerAction,
    mapping: defaultMapping(fields),
    type: 'specificEvent'
  }))
}
