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

interface Batch {
  numbers: number[]
  /** As text from the start: to make objects with so many keys takes longer than to send them. */
  body: string
}

function batchOf(count: number, properties: (number: number) => string): (first: number) => Batch {
  return (first) => {
    const numbers = Array.from({ length: count }, (_, offset) => first + offset)
    const batch = numbers.map((number) => {
      const call = { type: 'track', event: 'Flood', userId: `user-${number % 1000}`, messageId: `flood-${number}` }
      return `${JSON.stringify(call).slice(0, -1)},"properties":{"number":${number},${properties(number).slice(1)}}`
    })
    return { numbers, body: `{"writeKey":"key","batch":[${batch.join()}]}` }
  }
}

const USUAL = JSON.stringify({ nested: { list: [1, 2, { a: 'b' }] }, padding: 'x'.repeat(200) })

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
async function flood(url: string, events: number, batchFrom: (first: number) => Batch): Promise<Flood> {
  const seen: Flood = { accepted: [], refusals: [] }
  let next = 0
  async function send(): Promise<void> {
    while (next < events && seen.refusals.length < MAX_REFUSED) {
      const { numbers, body } = batchFrom(next)
      next += numbers.length
      const answer = await sent(url, body)
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

const EMPTY_OBJECTS = JSON.stringify({ a: Array.from({ length: 10_000 }, () => ({})) })
const LONG_TEXT = JSON.stringify({ a: 'x'.repeat(31_000) })
const LONG_NAME = longName()

/** Flattened, each of the 2,600 leaves bears all the names above it. */
function longName(): string {
  const group = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [at.toString(36), 1]))
  const groups = Object.fromEntries(Array.from({ length: 26 }, (_, at) => [at.toString(36), group]))
  return JSON.stringify({ ['p'.repeat(1_010)]: groups })
}

function ownKeys(number: number): string {
  return `{${Array.from({ length: 1_500 }, (_, at) => `"k${number}_${at}":1`).join()}}`
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
    const flooded = await flood(
      url,
      EVENTS,
      batchOf(PER_REQUEST, () => USUAL)
    )
    expect(flooded.accepted).toHaveLength(20_000)
    expectBounded(flooded)
    await expectDelivered(flooded)
  }, 120_000)

  it.each([
    ['empty objects', () => EMPTY_OBJECTS],
    ['keys of their own', ownKeys],
    ['a long name above many others', (number: number) => (number < LONG_NAMES ? LONG_NAME : LONG_TEXT)]
  ])(
    'of messages of 32 KB takes no more memory: %s',
    async (_name, properties) => {
      expectBounded(await flood(url, LARGE, batchOf(LARGE_PER_REQUEST, properties)))
    },
    240_000
  )

  it('of long texts takes no more memory, and loses nothing that was accepted', async () => {
    const flooded = await flood(
      url,
      LARGE,
      batchOf(LARGE_PER_REQUEST, () => LONG_TEXT)
    )
    expectBounded(flooded)
    await expectDelivered(flooded)
  }, 120_000)
})
