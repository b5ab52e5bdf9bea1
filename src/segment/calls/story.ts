import type { JSONObject } from '@segment/actions-core'
import { mapped } from '../engine'
import { isJsonObject } from '../json-object'
import { isDirective } from '../mapping-directives'
import { joined, SentLeaves, textOf } from './sent-leaves'
import type { SentLeaf } from './sent-leaves'

/** The outcome of one value that the mapping made, or, `added`, one value that stands in the request alone. */
export interface StoryRow {
  /** Of the action, `properties`; empty for `added`. */
  field: string
  /** Path of the event in the mapping, `$.properties`. Null: a constant, or computed from several. */
  from: string | null
  /** Below the field: `foo.bar`; empty for the field itself. */
  path: string
  value: unknown
  /** Where it stands in the request: `properties.foo.bar`. Null when it is dropped. */
  sentAs: string | null
  sent: unknown
  change: 'kept' | 'renamed' | 'cut' | 'converted' | 'dropped' | 'added'
}

/** In the order of the payload. */
export interface Story {
  rows: StoryRow[]
  /** How many rows more there would be. */
  more: number
}

const MAX_ROWS = 2000

/**
 * What the action made of its payload, found by comparing: nothing here knows a rule by which it converts. `sent` is the
 * item of the request that stands for this call, or the list of them.
 */
export function storyRows(mapping: JSONObject, payload: JSONObject, sent: unknown): Story {
  const request = new SentLeaves(Array.isArray(sent) ? sent : [sent])
  const fields = Object.entries(payload).map(([field, value]) =>
    nodeOf({ field, path: '', value, from: null }, own(mapping, field), request)
  )
  const leaves: Node[] = []
  for (const field of fields) collectLeaves(field, leaves)
  pairUp(leaves, request)
  const rows: StoryRow[] = []
  for (const field of fields) if (hasArrived(field) || !field.isConstant) collectRows(field, rows)
  rows.push(...request.unclaimed().map(addedRow))
  return { rows: rows.slice(0, MAX_ROWS), more: Math.max(0, rows.length - MAX_ROWS) }
}

/** Paths of the mapping that find nothing in the event, where nothing else stands in for them. */
export function missingPaths(mapping: JSONObject, event: JSONObject): { field: string; path: string }[] {
  return Object.entries(mapping).flatMap(([field, value]) =>
    directivesIn(value)
      .filter((directive) => mapped({ value: directive as JSONObject }, event)?.value === undefined)
      .flatMap(pathsIn)
      .map((path) => ({ field, path }))
  )
}

interface Place extends Pick<StoryRow, 'field' | 'path' | 'value' | 'from'> {
  /** A field's constant that is in no request is an option of the action, such as the size of a batch. */
  isConstant: boolean
}

interface Node extends Place {
  inner: Node[]
  pair?: Pair
  /** Whether anything in it stands in the request. */
  arrived?: boolean
}

type Pair = { leaf: SentLeaf; change: StoryRow['change'] }

/** An object or a list is one value where the request has one under its name, else the values in it. */
function nodeOf(
  { field, path, value, from: outer }: Omit<Place, 'isConstant'>,
  mapping: unknown,
  request: SentLeaves
): Node {
  const from = outer ?? pathOf(mapping)
  const place = { field, path, value, from, isConstant: !isDirective(mapping) && !isJsonObject(mapping) }
  if (typeof value !== 'object' || value === null || request.named(namesOf(place)).length > 0) {
    return { ...place, inner: [] }
  }
  const inner = Object.entries(value).map(([key, item]) =>
    nodeOf({ field, path: joined(path, key), value: item, from }, own(mapping, key), request)
  )
  return { ...place, inner }
}

function pathOf(mapping: unknown): string | null {
  const path = own(mapping, '@path')
  return typeof path === 'string' ? path : null
}

function own(object: unknown, key: string): unknown {
  return isJsonObject(object) && Object.prototype.hasOwnProperty.call(object, key) ? object[key] : undefined
}

