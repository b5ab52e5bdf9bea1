import { isDeepStrictEqual } from 'util'
import { anonymousTrack, knownTrack } from './__helpers__/calls'
import { statusCounts, useHeap } from './__helpers__/heap'
import type { Event, Outcome } from './__helpers__/heap'

const EVENTS = 50_000
const BATCH = 1000

const heap = useHeap()

/** Segment sends an event again after these statuses; any other one is final. */
const isRetried = ({ status }: Outcome) => status === 408 || status === 429 || (status >= 500 && status !== 501)

const callOf = (index: number) => (index % 3 === 2 ? anonymousTrack(index) : knownTrack(index, `user-${index % 7000}`))

/** The final outcome of each event, by its number, and how many attempts at a batch that took. */
async function deliverUntilFinal(): Promise<{ outcomes: Outcome[]; attempts: number }> {
  const outcomes: Outcome[] = []
  const queue = Array.from({ length: EVENTS / BATCH }, (_, batch) =>
    Array.from({ length: BATCH }, (_, offset) => batch * BATCH + offset)
  )
  let attempts = 0
  for (let batch = queue.shift(); batch; batch = queue.shift(), attempts++) {
    const answered = await heap.deliver(
      'Track Calls',
      batch.map((index) => callOf(index).event)
    )
    batch.forEach((index, position) => (outcomes[index] = answered[position]))
    const again = batch.filter((_, position) => isRetried(answered[position]))
    if (again.length > 0) queue.push(again)
  }
  return { outcomes, attempts }
}

function contentOf({ idempotency_key, identity, anonymous_id, properties }: Event): Event {
  return { idempotency_key, identity, anonymous_id, properties }
}

function faultCounts(): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { fault } of heap.emulator.requests) if (fault) counts[fault] = (counts[fault] ?? 0) + 1
  return counts
}

describe('50,000 events in batches of 1,000', () => {
  it('arrive exactly once at a Heap that limits, fails and loses its answers', async () => {
    heap.emulator.setFaults({ seed: 3, status: { '429': 0.1, '500': 0.02, '503': 0.03 }, resetAfter: 0.03 })
    const { outcomes, attempts } = await deliverUntilFinal()

    expect(statusCounts(outcomes)).toStrictEqual({ 200: EVENTS })
    const stored = heap.emulator.events().map((event) => contentOf({ ...event }))
    const byKey = new Map(stored.map((event) => [event.idempotency_key, event]))
    const sent = Array.from({ length: EVENTS }, (_, index) => contentOf(callOf(index).stored ?? {}))
    const lostOrChanged = sent.filter((event) => !isDeepStrictEqual(byKey.get(event.idempotency_key), event))
    expect(lostOrChanged).toStrictEqual([])
    expect(stored).toHaveLength(EVENTS)

    expect(Object.keys(faultCounts()).sort()).toStrictEqual(['429', '500', '503', 'reset-after'])
    expect(attempts).toBeGreaterThan(EVENTS / BATCH)
  })
})
