import { parseFql, validate } from '@segment/destination-subscriptions'
import type { Condition, GroupCondition } from '@segment/destination-subscriptions'
import { MESSAGE_TYPES } from './message'

type Leaf = Exclude<Condition, GroupCondition>
type Event = Record<string, unknown>

/** As Segment's parser calls them; it takes any other word for one, too. */
const OPERATORS = [
  ...['=', '!=', '<', '<=', '>', '>=', 'number_equals', 'number_not_equals'],
  ...['contains', 'not_contains', 'starts_with', 'not_starts_with', 'ends_with', 'not_ends_with'],
  ...['exists', 'not_exists', 'is_true', 'is_false']
]

/** The parser knows no escapes in it. */
const TEXT = /"[^"]*"/g
const GROUP = /\([^()]*\)/g
const CONJUNCTION = /(?<![\w.])(and|or)(?![\w.])/g

/** What the parser passes over or takes for a value, outside of texts. */
const MISREAD: [RegExp, string][] = [
  [/'/, 'put text in double quotes'],
  [/\(\s*!/, 'Segment ignores the parentheses of a group that begins with a negation: put that condition second'],
  [
    /!\s*\(|(?<![\w.])not(?![\w.])/,
    'Segment ignores the negation of a group: negate each condition, for example with !='
  ],
  [/(?!(?:!=|<=|>=)(?![=<>!]))[=<>!]{2,}/, 'there are two operators in a row'],
  [/[=<>]\s*($|\)|(and|or)(?![\w.]))/, 'a value is missing']
]

/** Why the FQL does not mean what it says; undefined when it does. Segment's parser passes over what it does not know. */
export function parseProblem(fql: string): string | undefined {
  const parsed = parseFql(fql)
  if ('error' in parsed) return refusalOf(parsed.error)
  const leaves = leavesOf(parsed)
  const unknown = leaves.find(({ operator }) => !OPERATORS.includes(operator))
  if (unknown) return `"${unknown.operator}" is not an operator`
  const bare = fql.replace(TEXT, '""')
  const misread = MISREAD.find(([pattern]) => pattern.test(bare)) ?? []
  return misread[1] ?? groupProblem(bare, leaves.length) ?? typeProblem(leaves)
}

function typeProblem(leaves: Leaf[]): string | undefined {
  const types = leaves.filter((leaf) => pathOf(leaf) === 'type' && leaf.operator === '=')
  const unknown = types.find(({ value }) => !MESSAGE_TYPES.some((type) => type === value))
  return unknown && `there is no call of type ${JSON.stringify(unknown.value)}`
}

/** The parser stumbles over parentheses within parentheses. */
function refusalOf(error: Error): string {
  return error instanceof TypeError ? 'not a condition that Segment knows; groups cannot be nested' : error.message
}

function groupProblem(bare: string, conditions: number): string | undefined {
  const outside = bare.replace(GROUP, '')
  if (/[()]/.test(outside)) return 'its parentheses do not match'
  const levels = [outside, ...(bare.match(GROUP) ?? [])].map((level) => level.match(CONJUNCTION) ?? [])
  if (levels.some((found) => new Set(found).size > 1)) return 'it mixes and with or: put parentheses around one of them'
  return conditions === levels.flat().length + 1 ? undefined : 'a part of it is not a condition'
}

/** Why the FQL does not take the event; undefined when it does. */
export function mismatch(subscribe: string, event: Event): string | undefined {
  const fql = parseFql(subscribe)
  if ('error' in fql) return `not valid FQL: ${refusalOf(fql.error)}`
  return reasonAgainst(fql, event)
}

function reasonAgainst(condition: Condition, event: Event): string | undefined {
  if (holds(condition, event)) return undefined
  if (condition.type !== 'group') return leafReason(condition, event)
  const reasons = condition.children.flatMap((child) => reasonAgainst(child, event) ?? [])
  const unique = [...new Set(reasons)]
  return condition.operator === 'or' ? orReason(unique) : unique.join('; ')
}

function orReason(reasons: string[]): string {
  return reasons.length > 1 ? `none of: ${reasons.join(' / ')}` : reasons.join('')
}

function holds(condition: Condition, event: Event): boolean {
  const group: GroupCondition = { type: 'group', operator: 'and', children: [condition] }
  return validate(group, event)
}

function leafReason(leaf: Leaf, event: Event): string {
  const path = pathOf(leaf)
  const wanted = [leaf.operator, leaf.value === undefined ? '' : JSON.stringify(leaf.value)].join(' ').trim()
  return `${path} is ${shown(at(event, path))}, needed: ${path} ${wanted}`
}

function at(event: Event, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => own(value, key), event)
}

function own(value: unknown, key: string): unknown {
  return Object(value) === value && Object.prototype.hasOwnProperty.call(value, key) ? (value as Event)[key] : undefined
}

function shown(value: unknown): string {
  if (value === undefined) return 'missing'
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

function leavesOf(condition: Condition): Leaf[] {
  return condition.type === 'group' ? condition.children.flatMap(leavesOf) : [condition]
}

const PARENTS = { 'event-property': 'properties', 'event-trait': 'traits', 'event-context': 'context' } as const

function pathOf(leaf: Leaf): string {
  if (leaf.type === 'event-type') return 'type'
  return 'name' in leaf ? `${PARENTS[leaf.type]}.${leaf.name}` : leaf.type
}
