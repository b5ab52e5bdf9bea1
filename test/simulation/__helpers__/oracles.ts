import { isBad, isEvent, isPoisoned, isTaken, pathsOf, userOf, visitorOf, heapUserOf, writeOf } from './calls'
import type { Call } from './calls'
import { calmAt } from './plan'
import type { Plan, Trouble } from './plan'
import { LIVENESS_MS } from './world'
import type { Attempt, History, SeenOutcome } from './world'

/** As Segment does; a wait for Heap may end it so much earlier. */
const GIVEN_UP_AFTER_MS = 4 * 3_600_000 - 5 * 60_000

/** What one lasting trouble may delay those who have nothing to do with it. */
export const FAIRNESS_MS = 5 * 60_000

/** What broke a promise, in words; nothing when all were kept. Knows the contract and what was sent. */
export function judge(history: History): string[] {
  return [
    ...rules(history),
    ...liveness(history),
    ...history.calls.flatMap((call) => [...outcomesOf(history, call), ...storedOnce(history, call)]),
    ...lastWrites(history),
    ...people(history),
    ...fairness(history)
  ]
}

function rules({ network }: History): string[] {
  return network.brokenRules.map((text) => `the destination broke a rule of Heap's: ${text}`)
}

function liveness({ isDrained, waiting, drainedBy, plan }: History): string[] {
  if (!isDrained) return [`not everything was delivered ${LIVENESS_MS / 60_000} minutes after the last trouble`]
  if (waiting > 0) return [`${waiting} calls have an outcome and would be delivered again by the next start`]
  const lastSend = Math.max(...plan.sends.map(({ at, againAfter = 0 }) => at + againAfter))
  const late = drainedBy - Math.max(calmAt(plan), lastSend) - LIVENESS_MS - 3 * 60_000
  return late > 0 ? [`everything was delivered, but ${late} ms too late`] : []
}

function acceptedOf(history: History, call: Call): Attempt['accepted'] {
  const answers = history.attempts.filter(({ calls }) => calls.includes(call)).map(({ accepted }) => accepted)
  return answers.includes('yes') ? 'yes' : answers.includes('perhaps') ? 'perhaps' : 'no'
}

function finalsOf({ outcomes }: History, { messageId }: Call): SeenOutcome[] {
  return outcomes.filter((outcome) => outcome.isFinal && outcome.messageId === messageId)
}

const isDelivered = ({ status }: SeenOutcome) => status < 300
const isGivenUp = ({ status }: SeenOutcome) => [408, 423, 429].includes(status) || (status >= 500 && status !== 501)

/** Each call that was accepted ends, for the reason that it deserves, and no more often than it was accepted or kept. */
function outcomesOf(history: History, call: Call): string[] {
  const finals = finalsOf(history, call)
  const accepted = acceptedOf(history, call)
  const name = `${call.messageId} (${call.kind})`
  if (!isTaken(call) || accepted === 'no')
    return finals.length > 0 ? [`${name} has an outcome, and was not accepted`] : []
  if (accepted === 'yes' && finals.length === 0) return [`${name} was accepted, and nothing became of it`]
  const most = history.attempts.filter(({ calls }) => calls.includes(call)).length + history.starts.length - 1
  if (finals.length > most) return [`${name} ended ${finals.length} times`]
  return finals.flatMap((outcome) => deserved(history, call, outcome).map((text) => `${name} ${text}`))
}

function deserved(history: History, call: Call, outcome: SeenOutcome): string[] {
  const { status, error = '' } = outcome
  if (isDelivered(outcome)) return isBad(call) ? ['is bad, and was called delivered'] : []
  if (error === '') return [`ended with ${status} and without a reason`]
  if (isGivenUp(outcome)) return givenUpEarly(history, call, outcome)
  return isBad(call) || sharesEntryWithPoison(history, call) ? [] : [`was refused with ${status}: ${error}`]
}

function givenUpEarly({ attempts, starts }: History, call: Call, { at, status, error }: SeenOutcome): string[] {
  const since = [...attempts.filter(({ calls }) => calls.includes(call)).map(({ from }) => from), ...starts]
  const youngest = Math.max(...since.filter((from) => from <= at && from <= at - GIVEN_UP_AFTER_MS), -1)
  return youngest < 0 ? [`was given up after ${at} ms with ${status}: ${error}`] : []
}

/** The writes of a user go out as one entry, which Heap takes whole or refuses whole. */
function sharesEntryWithPoison({ calls, plan }: History, call: Call): boolean {
  const write = writeOf(call, plan.rich)
  return calls.some((other) => isPoisoned(other) && write && writeOf(other, plan.rich)?.to === write.to)
}

function storedOnce(history: History, call: Call): string[] {
  const stored = history.network.heap.events().filter(({ properties }) => Number(properties.n) === call.n)
  const name = `${call.messageId} (${call.kind})`
  if (stored.length > 1) return [`${name} is stored ${stored.length} times`]
  if (stored.length === 1) return storedWrongly(history, call, stored[0]).map((text) => `${name} ${text}`)
  const finals = finalsOf(history, call)
  const isMissing = isEvent(call) && finals.some(isDelivered)
  return isMissing ? [`${name} was called delivered, and is not stored`] : []
}

