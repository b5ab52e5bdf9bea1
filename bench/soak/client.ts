import { Analytics } from '@segment/analytics-node'
import { POISON } from './phases'

/** What a client tells when it has stopped. */
export interface ClientReport {
  /** IDs of the calls that the Tracking API has acknowledged. */
  acknowledged: string[]
  failed: string[]
  /** IDs of those that Heap is to refuse. */
  refusable: string[]
}

const TICKS_A_SECOND = 10
const POISON_EVERY = 97

const [host, prefix, rate] = process.argv.slice(2)
const analytics = new Analytics({ writeKey: 'soak', host, flushAt: 40, flushInterval: 200, maxRetries: 1000 })
analytics.on('error', () => undefined)

const report: ClientReport = { acknowledged: [], failed: [], refusable: [] }

type Call = (id: string, number: number, done: (error?: unknown) => void) => void

const person = (number: number) => `person-${prefix}-${number % 50}`
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
  (id, number, done) => analytics.identify({ messageId: id, userId: person(number), traits: { [id]: true } }, done),
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
  track,
  (id, number, done) =>
    analytics.identify(
      {
        messageId: id,
        userId: person(number),
        traits: { [id]: number % 2 === 0 },
        context: { personas: { computation_class: 'audience', computation_key: id } }
      },
      done
    )
]

let sent = 0

function tell(): void {
  const number = sent++
  const id = `${prefix}_${number}`
  const done = (error?: unknown) => (error ? report.failed : report.acknowledged).push(id)
  CALLS[number % CALLS.length](id, number, done)
}

const ticking = setInterval(() => {
  for (let count = 0; count < Number(rate) / TICKS_A_SECOND; count++) tell()
}, 1000 / TICKS_A_SECOND)

process.on('message', () => {
  clearInterval(ticking)
  void analytics.closeAndFlush({ timeout: 120_000 }).then(() => {
    process.send?.(report, () => process.exit(0))
  })
})
console.log(`ready at ${host}`)
