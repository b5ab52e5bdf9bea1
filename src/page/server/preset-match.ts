import type { DestinationDefinition } from '@segment/actions-core'
import { mismatch } from '../../segment/fql'
import type { JsonObject, PresetMatch } from '../protocol'

type Preset = NonNullable<DestinationDefinition['presets']>[number]

/** Which presets take the events, and why one does not. */
export function matchPresets({ presets = [] }: DestinationDefinition, events: JsonObject[]): PresetMatch[] {
  return presets.map((preset) => matchPreset(preset, events))
}

function matchPreset(preset: Preset, events: JsonObject[]): PresetMatch {
  const { partnerAction: action, name = action } = preset
  const shared = { name, action, of: events.length }
  if (preset.type !== 'automatic') {
    return { ...shared, matched: 0, reason: `only for connected audiences (${preset.eventSlug})` }
  }
  const { subscribe } = preset
  const reasons = events.map((event) => mismatch(subscribe, event))
  const matched = reasons.filter((reason) => reason === undefined).length
  return { ...shared, subscribe, matched, reason: reasons.find((reason) => reason !== undefined) }
}
