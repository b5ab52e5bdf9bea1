import { Destination } from '@segment/actions-core'
import type { Preset, SegmentEvent } from '@segment/actions-core'
import heap from '../src/destinations/heap'
import { start } from '../src/emulator'
import type { RunningEmulator } from '../src/emulator'
import { redirectRequests, toEmulator } from '../src/segment/redirect'

const deep = (levels: number) => {
  let nested: Record<string, unknown> = { leaf: 1 }
  for (let level = 0; level < levels; level++) nested = { level, nested }
  return nested
}

const cases: [string, Record<string, unknown>][] = [
  ['nothing', {}],
  ['typed values', { a: 1.5, b: false, c: 'x', d: new Date(0), e: '2026-01-01' }],
  ['nulls', { a: null, b: undefined, c: { d: null } }],
  ['nested objects and arrays', { a: { b: { c: [1, { d: 2 }] } }, e: [], f: {}, g: [[1], [2]] }],
  [
    'long keys and values',
    { ['k'.repeat(3000)]: 'v'.repeat(5000), pair: `${'x'.repeat(1022)}😀`, list: ['y'.repeat(3000)] }
  ],
  ['keys of a prototype', { constructor: 1, prototype: { a: 1 }, toString: 'x', hasOwnProperty: true }],
  ['the name that Heap forbids', { id: 1, Id: 2, nested: { id: 3 } }],
  ['an empty key', { '': 1, a: { '': 2 } }],
  ['depth', deep(400)],
  ['width', Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`key ${index}`, index]))],
  ['odd text', { quote: `"'<>&\u2028\u0000`, emoji: '😀', 'a.b': 1, 'key with.dots and spaces': 2 }]
]

const audience = { personas: { computation_class: 'audience', computation_key: 'Big Spenders 30days' } }

function events(data: Record<string, unknown>): Record<string, unknown>[] {
  const known = { userId: 'user-1', anonymousId: 'anon-1' }
  return [
    { type: 'track', event: 'Order Completed', ...known, properties: data },
    { type: 'track', event: 'e'.repeat(1024), anonymousId: 'anon-1', properties: data },
    { type: 'page', name: 'Home', ...known, properties: data },
    { type: 'screen', anonymousId: 'anon-1', properties: data },
    { type: 'identify', ...known, userId: 'u'.repeat(255), traits: data },
    { type: 'group', ...known, groupId: 'group-1', traits: data },
    { type: 'identify', ...known, traits: { ...data, 'Big Spenders 30days': true }, context: audience }
  ].map((event, index) => ({ messageId: `message-${index}`, timestamp: '2026-01-02T03:04:05.000Z', ...event }))
}

describe('the destination against the emulator', () => {
  let emulator: RunningEmulator
  let destination: Destination
  beforeAll(async () => {
    emulator = await start({ rateLimits: false })
    destination = new Destination(redirectRequests(heap, toEmulator(emulator.url)) as never)
  })
  beforeEach(() => emulator.reset())
  afterAll(() => emulator.close())

  const presets = (heap.presets ?? []).filter(
    (preset): preset is Preset & { type: 'automatic' } => preset.type === 'automatic'
  )

  async function deliver(event: Record<string, unknown>, region: string): Promise<void> {
    for (const subscription of presets) {
      await destination.onEvent(event as unknown as SegmentEvent, { appId: '11', region, subscription } as never)
    }
  }

  describe.each(['US', 'EU'])('in the region %s', (region) => {
    it.each(cases)('is refused nothing with %s', async (_name, data) => {
      for (const event of events(data)) await deliver(event, region)
      const refused = emulator.requests.filter(({ status }) => status !== 200)
      expect(refused.map(({ path, response }) => ({ path, response }))).toStrictEqual([])
      expect(emulator.requests).toHaveLength(7)
      expect(new Set(emulator.requests.map((request) => request.region))).toStrictEqual(new Set([region]))
      expect(emulator.events()).toHaveLength(4)
      expect(emulator.accounts()).toHaveLength(1)
    })
  })

  it('takes the one batch that all cases make', async () => {
    const batch = cases
      .flatMap(([, data]) => events(data))
      .map((event, index) => ({ ...event, messageId: `batch-${index}` }))
    for (const subscription of presets) {
      await destination.onBatch(batch as unknown as SegmentEvent[], { appId: '11', subscription } as never)
    }
    expect(emulator.requests.filter(({ status }) => status !== 200)).toStrictEqual([])
    expect(emulator.events()).toHaveLength(4 * cases.length)
  })

  it('reads a hostile event from JSON without touching a prototype', async () => {
    const data = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}') as object
    for (const event of events(data as Record<string, unknown>)) await deliver(event, 'US')
    expect(emulator.requests.every(({ status }) => status === 200)).toBe(true)
    expect({}).not.toHaveProperty('polluted')
  })
})
