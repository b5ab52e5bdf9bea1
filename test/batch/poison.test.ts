import { useHeap } from './__helpers__/heap'
import type { Event, Outcome } from './__helpers__/heap'

const SIZE = 1000
const MAX_REQUESTS = 64

const heap = useHeap()

interface Kind {
  preset: string
  /** An event whose id is `number-<index>`, with this text among what it sends. */
  event: (index: number, text: string) => Event
  /** The ids that Heap holds, each as often as it is stored. */
  stored: () => string[]
}

const keys = () => heap.emulator.events().map(({ idempotency_key }) => String(idempotency_key))
const base = (index: number) => ({ messageId: `number-${index}`, timestamp: '2026-01-02T03:04:05.000Z' })

const KINDS: Record<string, Kind> = {
  'track calls of known users': {
    preset: 'Track Calls',
    event: (index, note) => ({ ...base(index), type: 'track', event: 'E', userId: `u-${index}`, properties: { note } }),
    stored: keys
  },
  'track calls of anonymous users': {
    preset: 'Track Calls',
    event: (index, note) => ({
      ...base(index),
      type: 'track',
      event: 'E',
      anonymousId: `a-${index}`,
      properties: { note }
    }),
    stored: keys
  },
  'identify calls': {
    preset: 'Identify Calls',
    event: (index, note) => ({ ...base(index), type: 'identify', userId: `number-${index}`, traits: { note } }),
    stored: () => heap.emulator.users().map(({ identity }) => String(identity))
  },
  'group calls': {
    preset: 'Group Calls',
    event: (index, note) => ({ ...base(index), type: 'group', groupId: `number-${index}`, traits: { note } }),
    stored: () => heap.emulator.accounts().map(({ account_id }) => account_id)
  }
}

const numberOfRequests = () => heap.emulator.requests[heap.emulator.requests.length - 1]?.number ?? 0
const every = (count: number) => Array.from({ length: count }, (_, index) => index)

interface Run {
  /** The final outcome of each event. */
  outcomes: Outcome[]
  /** What the first call left undecided. */
  undecided: Outcome[]
  /** Requests of each call. */
  requests: number[]
}

/** Delivers, and what is to be retried again until nothing is, as Segment does. */
async function deliverAll({ preset }: Kind, events: Event[], mapping: Event = {}): Promise<Run> {
  const run: Run = { outcomes: [], undecided: [], requests: [] }
  let waiting = every(events.length)
  while (waiting.length > 0) {
    const before = numberOfRequests()
    const outcomes = await heap.deliver(
      preset,
      waiting.map((index) => events[index]),
      mapping
    )
    run.requests.push(numberOfRequests() - before)
    waiting.forEach((index, position) => (run.outcomes[index] = outcomes[position]))
    if (run.requests.length === 1) run.undecided = outcomes.filter(({ status }) => status === 500)
    waiting = waiting.filter((index) => run.outcomes[index].status === 500)
  }
  return run
}

/** More of each kind than a call can ask Heap about one by one. */
const FEWER = 200

describe.each(Object.entries(KINDS))('200 %s', (_name, kind) => {
  describe.each([
    ['names the item', false],
    ['names no item', true]
  ])('when a refusal %s', (_text, withoutIndex) => {
    it.each([
      ['none is', []],
      ['the first is', [0]],
      ['the last is', [199]],
      ['7 in a row are', every(7).map((index) => 100 + index)],
      ['7 are', [3, 28, 57, 92, 124, 147, 199]],
      ['all are', every(FEWER)]
    ])('store what is good when %s refused', async (_count, bad) => {
      heap.emulator.setFaults({ refuseContaining: 'poison', withoutIndex })
      const isBad = new Set(bad)
      const { outcomes, undecided, requests } = await deliverAll(
        kind,
        every(FEWER).map((index) => kind.event(index, isBad.has(index) ? 'poison' : 'harmless'))
      )

      expect(outcomes.map(({ status }) => status)).toStrictEqual(
        every(FEWER).map((index) => (isBad.has(index) ? 400 : 200))
      )
      const good = every(FEWER).filter((index) => !isBad.has(index))
      expect(kind.stored().sort()).toStrictEqual(good.map((index) => `number-${index}`).sort())
      expect(Math.max(...requests)).toBeLessThanOrEqual(MAX_REQUESTS)
      for (const index of bad)
        expect(outcomes[index]).toMatchObject({ errortype: 'BAD_REQUEST', errorreporter: 'DESTINATION' })
      for (const index of bad) expect(JSON.stringify(outcomes[index].sent)).toContain('poison')
      for (const outcome of undecided) {
        expect(outcome).toStrictEqual({
          status: 500,
          errormessage:
            'Not delivered: Heap refuses too many items of this batch to find all of them within 64 requests. Send this item again.',
          errortype: 'INTERNAL_SERVER_ERROR',
          errorreporter: 'INTEGRATIONS'
        })
      }
    })
  })
})

