import type { BaseActionDefinition, JSONObject, JSONValue, Preset } from '@segment/actions-core'

type EventSlug = Extract<Preset, { type: 'specificEvent' }>['eventSlug']

interface SpecificEvent {
  name: string
  eventSlug: EventSlug
}

/** The calls by which Segment's connected audiences tell who entered and who left. */
export const AUDIENCE_EVENTS: readonly SpecificEvent[] = [
  { name: 'Audience Entered', eventSlug: 'warehouse_audience_entered_track' },
  { name: 'Audience Exited', eventSlug: 'warehouse_audience_exited_track' },
  { name: 'Audience Membership Changed', eventSlug: 'warehouse_audience_membership_changed_identify' }
]

/** The events of Linked Audiences and of Journeys. */
export const LINKED_EVENTS: readonly SpecificEvent[] = [
  { name: 'Associated Entity Added', eventSlug: 'warehouse_entity_added_track' },
  { name: 'Associated Entity Removed', eventSlug: 'warehouse_entity_removed_track' },
  { name: 'Journeys Step Entered', eventSlug: 'journeys_step_entered_track' }
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

/** Presets for events that Segment itself sends, one for each. */
export function specificEventPresets(
  events: readonly SpecificEvent[],
  partnerAction: string,
  action: Action
): Preset[] {
  const mapping = defaultMapping(action)
  return events.map(({ name, eventSlug }) => ({ name, eventSlug, partnerAction, mapping, type: 'specificEvent' }))
}