function collectLeaves(node: Node, leaves: Node[]): void {
  if (node.inner.length === 0) leaves.push(node)
  for (const inner of node.inner) collectLeaves(inner, leaves)
}

/** From the surest sign to the weakest, over all values each, so that none takes what belongs to another. */
function pairUp(leaves: Node[], request: SentLeaves): void {
  for (const find of [sameNameAndValue, cutName, sameValue, sameName, asName]) {
    for (const node of leaves) node.pair ??= find(node, request)
  }
}

function sameNameAndValue(node: Node, request: SentLeaves): Pair | undefined {
  const text = textOf(node.value)
  const same = request.named(namesOf(node)).filter((leaf) => leaf.text === text)
  return same.length > 0 ? claimed(same, changeOf(node.value, same[0])) : undefined
}

function sameValue({ path, field, value }: Node, request: SentLeaves): Pair | undefined {
  if (value === null || typeof value === 'object' || value === '') return undefined
  const leaf = request.unclaimedWith(textOf(value), path || field)
  return leaf && claimed([leaf], 'renamed')
}

function sameName(node: Node, request: SentLeaves): Pair | undefined {
  const leaf = request.named(namesOf(node)).find((each) => !each.claimed)
  return leaf && claimed([leaf], changeOf(node.value, leaf))
}

function cutName({ path, value }: Node, request: SentLeaves): Pair | undefined {
  const starts = request.startsOf(path)
  const leaf = starts.find((each) => !each.claimed && textOf(value).startsWith(each.text))
  return leaf && claimed([leaf], 'cut')
}

/** The key of an audience is a name in the request, not a value. */
function asName({ path, value }: Node, request: SentLeaves): Pair | undefined {
  const [leaf] = path === '' && typeof value === 'string' ? request.named([value]) : []
  return leaf && { leaf, change: 'kept' }
}

function claimed(leaves: SentLeaf[], change: StoryRow['change']): Pair {
  for (const leaf of leaves) leaf.claimed = true
  return { leaf: leaves[0], change }
}

function changeOf(value: unknown, { value: sent, text }: SentLeaf): StoryRow['change'] {
  if (value === sent) return 'kept'
  const whole = textOf(value)
  if (whole === text && typeof value === 'object' && typeof sent === 'object') return 'kept'
  return typeof sent === 'string' && text !== '' && whole.length > text.length && whole.startsWith(text)
    ? 'cut'
    : 'converted'
}

/** Full, and below whatever the request calls the field. */
function namesOf({ field, path }: Place): string[] {
  return path === '' ? [field] : [joined(field, path), path]
}

function hasArrived(node: Node): boolean {
  node.arrived = node.pair !== undefined
  for (const inner of node.inner) if (hasArrived(inner)) node.arrived = true
  return node.arrived
}

/** Where nothing of an object or a list has arrived, it is told of once. */
function collectRows(node: Node, rows: StoryRow[]): void {
  const { field, from, path, value, inner, pair } = node
  if (node.arrived && !pair) return inner.forEach((each) => collectRows(each, rows))
  const { leaf, change = 'dropped' } = pair ?? {}
  rows.push({ field, from, path, value, sentAs: leaf?.path ?? null, sent: leaf?.value ?? null, change })
}

function addedRow({ path, value }: SentLeaf): StoryRow {
  return { field: '', from: null, path: '', value: null, sentAs: path, sent: value, change: 'added' }
}

function directivesIn(value: unknown): unknown[] {
  if (isDirective(value)) return [value]
  return isJsonObject(value) ? Object.values(value).flatMap(directivesIn) : []
}

function pathsIn(directive: unknown): string[] {
  if (typeof directive !== 'object' || directive === null) return []
  return Object.entries(directive).flatMap(([key, value]) =>
    key === '@path' && typeof value === 'string' ? [value] : pathsIn(value)
  )
}
