import type { DestinationDefinition } from '@segment/actions-core'
import { Calls } from '../../segment/calls/calls'
import { Engine } from '../../segment/engine'
import type { SegmentMessage } from '../../segment/message'
import { openMemory } from '../../store/open'
import type { Store } from '../../store/store'
import { Deliveries } from '../deliveries'

const AT = '2026-11-23T20:03:14.000Z'

const ARRIVAL = { via: 'tracking API', at: Date.parse(AT) } as const

let store: Store
let outcomes: string[]
let answer: () => void
let deliveries: Deliveries
beforeEach(async () => {
  outcomes = []
  store = openMemory()
  const record = await Calls.in(store)
  record.onChange(({ summary, attempt }) => {
    const { messageId, status } = summary()
    if (attempt) outcomes.push(`${messageId} ${status}`)
  })
  deliveries = new Deliveries({ settings: {}, calls: record, note: () => undefined })
})
afterEach(() => deliveries.stop(0))

const enqueue = (messages: SegmentMessage[]) => deliveries.enqueue(ARRIVAL, messages)

/** Its action waits until `answer` is called. */
function engine(name: string): Engine {
  const answered = new Promise<void>((resolve) => (answer = resolve))
  const perform = () => answered
  const definition: DestinationDefinition<unknown> = {
    name,
    mode: 'cloud',
    presets: [{ name: 'All', subscribe: 'type = "track"', partnerAction: 'send', mapping: {}, type: 'automatic' }],
    actions: { send: { title: 'Send', description: 'd', fields: {}, perform, performBatch: perform } }
  }
  return new Engine({ definition })
}

function calls(from: number, to: number, properties = {}): SegmentMessage[] {
  const times = { timestamp: AT, originalTimestamp: AT, receivedAt: AT }
  return Array.from({ length: to - from + 1 }, (_, at) => {
    return { type: 'track', event: 'E', userId: 'u', messageId: `m-${from + at}`, properties, ...times }
  })
}

describe('Deliveries', () => {
  it('takes no more over any number of definitions than one queue holds', async () => {
    deliveries.replace(engine('First'), 'Toy')
    expect(await enqueue(calls(1, 12_000))).toBe(true)
    deliveries.replace(engine('Second'), 'Toy')
    expect(await enqueue(calls(12_001, 19_999))).toBe(true)
    deliveries.replace(engine('Third'), 'Toy')
    expect(await enqueue(calls(20_000, 20_001))).toBe(false)
    expect(await enqueue(calls(20_000, 20_000))).toBe(true)
    expect(await enqueue(calls(20_001, 20_001))).toBe(false)
  })

  it('counts the memory that they take as well', async () => {
    const large = { text: 'x'.repeat(20_000_000) }
    deliveries.replace(engine('First'), 'Toy')
    expect(await enqueue(calls(1, 1, large))).toBe(true)
    deliveries.replace(engine('Second'), 'Toy')
    expect(await enqueue(calls(2, 2, large))).toBe(false)
    expect(await enqueue(calls(3, 3))).toBe(true)
  })

  it('has room again for what the definition before has delivered', async () => {
    deliveries.replace(engine('First'), 'Toy')
    await enqueue(calls(1, 20_000))
    const answerFirst = answer
    deliveries.replace(engine('Second'), 'Toy')
    expect(await enqueue(calls(20_001, 20_001))).toBe(false)
    answerFirst()
    while (outcomes.length < 20_000) await new Promise((resolve) => setTimeout(resolve, 10))
    expect(await enqueue(calls(1, 20_000))).toBe(true)
  })

  it('delivers on stopping what the definitions before have taken, too', async () => {
    deliveries.replace(engine('First'), 'Toy')
    await enqueue(calls(1, 1))
    const answerFirst = answer
    deliveries.replace(engine('Second'), 'Toy')
    await enqueue(calls(2, 2))
    const stopped = deliveries.stop(5000)
    answerFirst()
    answer()
    expect(await stopped).toBe(0)
    expect(outcomes.sort()).toStrictEqual(['m-1 200', 'm-2 200'])
  })

  it('counts on stopping what the definitions before could not deliver, too', async () => {
    for (const [at, name] of ['First', 'Second', 'Third'].entries()) {
      deliveries.replace(engine(name), 'Toy')
      await enqueue(calls(at, at))
    }
    expect(await deliveries.stop(10)).toBe(3)
  })

  it('takes nothing that cannot be kept, and continues once it can', async () => {
    deliveries.replace(engine('First'), 'Toy')
    const write = jest.spyOn(store, 'write').mockRejectedValueOnce(new Error('no space left on device'))
    await expect(enqueue(calls(1, 2))).rejects.toThrow('no space left on device')
    write.mockRestore()
    expect(await enqueue(calls(3, 3))).toBe(true)
    answer()
    expect(await deliveries.stop(5000)).toBe(0)
    expect(outcomes).toStrictEqual(['m-3 200'])
  })
})
