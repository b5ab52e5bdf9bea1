import { parseFql, validate } from '@segment/destination-subscriptions'
import type { Condition, GroupCondition } from '@segment/destination-subscriptions'
import { fittingValues } from './fitting-values'

export type Call = Record<string, unknown>
type Leaf = Exclude<Condition, GroupCondition>

/** https://segment.com/docs/connections/spec */
const CALL_TYPES = ['track', 'identify', 'page', 'screen', 'group', 'alias']

const PARENTS = { 'event-property': 'properties', 'event-trait': 'traits', 'event-context': 'context' } as const

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
