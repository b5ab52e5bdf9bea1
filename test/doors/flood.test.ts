import { endAll, Running } from '../cli/__helpers__/command-line'
import { post, storedEvents } from '../cli/__helpers__/tracking'
import { peakMemory } from './__helpers__/memory'

const EVENTS = 100_000
const PER_REQUEST = 500
const AT_ONCE = 4
const MAX_MEMORY_MB = 300

interface Flood {
  accepted: number[]
  refusals: Set<string>
}

function batchFrom(first: number): object {
  const batch = Array.from({ length: PER_REQUEST }, (_, offset) => {
    const number = first + offset
    const properties = { number, nested: { list: [1, 2, { a: 'b' }] }, padding: 'x'.repeat(200) }
    return { type: 'track', event: 'Flood', userId: `user-${number % 1000}`, messageId: `flood-${number}`, properties }
  })
  return { writeKey: 'key', batch }
}

/** Sends every event once, whatever the answers. */
async function flood(url: string): Promise<Flood> {
  const seen: Flood = { accepted: [], refusals: new Set() }
  let next = 0
  async function send(): Promise<void> {
    for (let first = next; first < EVENTS; first = next) {
      next += PER_REQUEST
      const answer = await fetch(`${url}/v1/batch`, { method: 'POST', body: JSON.stringify(batchFrom(first)) })
      const text = await answer.text()
      if (answer.ok) seen.accepted.push(...Array.from({ length: PER_REQUEST }, (_, offset) => first + offset))
      else seen.refusals.add(`${answer.status} ${answer.headers.get('retry-after')} ${text}`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, send))
  return seen
}

/** Waits until that many have arrived. */
async function storedNumbers(url: string, count: number): Promise<number[]> {
  for (;;) {
    const events = await storedEvents(url)
    if (events.length >= count) return events.map(({ properties }) => (properties as { number: number }).number)
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

describe('a flood of 100,000 events while Heap is dead', () => {
  afterAll(endAll)

  it('is answered with 429 beyond the bound, takes less than 300 MB, and loses nothing that was accepted', async () => {
    const server = new Running(['serve', '--noUI', '--port', '0', '--no-rate-limits', '--fault', 'reset-before=1'])
    const url = await server.url()

    const { accepted, refusals } = await flood(url)
    expect(accepted).toHaveLength(20_000)
    const message = 'the queue is full and nothing was accepted; send the request again'
    expect([...refusals]).toEqual([`429 1 ${JSON.stringify({ success: false, error: { message } })}`])

    await post(`${url}/_emulator/faults`, {})
    const stored = await storedNumbers(url, accepted.length)
    expect(stored.sort((a, b) => a - b)).toEqual(accepted.sort((a, b) => a - b))
    expect(peakMemory(server.pid)).toBeLessThan(MAX_MEMORY_MB)
  }, 120_000)
})
