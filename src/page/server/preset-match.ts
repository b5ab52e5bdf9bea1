import { parseFql, validate } from '@segment/destination-subscriptions'
import type { Condition, GroupCondition } from '@segment/destination-subscriptions'
import type { DestinationDefinition } from '@segment/actions-core'
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

/** Why the FQL does not take the event; undefined when it does. */
export function mismatch(subscribe: string, event: JsonObject): string | undefined {
  const fql = parseFql(subscribe)
  if ('error' in fql) return `not valid FQL: ${fql.error.message}`
  return reasonAgainst(fql, event)
}

function reasonAgainst(condition: Condition, event: JsonObject): string | undefined {
  if (holds(condition, event)) return undefined
  if (condition.type !== 'group') return leafReason(condition, event)
  const reasons = condition.children.flatMap((child) => reasonAgainst(child, event) ?? [])
  const unique = [...new Set(reasons)]
  return condition.operator === 'or' ? orReason(unique) : unique.join('; ')
}

function orReason(reasons: string[]): string {
  return reasons.length > 1 ? `none of: ${reasons.join(' / ')}` : reasons.join('')
}

function holds(condition: Condition, event: JsonObject): boolean {
  const group: GroupCondition = { type: 'group', operator: 'and', children: [condition] }
  return validate(group, event)
}

type Leaf = Exclude<Condition, GroupCondition>

function leafReason(leaf: Leaf, event: JsonObject): string {
  const path = pathOf(leaf)
  const wanted = [leaf.operator, leaf.value === undefined ? '' : JSON.stringify(leaf.value)].join(' ').trim()
  return `${path} is ${shown(at(event, path))}, needed: ${path} ${wanted}`
}

const PARENTS = { 'event-property': 'properties', 'event-trait': 'traits', 'event-context': 'context' } as const

function pathOf(leaf: Leaf): string {
  if (leaf.type === 'event-type') return 'type'
  return 'name' in leaf ? `${PARENTS[leaf.type]}.${leaf.name}` : leaf.type
}

function at(event: JsonObject, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => own(value, key), event)
}

function own(value: unknown, key: string): unknown {
  return Object(value) === value && Object.prototype.hasOwnProperty.call(value, key)
    ? (value as JsonObject)[key]
    : undefined
}

function shown(value: unknown): string {
  if (value === undefined) return 'missing'
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
