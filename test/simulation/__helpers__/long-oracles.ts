import { isBad, isEvent, isMalformed, isPoisoned, isTaken, userOf, visitorOf, writeOf } from './calls'
import type { Call } from './calls'
import { AUDIENCE } from './long-world'
import type { LongHistory } from './long-world'
import { PEOPLE } from './plan'

/** What broke a promise of long work, in words. Knows the contract and the files. */
export function judgeLong(history: LongHistory): string[] {
  const { network, isDone } = history
  if (!isDone) return ['the work did not come to its end']
  return [
    ...network.brokenRules.map((text) => `the destination broke a rule of Heap's: ${text}`),
    ...balance(history),
    ...history.calls.flatMap((call) => line(history, call)),
    ...properties(history),
    ...membership(history)
  ]
}

/** Every line has an outcome, and those that were rejected are told. */
function balance({ totals, calls, rejections }: LongHistory): string[] {
  const { read = 0, delivered = 0, rejected = 0, skipped = 0 } = totals ?? {}
  const told = new Set(rejections.map((each) => each.line)).size
  const sums = [
    [read, calls.length, 'lines were read'],
    [delivered + rejected + skipped, calls.length, 'lines have an outcome'],
    [skipped, calls.filter((call) => !isTaken(call) && !isMalformed(call)).length, 'lines were skipped'],
    [told, rejected, 'of the rejected lines are told']
  ] as const
  return sums.flatMap(([is, should, what]) => (is === should ? [] : [`${is}, and not ${should} ${what}`]))
}

const isRejected = ({ rejections }: LongHistory, { n }: Call) => rejections.some(({ line }) => line === n + 1)

function line(history: LongHistory, call: Call): string[] {
  const name = `line ${call.n + 1} (${call.kind})`
  const stored = history.network.heap.events().filter((event) => Number(event.properties.n) === call.n)
  if (isBad(call)) {
    if (stored.length > 0) return [`${name} is bad, and is stored`]
    return isRejected(history, call) ? [] : [`${name} is bad, and is not rejected`]
  }
  if (isRejected(history, call) && !sharesEntryWithPoison(history, call)) return [`${name} was rejected`]
  return isEvent(call) && stored.length !== 1 ? [`${name} is stored ${stored.length} times`] : []
}

function sharesEntryWithPoison({ calls }: LongHistory, call: Call): boolean {
  const to = writeOf(call, false)?.to
  return calls.some((other) => isPoisoned(other) && writeOf(other, false)?.to === to)
}

/** The last line that wrote a property has written it, unless it was rejected with others of its user. */
function properties(history: LongHistory): string[] {
  const { heap } = history.network
  const stored = new Map<string, Record<string, unknown>>()
  for (const user of heap.users()) stored.set(user.identity ?? '', user.properties)
  for (const account of heap.accounts()) stored.set(account.account_id, account.properties)
  const allowed = new Map<string, unknown[]>()
  for (const call of history.calls) {
    const write = isBad(call) ? undefined : writeOf(call, false)
    for (const [name, value] of Object.entries(write?.properties ?? {})) {
      const key = JSON.stringify([write?.to, name])
      allowed.set(key, isRejected(history, call) ? [...(allowed.get(key) ?? [undefined]), value] : [value])
    }
  }
  return [...allowed].flatMap(([key, values]) => {
    const [to, name] = JSON.parse(key) as [string, string]
    const value = stored.get(to)?.[name]
    return values.includes(value) ? [] : [`${to}.${name} is ${String(value)}, and not ${values.join(' or ')}`]
  })
}

/** True for those of the last list, false for those who have left, and nothing for those of whom Heap was never told. */
function membership({ plan, synced, network }: LongHistory): string[] {
  const last = plan.lists[plan.lists.length - 1] ?? []
  const ever = new Set(synced.flat())
  const perhaps = new Set(plan.lists.flat())
  const users = network.heap.users()
  return Array.from({ length: PEOPLE }, (_, person) => person).flatMap((person) => {
    const user = users.find(({ identity }) => identity === userOf(person))
    const strangers = user?.anonymous_ids.filter((id) => id !== visitorOf(person)) ?? []
    const should = last.includes(person) ? true : ever.has(person) ? false : undefined
    const is = user?.properties[AUDIENCE]
    const isRight = is === should || (is === false && perhaps.has(person) && !last.includes(person))
    const wrong = isRight ? [] : [`${userOf(person)} is ${String(is)} in the audience, and not ${String(should)}`]
    return [...wrong, ...strangers.map((id) => `${id} is merged into ${userOf(person)}`)]
  })
}
