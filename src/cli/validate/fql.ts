import { parseFql, validate } from '@segment/destination-subscriptions'
import type { Condition, GroupCondition } from '@segment/destination-subscriptions'
import { fittingValues } from './fitting-values'

export type Call = Record<string, unknown>
type Leaf = Exclude<Condition, GroupCondition>

/** https://segment.com/docs/connections/spec */
const CALL_TYPES = ['track', 'identify', 'page', 'screen', 'group', 'alias']

const PARENTS = { 'event-property': 'properties', 'event-trait': 'traits', 'event-context': 'context' } as const

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
  [/'/, 'text stands in double quotes'],
  [/!\s*\(|(?<![\w.])not(?![\w.])/, 'its negation is passed over: negate each condition, as != does'],
  [/(?!(?:!=|<=|>=)(?![=<>!]))[=<>!]{2,}/, 'there are two operators in a row'],
  [/[=<>]\s*($|\)|(and|or)(?![\w.]))/, 'a value is missing']
]

/** Why the FQL does not mean what it says; undefined when it does. Segment's parser passes over what it does not know. */
export function parseProblem(fql: string): string | undefined {
  const parsed = parseFql(fql)
  if ('error' in parsed) return refusalOf(parsed.error)
  const leaves = leavesOf(parsed)
  const unknown = leaves.find(({ operator }) => !OPERATORS.includes(operator))
  if (unknown) return `"${unknown.operator}" is no operator`
  const bare = fql.replace(TEXT, '""')
  const misread = MISREAD.find(([pattern]) => pattern.test(bare)) ?? []
  return misread[1] ?? groupProblem(bare, leaves.length)
}

/** The parser stumbles over parentheses within parentheses. */
function refusalOf(error: Error): string {
  return error instanceof TypeError
    ? 'no condition that Segment knows; a group may not stand in a group'
    : error.message
}

function groupProblem(bare: string, conditions: number): string | undefined {
  const outside = bare.replace(GROUP, '')
  if (/[()]/.test(outside)) return 'its parentheses do not fit'
  const levels = [outside, ...(bare.match(GROUP) ?? [])].map((level) => level.match(CONJUNCTION) ?? [])
  if (levels.some((found) => new Set(found).size > 1)) return 'and stands beside or: put parentheses around one of them'
  return conditions === levels.flat().length + 1 ? undefined : 'a part of it is no condition'
}

function leavesOf(condition: Condition): Leaf[] {
  return condition.type === 'group' ? condition.children.flatMap(leavesOf) : [condition]
}

/**
 * Calls that every one of the statements takes, with the values that decide it and nothing else: one for each call type
 * and each way through the `or`s. Empty when no call can. The statements must parse.
 */
export function callsTaken(...statements: string[]): Call[] {
  const children = statements.map(parseFql).filter((parsed): parsed is GroupCondition => !('error' in parsed))
  return alternatives({ type: 'group', operator: 'and', children }).flatMap((leaves) =>
    CALL_TYPES.map((type) => callMeeting(leaves, type)).filter((call): call is Call => call !== undefined)
  )
}

/** The ways to meet a condition, each a list of leaves to meet together. */
function alternatives(condition: Condition): Leaf[][] {
  if (condition.type !== 'group') return [[condition]]
  const ways = condition.children.map(alternatives)
  if (condition.operator === 'or') return ways.flat()
  return ways.reduce((all, next) => all.flatMap((some) => next.map((more) => [...some, ...more])), [[]] as Leaf[][])
}

function callMeeting(leaves: Leaf[], type: string): Call | undefined {
  const call: Call = { type }
  for (const path of new Set(leaves.map(pathOf))) {
    const together = leaves.filter((leaf) => pathOf(leaf) === path)
    const candidates = path === 'type' ? [type] : fittingValues(together)
    const index = candidates.findIndex((value) => together.every((leaf) => holds(leaf, withValue({}, path, value))))
    if (index < 0) return undefined
    withValue(call, path, candidates[index])
  }
  return call
}

function pathOf(leaf: Leaf): string {
  if (leaf.type === 'event-type') return 'type'
  return 'name' in leaf ? `${PARENTS[leaf.type]}.${leaf.name}` : leaf.type
}

function holds(leaf: Leaf, call: Call): boolean {
  return validate({ type: 'group', operator: 'and', children: [leaf] }, call)
}

function withValue(call: Call, path: string, value: unknown): Call {
  const keys = path.split('.')
  const last = keys.pop() ?? path
  const parent = keys.reduce<Call>((object, key) => (object[key] ??= {}) as Call, call)
  if (value !== undefined) parent[last] = value
  return call
}
