import { Analytics } from '@segment/analytics-node'
import { AUDIENCE, isMember, LAST_TRAIT } from './last-values'
import { POISON } from './phases'

/** What a client tells when all its calls are settled. */
export interface ClientReport {
  /** IDs of the calls that the Tracking API has acknowledged. */
  acknowledged: string[]
  failed: string[]
  /** IDs of those that Heap is to refuse. */
  refusable: string[]
  /** Calls about the one audience: of those, the last counts. */
  memberships: number
}

const TICKS_A_SECOND = 10

/** Calls on their way at once. With more, the SDK would open thousands of connections. */
const MAX_UNSETTLED = 4_000
const POISON_EVERY = 97

const [host, prefix, calls, seconds] = process.argv.slice(2)
const perTick = Number(calls) / Number(seconds) / TICKS_A_SECOND
const analytics = new Analytics({ writeKey: 'soak', host, flushAt: 40, flushInterval: 200, maxRetries: 1000 })
analytics.on('error', () => undefined)

const report: ClientReport = { acknowledged: [], failed: [], refusable: [], memberships: 0 }

type Call = (id: string, number: number, done: (error?: unknown) => void) => void

const person = (number: number) => `person-${prefix}-${Math.floor(number / CALLS.length) % 50}`
function properties(id: string, number: number): object {
  const usual = { soak_id: id, nested: { list: [1, { a: number }], when: new Date(number) } }
  if (number % POISON_EVERY !== 0) return usual
  report.refusable.push(id)
  return { ...usual, note: POISON }
}

const track: Call = (id, number, done) =>
  analytics.track(
    { messageId: id, userId: person(number), event: `Told ${id}`, properties: properties(id, number) },
    done
  )

function member(id: string, number: number, computation_key: string, done: (error?: unknown) => void): void {
  const personas = { computation_class: 'audience', computation_key }
  const traits = { [computation_key]: isMember(id) }
  analytics.identify({ messageId: id, userId: person(number), traits, context: { personas } }, done)
}

/** Heap keeps only the last of these. */
const toOneAudience: Call = (id, number, done) => member(id, number, AUDIENCE, done)

/** One of each kind of call that the destination has an action for; tracks are the most. */
const CALLS: Call[] = [
  track,
  (id, number, done) =>
    analytics.track(
      {
        messageId: id,
        anonymousId: `anonymous-${number % 50}`,
        event: `Told ${id}`,
        properties: properties(id, number)
      },
      done
    ),
  track,
  (id, number, done) =>
    analytics.identify({ messageId: id, userId: person(number), traits: { [id]: true, [LAST_TRAIT]: id } }, done),
  track,
  (id, number, done) =>
    analytics.page(
      { messageId: id, userId: person(number), name: `Told ${id}`, properties: properties(id, number) },
      done
    ),
  track,
  (id, number, done) =>
    analytics.group(
      { messageId: id, userId: person(number), groupId: `group-${number % 20}`, traits: { [id]: true } },
      done
    ),
  (id, number, done) => member(id, number, id, done),
  toOneAudience
]

let sent = 0
let settled = 0

function tell(): void {
  const number = sent++
  const id = `${prefix}_${number}`
  const call = CALLS[number % CALLS.length]
  call(id, number, (error) => {
    settled++
    if (error) report.failed.push(id)
    else if (call === toOneAudience) report.memberships++
    else report.acknowledged.push(id)
  })
}

function toldAll(): Promise<void> {
  return new Promise((resolve) => {
    const begin = Date.now()
    const ticking = setInterval(() => {
      const due = Math.min(Number(calls), ((Date.now() - begin) / 1000) * TICKS_A_SECOND * perTick)
      while (sent < due && sent - settled < MAX_UNSETTLED) tell()
      if (sent < Number(calls)) return
      clearInterval(ticking)
      resolve()
    }, 1000 / TICKS_A_SECOND)
  })
}

const done = toldAll().then(() => analytics.closeAndFlush({ timeout: 300_000 }))
process.on('message', () => void done.then(() => process.send?.(report, () => process.exit(0))))
console.log(`ready at ${host}`)