describe('1,000 track calls of known users', () => {
  const kind = KINDS['track calls of known users']
  const requestsFor = async (bad: number[], withoutIndex: boolean) => {
    heap.emulator.setFaults({ refuseContaining: 'poison', withoutIndex })
    const events = every(SIZE).map((index) => kind.event(index, bad.includes(index) ? 'poison' : 'harmless'))
    return (await deliverAll(kind, events)).requests
  }

  it('take one request for each refused item that is named, and one for the rest', async () => {
    expect(await requestsFor([], false)).toStrictEqual([1])
    expect(await requestsFor([500], false)).toStrictEqual([2])
    expect(await requestsFor([3, 140, 281, 466, 620, 733, 999], false)).toStrictEqual([8])
  })

  it.each([
    ['five', [3, 240, 466, 733, 999]],
    ['twenty that follow each other', every(20).map((index) => 600 + index)]
  ])('find %s refused items that nobody names within one call', async (_count, bad) => {
    expect(await requestsFor(bad, true)).toHaveLength(1)
  })

  it('are not asked one by one in vain when all are refused', async () => {
    const requests = await requestsFor(every(SIZE), true)
    expect(requests.reduce((sum, count) => sum + count)).toBeLessThanOrEqual(SIZE + 10 * requests.length)
  })
})

describe('a batch with refused items', () => {
  it('counts the requests of all its calls together, and leaves some to each', async () => {
    heap.emulator.setFaults({ refuseContaining: 'poison', limitTo: '/api/track' })
    const known = KINDS['track calls of known users']
    const anonymous = KINDS['track calls of anonymous users']
    const outcomes = await heap.deliver('Track Calls', [
      ...every(64).map((index) => known.event(index, 'poison')),
      ...every(2).map((index) => anonymous.event(100 + index, 'harmless'))
    ])
    const [decided, undecided] = [every(48).map(() => 400), every(16).map(() => 500)]
    expect(outcomes.map(({ status }) => status)).toStrictEqual([...decided, ...undecided, 200, 200])
    expect(heap.emulator.requests).toHaveLength(49)
    expect(keys()).toStrictEqual(['number-100', 'number-101'])
  })

  describe.each([
    ['names the item', false],
    ['names no item', true]
  ])('of events with traits, when a refusal %s', (_text, withoutIndex) => {
    const known = KINDS['track calls of known users']
    const isBad = (index: number) => index % 10 === 3
    const withTraits = (index: number, fields: Event) => ({
      ...known.event(index, isBad(index) ? 'poison' : 'harmless'),
      ...fields
    })
    const mapping = { traits: { '@path': '$.context.traits' } }
    const usersWith = (name: string, value: unknown) =>
      heap.emulator.users().filter(({ properties }) => properties[name] === value).length

    it('is delivered in the end, but for the traits of refused events', async () => {
      heap.emulator.setFaults({ refuseContaining: 'poison', withoutIndex })
      const plan = (index: number) => (isBad(index + 1) ? 'poison' : 'free')
      const events = every(SIZE).map((index) => withTraits(index, { context: { traits: { plan: plan(index) } } }))
      const { outcomes, requests } = await deliverAll(known, events, mapping)
      expect(outcomes.map(({ status }) => status)).toStrictEqual(
        every(SIZE).map((index) => (isBad(index) || isBad(index + 1) ? 400 : 200))
      )
      expect([known.stored().length, usersWith('plan', 'free'), heap.emulator.users().length]).toStrictEqual([
        900, 800, 900
      ])
      expect(Math.max(...requests)).toBeLessThanOrEqual(MAX_REQUESTS)
    }, 60_000)

    it('lets the last traits of a user win', async () => {
      heap.emulator.setFaults({ refuseContaining: 'poison', withoutIndex })
      const events = every(SIZE).map((index) =>
        withTraits(index, { userId: `u-${index % 3}`, context: { traits: { last: index } } })
      )
      const { outcomes, requests } = await deliverAll(known, events, mapping)
      expect(outcomes.map(({ status }) => status)).toStrictEqual(every(SIZE).map((index) => (isBad(index) ? 400 : 200)))
      expect(requests.length).toBeGreaterThan(1)
      expect([997, 998, 999].map((index) => usersWith('last', index))).toStrictEqual([1, 1, 1])
    }, 60_000)
  })

  it('refuses every payload of a merged user', async () => {
    heap.emulator.setFaults({ refuseContaining: 'poison' })
    const { event } = KINDS['identify calls']
    const outcomes = await heap.deliver('Identify Calls', [
      event(1, 'harmless'),
      event(2, 'harmless'),
      event(1, 'poison')
    ])
    expect(outcomes.map(({ status }) => status)).toStrictEqual([400, 200, 400])
    expect(KINDS['identify calls'].stored()).toStrictEqual(['number-2'])
  })

  it('stores an event whose traits are refused, and reports the refusal', async () => {
    heap.emulator.setFaults({ refuseContaining: 'poison' })
    const { event } = KINDS['track calls of known users']
    const mapping = { traits: { '@path': '$.context.traits' } }
    const withTraits = (index: number, note: string) => ({ ...event(index, 'harmless'), context: { traits: { note } } })
    const outcomes = await heap.deliver('Track Calls', [withTraits(1, 'fine'), withTraits(2, 'poison')], mapping)
    expect(outcomes).toMatchObject([
      { status: 200 },
      { status: 400, sent: { identity: 'u-2', properties: { note: 'poison' } }, errorreporter: 'DESTINATION' }
    ])
    expect(keys()).toStrictEqual(['number-1', 'number-2'])
  })
})
