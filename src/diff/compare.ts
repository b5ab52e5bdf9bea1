import { textOf } from '../segment/calls/sent-leaves'
import type { Told } from '../segment/told'
import type { SideOutcome } from './side'

export const DIFFERENCE_KINDS = [
  'request only before',
  'request only after',
  'endpoint',
  'identity',
  'event name',
  'property added',
  'property removed',
  'property renamed',
  'property retyped',
  'property cut',
  'property changed',
  'field added',
  'field removed',
  'field changed'
] as const

/** One way in which an event reaches Heap differently. */
export interface Difference {
  kind: (typeof DIFFERENCE_KINDS)[number]
  /** Equal for what is counted together: the property, its types, the endpoints. */
  name: string
  /** Absent where that side has nothing. */
  before?: unknown
  after?: unknown
}

export type Verdict =
  | { outcome: 'same' | 'sent by neither' | 'refused by both' | 'only before' | 'only after' }
  | { outcome: 'newly refused' | 'no longer refused'; reasons: string[] }
  | { outcome: 'changed'; differences: Difference[] }

export function compare(before: SideOutcome, after: SideOutcome): Verdict {
  if (before.refusals.length > 0 && after.refusals.length > 0) return { outcome: 'refused by both' }
  if (after.refusals.length > 0) return { outcome: 'newly refused', reasons: after.refusals }
  if (before.refusals.length > 0) return { outcome: 'no longer refused', reasons: before.refusals }
  if (after.told.length === 0) return { outcome: before.told.length === 0 ? 'sent by neither' : 'only before' }
  if (before.told.length === 0) return { outcome: 'only after' }
  const differences = differencesOf(before.told, after.told)
  return differences.length > 0 ? { outcome: 'changed', differences } : { outcome: 'same' }
}

/** The first event is compared with the first event, and so on. */
function differencesOf(before: Told[], after: Told[]): Difference[] {
  return (['event', 'user', 'account', 'link'] as const).flatMap((about) => {
    const [olds, news] = [before, after].map((told) => told.filter((each) => each.about === about))
    const pairs = Array.from({ length: Math.max(olds.length, news.length) }, (_, index) => [olds[index], news[index]])
    return pairs.flatMap(([old, now]: (Told | undefined)[]) => {
      if (!old) return now ? [alone('request only after', now)] : []
      return now ? differencesIn(old, now) : [alone('request only before', old)]
    })
  })
}

function alone(kind: Difference['kind'], told: Told): Difference {
  const shown = Object.fromEntries(told.properties)
  const side = kind === 'request only before' ? 'before' : 'after'
  return { kind, name: `${told.endpoint} (${told.about})`, [side]: shown }
}

function differencesIn(old: Told, now: Told): Difference[] {
  const endpoint = `${old.endpoint} → ${now.endpoint}`
  return [
    ...(old.endpoint === now.endpoint ? [] : [difference('endpoint', endpoint, old.endpoint, now.endpoint)]),
    ...ownerDifference(old, now),
    ...fieldDifferences(old.fields, now.fields),
    ...propertyDifferences(old.properties, now.properties)
  ]
}

function ownerDifference({ owner: old }: Told, { owner: now }: Told): Difference[] {
  if (old.kind === now.kind && old.id === now.id) return []
  const name = old.kind === now.kind ? `another ${now.kind}` : `${old.kind} → ${now.kind}`
  return [difference('identity', name, `${old.kind} ${old.id}`, `${now.kind} ${now.id}`)]
}

function fieldDifferences(old: Map<string, unknown>, now: Map<string, unknown>): Difference[] {
  const names = [...new Set([...old.keys(), ...now.keys()])].filter((name) => !isSame(old.get(name), now.get(name)))
  return names.map((name) => {
    const change = !old.has(name) ? 'field added' : !now.has(name) ? 'field removed' : 'field changed'
    return difference(name === 'event' ? 'event name' : change, name, old.get(name), now.get(name))
  })
}

function propertyDifferences(old: Map<string, unknown>, now: Map<string, unknown>): Difference[] {
  const added = new Map([...now].filter(([name]) => !old.has(name)))
  const removed = new Map([...old].filter(([name]) => !now.has(name)))
  const renamed = renames(removed, added)
  for (const [from, to] of renamed) {
    removed.delete(from)
    added.delete(to)
  }
  return [
    ...renamed.map(([from, to]) =>
      difference('property renamed', `${indexed(from)} → ${indexed(to)}`, old.get(from), now.get(to))
    ),
    ...[...removed].map(([name, value]) => difference('property removed', indexed(name), value, undefined)),
    ...[...added].map(([name, value]) => difference('property added', indexed(name), undefined, value)),
    ...[...old].flatMap(([name, value]) => (now.has(name) ? changeOf(name, value, now.get(name)) : []))
  ]
}

/** The same value under another name, where no third name has it. */
function renames(removed: Map<string, unknown>, added: Map<string, unknown>): [from: string, to: string][] {
  if (removed.size === 0 || added.size === 0) return []
  const [olds, news] = [removed, added].map(namesByText)
  return [...olds].flatMap(([text, from]): [string, string][] => {
    const to = news.get(text)
    return from !== undefined && to !== undefined && text !== '' ? [[from, to]] : []
  })
}

/** Undefined where several have the value. */
function namesByText(leaves: Map<string, unknown>): Map<string, string | undefined> {
  const names = new Map<string, string | undefined>()
  for (const [name, value] of leaves) {
    const text = textOf(value)
    names.set(text, names.has(text) ? undefined : name)
  }
  return names
}

function changeOf(name: string, old: unknown, now: unknown): Difference[] {
  if (isSame(old, now)) return []
  const [text, sent] = [textOf(old), textOf(now)]
  if (text === sent)
    return [difference('property retyped', `${indexed(name)}: ${typeof old} → ${typeof now}`, old, now)]
  const isCut = typeof now === 'string' && sent !== '' && text.startsWith(sent)
  return [difference(isCut ? 'property cut' : 'property changed', indexed(name), old, now)]
}

function isSame(old: unknown, now: unknown): boolean {
  return old === now || (typeof old === 'object' && typeof now === 'object' && textOf(old) === textOf(now))
}

/** Items of lists count together, however many there are. */
function indexed(name: string): string {
  return name.replace(/\.\d+(?=\.|$)/g, '.N')
}

function difference(kind: Difference['kind'], name: string, before: unknown, after: unknown): Difference {
  return { kind, name, before, after }
}
