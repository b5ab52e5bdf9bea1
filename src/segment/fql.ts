import { parseFql } from '@segment/destination-subscriptions'
import type { Condition, GroupCondition } from '@segment/destination-subscriptions'
import { MESSAGE_TYPES } from './message'

type Leaf = Exclude<Condition, GroupCondition>

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
  [/\(\s*!/, 'a group begins with a negation, and its parentheses are passed over: put that condition second'],
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
  return misread[1] ?? groupProblem(bare, leaves.length) ?? typeProblem(leaves)
}

function typeProblem(leaves: Leaf[]): string | undefined {
  const types = leaves.filter(({ type, operator }) => type === 'event-type' && operator === '=')
  const unknown = types.find(({ value }) => !MESSAGE_TYPES.some((type) => type === value))
  return unknown && `there is no call of type ${JSON.stringify(unknown.value)}`
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
