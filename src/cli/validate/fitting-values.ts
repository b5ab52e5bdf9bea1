import type { Condition, GroupCondition, Operator } from '@segment/destination-subscriptions'

type Leaf = Exclude<Condition, GroupCondition>

/** Some value of each kind that no condition need name. */
const ANY = [undefined, 'some text', 'x', '', true, false, 0]

/** Values of which one meets the leaves together if any value does, as far as FQL's operators go. */
export function fittingValues(leaves: Leaf[]): unknown[] {
  const values = leaves.flatMap(({ value }) => (value === undefined ? [] : [value]))
  return [...ANY, ...values.map(String), ...textValues(leaves), ...numberValues(values)]
}

function textValues(leaves: Leaf[]): string[] {
  const having = (operator: Operator) => longestFirst(leaves.filter((leaf) => leaf.operator === operator))
  const [starts, middle, ends] = [having('starts_with'), having('contains'), having('ends_with')]
  const start = starts[0] ?? ''
  const end = ends[0] ?? ''
  return [start + middle.join(' ') + end, `${start} ${middle.join(' ')} ${end}`, `${start}x`, `x${end}`]
}

function longestFirst(leaves: Leaf[]): string[] {
  return leaves.map(({ value }) => String(value)).sort((a, b) => b.length - a.length)
}

/** The bounds themselves, the numbers around them and those between two. */
function numberValues(values: unknown[]): number[] {
  const bounds = values.map(Number).filter(Number.isFinite)
  const between = bounds.flatMap((a) => bounds.map((b) => (a + b) / 2))
  return [...between, ...bounds.flatMap((bound) => [bound - 1, bound + 1])]
}
