import { endAll, Running } from '../cli/__helpers__/command-line'
import { post, storedEvents } from '../cli/__helpers__/tracking'
import { peakMemory } from './__helpers__/memory'

const EVENTS = 40_000
/** A flood that has been refused so often shows nothing new. */
const MAX_REFUSED = 16
const PER_REQUEST = 500
const AT_ONCE = 4
const MAX_MEMORY_MB = 300

/** For messages of the largest size allowed. */
const LARGE = 1_500
const LARGE_PER_REQUEST = 15

/** Messages whose names grow, at 2.6 MB each: the emulator could not list many more. */
const LONG_NAMES = 60

interface Flood {
  accepted: number[]
  refusals: string[]
}

type Batch = (first: number) => { writeKey: string; batch: object[] }

function batchOf(count: number, properties: (number: number) => object): Batch {
  return (first) => {
    const numbers = Array.from({ length: count }, (_, offset) => first + offset)
    const batch = numbers.map((number) => ({
      ...{ type: 'track', event: 'Flood', userId: `user-${number % 1000}`, messageId: `flood-${number}` },
      properties: { number, ...properties(number) }
    }))
    return { writeKey: 'key', batch }
  }
}

const usual = batchOf(PER_REQUEST, () => ({ nested: { list: [1, 2, { a: 'b' }] }, padding: 'x'.repeat(200) }))

/** As the SDKs do, again when a busy server has closed the connection: Heap keeps each event once. */
async function sent(url: string, body: string, attemptsLeft = 3): Promise<Response> {
  try {
    return await fetch(`${url}/v1/batch`, { method: 'POST', body })
  } catch (error) {
    if (attemptsLeft === 1) throw error
    return sent(url, body, attemptsLeft - 1)
  }
}

/** Sends so many events, each once, whatever the answers, or as many as are refused often enough. */
async function flood(url: string, events: number, batchFrom: Batch): Promise<Flood> {
  const seen: Flood = { accepted: [], refusals: [] }
  let next = 0
  async function send(): Promise<void> {
    while (next < events && seen.refusals.length < MAX_REFUSED) {
      const { batch, ...rest } = batchFrom(next)
      const numbers = batch.map((_, offset) => next + offset)
      next += batch.length
      const answer = await sent(url, JSON.stringify({ ...rest, batch }))
      const text = await answer.text()
      if (answer.ok) seen.accepted.push(...numbers)
      else seen.refusals.push(`${answer.status} ${answer.headers.get('retry-after')} ${text}`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, send))
  return seen
}

/** Waits until the log tells that many deliveries: to list the events again and again would keep the server busy. */
async function storedNumbers(server: Running, url: string, count: number): Promise<number[]> {
  while ((server.stdout.match(/→ \/api\/track 200/g) ?? []).length < count) {
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
  return (await storedEvents(url)).map(({ properties }) => (properties as { number: number }).number)
}

/** Flattened, each of the 2,600 leaves bears all the names above it. */
function longNames(): object {
  const group = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [at.toString(36), 1]))
  return { ['p'.repeat(1_010)]: Object.fromEntries(Array.from({ length: 26 }, (_, at) => [at.toString(36), group])) }
}

function longText(): object {
  return { a: 'x'.repeat(31_000) }
}

const FULL = 'the queue is full and nothing was accepted; send the request again'

describe('a flood while Heap is dead', () => {
  let server: Running
  let url: string
  beforeEach(async () => {
    server = new Running(['serve', '--noUI', '--port', '0', '--no-rate-limits', '--fault', 'reset-before=1'])
    url = await server.url()
  })
  afterEach(endAll)

  /** Before the emulator, which is in the same process, keeps what arrives. */
  function expectBounded({ refusals }: Flood): void {
    expect(peakMemory(server.pid)).toBeLessThan(MAX_MEMORY_MB)
    expect(refusals.length).toBeGreaterThanOrEqual(MAX_REFUSED)
    expect(new Set(refusals)).toEqual(
      new Set([`429 1 ${JSON.stringify({ success: false, error: { message: FULL } })}`])
    )
  }

  async function expectDelivered({ accepted }: Flood): Promise<void> {
    await post(`${url}/_emulator/faults`, {})
    const stored = await storedNumbers(server, url, accepted.length)
    expect(stored.sort((a, b) => a - b)).toEqual(accepted.sort((a, b) => a - b))
  }

  it('of 40,000 events is answered with 429 beyond the bound, and loses nothing that was accepted', async () => {
    const flooded = await flood(url, EVENTS, usual)
    expect(flooded.accepted).toHaveLength(20_000)
    expectBounded(flooded)
    await expectDelivered(flooded)
  }, 120_000)

  it.each([
    ['empty objects', () => ({ a: Array.from({ length: 10_000 }, () => ({})) })],
    [
      'keys of their own',
      (number: number) => Object.fromEntries(Array.from({ length: 1_500 }, (_, at) => [`k${number}_${at}`, 1]))
    ],
    ['a long name above many others', (number: number) => (number < LONG_NAMES ? longNames() : longText())]
  ])(
    'of messages of 32 KB takes no more memory: %s',
    async (_name, properties) => {
      expectBounded(await flood(url, LARGE, batchOf(LARGE_PER_REQUEST, properties)))
    },
    240_000
  )

  it('of long texts takes no more memory, and loses nothing that was accepted', async () => {
    const flooded = await flood(url, LARGE, batchOf(LARGE_PER_REQUEST, longText))
    expectBounded(flooded)
    await expectDelivered(flooded)
  }, 120_000)
})