type StoredEvent = ReturnType<History['network']['heap']['events']>[number]

function storedWrongly(history: History, call: Call, { identity, anonymous_id }: StoredEvent): string[] {
  if (isBad(call)) return ['is bad, and is stored']
  if (acceptedOf(history, call) === 'no') return ['was not accepted, and is stored']
  const isSomebodyElse =
    call.kind === 'seen' ? anonymous_id !== visitorOf(call.person) : identity !== userOf(call.person)
  return isSomebodyElse ? [`is stored for ${identity ?? anonymous_id}`] : []
}

interface Written {
  value: unknown
  from: number
  to: number
  isSure: boolean
}

/** The last value written for each property of each user and account; where two overlapped, either. */
function lastWrites(history: History): string[] {
  const written = writesOf(history)
  const { heap } = history.network
  const holders: [string, Record<string, unknown>][] = [
    ...heap.users().map(({ identity, properties }): [string, Record<string, unknown>] => [identity ?? '', properties]),
    ...heap.accounts().map(({ account_id, properties }): [string, Record<string, unknown>] => [account_id, properties])
  ]
  const stored = new Map(holders.flatMap(([to, properties]) => entriesOf(to, properties)))
  const wrong = [...written].flatMap(([key, writes]) => {
    const { isLate, allowed } = lastOf(writes)
    const value = stored.get(key)
    return allowed.includes(value) || (!isLate && value === undefined)
      ? []
      : [`${key} is ${String(value)}, and not ${allowed.join(' or ')}`]
  })
  const unknown = [...stored.keys()].filter((key) => !written.has(key)).map((key) => `nobody wrote ${key}`)
  return [...wrong, ...unknown]
}

function entriesOf(to: string, properties: Record<string, unknown>): [string, unknown][] {
  return Object.entries(properties).map(([name, value]) => [`${to}.${name}`, value])
}

function writesOf(history: History): Map<string, Written[]> {
  const written = new Map<string, Written[]>()
  for (const attempt of history.attempts) {
    if (attempt.accepted === 'no') continue
    for (const [at, call] of attempt.calls.entries()) {
      const write = isBad(call) ? undefined : writeOf(call, history.plan.rich)
      if (!write) continue
      const isSure = attempt.accepted === 'yes' && finalsOf(history, call).every(isDelivered)
      for (const [key, value] of entriesOf(write.to, write.properties)) {
        // Calls of one request are in its order.
        const [from, to] = [attempt.from + at / 1000, attempt.to + at / 1000]
        written.set(key, [...(written.get(key) ?? []), { value, from, to, isSure }])
      }
    }
  }
  return written
}

function lastOf(writes: Written[]): { isLate: boolean; allowed: unknown[] } {
  const sure = writes.filter(({ isSure }) => isSure)
  const allowed = writes.filter((write) => !sure.some((later) => later !== write && later.from > write.to))
  return { isLate: sure.length > 0, allowed: allowed.map(({ value }) => value) }
}

/** Nobody is merged who should not be: what cannot be undone in Heap. */
function people({ network }: History): string[] {
  return network.heap.users().flatMap(({ identity, anonymous_ids, merged_user_ids }) => {
    const person = Number(/^user-(\d+)$/.exec(identity ?? '')?.[1])
    if (Number.isNaN(person)) return [`Heap has a user ${identity}, whom nobody named`]
    const strangers = [
      ...anonymous_ids.filter((id) => id !== visitorOf(person)),
      ...merged_user_ids.filter((id) => id !== heapUserOf(person))
    ]
    return strangers.map((id) => `${id} is merged into ${identity}`)
  })
}

/** One lasting trouble alone: whoever has nothing to do with it gets through. */
function fairness(history: History): string[] {
  const { plan, calls } = history
  const [trouble, ...others] = plan.troubles
  if (others.length > 0 || (trouble && trouble.kind !== 'heap' && trouble.kind !== 'limited')) return []
  if (trouble?.kind === 'heap' && trouble.path === undefined) return []
  // One user's calls stay in order: behind one that is held up, the others wait.
  const concerned = new Set(
    calls.filter((call) => isPoisoned(call) || isConcerned(trouble, call, plan)).map(({ person }) => person)
  )
  return calls.flatMap((call) => (isBad(call) || concerned.has(call.person) ? [] : delayedLong(history, call)))
}

function isConcerned(trouble: Trouble | undefined, call: Call, { rich }: Plan): boolean {
  if (trouble?.kind === 'limited') return trouble.person === call.person
  return trouble?.kind === 'heap' && pathsOf(call, rich).includes(trouble.path ?? '')
}

function delayedLong(history: History, call: Call): string[] {
  const accepted = history.attempts.filter((each) => each.accepted === 'yes' && each.calls.includes(call))
  const at = Math.max(...finalsOf(history, call).map((outcome) => outcome.at))
  const delay = at - Math.max(...accepted.map(({ to }) => to))
  return delay > FAIRNESS_MS ? [`${call.messageId} (${call.kind}) had to wait ${delay} ms for others' trouble`] : []
}
