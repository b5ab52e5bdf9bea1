import {
  anonymousTrack,
  knownTrack,
  mixedAudiences,
  mixedGroups,
  mixedIdentifies,
  mixedTracks,
  refused
} from './__helpers__/calls'
import type { Call, Writes } from './__helpers__/calls'
import { APP_ID, useHeap } from './__helpers__/heap'
import type { Event } from './__helpers__/heap'

const SIZES = [1, 2, 999, 1000, 1001, 2500]
const TRACK = '/api/track'
const PARTNER_TRACK = '/api/integrations/track'

const heap = useHeap()

/** What the requests should be: as full as Heap allows. */
function chunked(path: string, items: number): [string, number][] {
  const chunks: [string, number][] = []
  for (let left = items; left > 0; left -= 1000) chunks.push([path, Math.min(left, 1000)])
  return chunks
}

function validOf(calls: Call[]): Event[] {
  return calls.map(({ stored }) => stored).filter((stored) => stored !== undefined)
}

function byKey(name: string) {
  return (a: Event, b: Event) => (String(a[name]) < String(b[name]) ? -1 : 1)
}

/** Every event that the emulator holds, in the order of its key: a doubled one would stand twice. */
function storedEvents(): Event[] {
  return heap.emulator
    .events(APP_ID)
    .map(({ event, identity, anonymous_id, properties, timestamp, idempotency_key }) => {
      return { event, identity, anonymous_id, properties, timestamp, idempotency_key }
    })
    .sort(byKey('idempotency_key'))
}

function expectStored(calls: Call[]): void {
  expect(storedEvents()).toStrictEqual(validOf(calls).sort(byKey('idempotency_key')))
}

describe('a batch of track calls', () => {
  it.each(SIZES)('of %d mixed payloads has an outcome for each, and each valid event is stored once', async (size) => {
    const calls = mixedTracks(size)
    const outcomes = await heap.deliver(
      'Track Calls',
      calls.map(({ event }) => event)
    )
    expect(outcomes).toStrictEqual(calls.map(({ outcome }) => outcome))
    expectStored(calls)
    const valid = validOf(calls)
    const known = valid.filter(({ identity }) => identity !== null).length
    expect(heap.requests()).toStrictEqual([...chunked(TRACK, known), ...chunked(PARTNER_TRACK, valid.length - known)])
  })

  it.each(SIZES)('of %d known users makes one request for each 1,000', async (size) => {
    const calls = Array.from({ length: size }, (_, index) => knownTrack(index))
    await heap.deliver(
      'Track Calls',
      calls.map(({ event }) => event)
    )
    expect(heap.requests()).toStrictEqual(chunked(TRACK, size))
    expectStored(calls)
  })

  it.each(SIZES)('of %d anonymous users makes one request for each 1,000', async (size) => {
    const calls = Array.from({ length: size }, (_, index) => anonymousTrack(index))
    await heap.deliver(
      'Track Calls',
      calls.map(({ event }) => event)
    )
    expect(heap.requests()).toStrictEqual(chunked(PARTNER_TRACK, size))
    expectStored(calls)
  })

  it('makes no request when every payload is invalid', async () => {
    const outcomes = await heap.deliver('Track Calls', [
      { type: 'track', event: 'E', messageId: 'm-1' },
      { type: 'track', userId: 'u', messageId: 'm-2' }
    ])
    expect(outcomes).toStrictEqual([refused(/`identity` and `anonymous_id`/), refused(/`event` is missing/)])
    expect(heap.requests()).toStrictEqual([])
  })

  it('keeps the first of two events with one message ID', async () => {
    const outcomes = await heap.deliver('Track Calls', [
      knownTrack(7).event,
      { ...knownTrack(7).event, event: 'Later' }
    ])
    expect(outcomes.map(({ status }) => status)).toStrictEqual([200, 200])
    expectStored([knownTrack(7)])
  })

  it('updates the users too when traits are mapped, in one more request', async () => {
    const calls = [knownTrack(1), anonymousTrack(2), knownTrack(3), knownTrack(4, 'user-1')]
    const events = calls.map(({ event }, index) => ({
      ...event,
      context: { traits: { step: index, [`t${index}`]: 1 } }
    }))
    const outcomes = await heap.deliver('Track Calls', events, {
      traits: { '@path': '$.context.traits' },
      library: 'batch-test'
    })
    expect(outcomes).toStrictEqual(calls.map(({ outcome }) => outcome))
    expect(heap.requests()).toStrictEqual([
      [TRACK, 3],
      [PARTNER_TRACK, 1],
      ['/api/add_user_properties', 2]
    ])
    expect(heap.emulator.users(APP_ID).map(({ identity, properties }) => ({ identity, properties }))).toStrictEqual([
      { identity: 'user-1', properties: { step: 3, t0: 1, t3: 1 } },
      { identity: 'user-3', properties: { step: 2, t2: 1 } }
    ])
  })
})

const WRITES: [string, string, (count: number) => Writes, string, () => Event[]][] = [
  ['identify calls', 'Identify Calls', mixedIdentifies, '/api/add_user_properties', storedUsers],
  ['audience calls', 'Engage Audiences', mixedAudiences, '/api/add_user_properties', storedUsers],
  ['group calls', 'Group Calls', mixedGroups, '/api/add_account_properties', storedAccounts]
]

function storedUsers(): Event[] {
  return heap.emulator.users(APP_ID).map(({ identity, properties }) => ({ identity, properties }))
}

function storedAccounts(): Event[] {
  return heap.emulator.accounts(APP_ID).map(({ account_id, properties }) => ({ account_id, properties }))
}

describe.each(WRITES)('a batch of %s', (_name, preset, mixed, path, stored) => {
  it.each(SIZES)('of %d mixed payloads writes each id once, with an outcome for each payload', async (size) => {
    const expected = mixed(size)
    expect(await heap.deliver(preset, expected.events)).toStrictEqual(expected.outcomes)
    expect(heap.requests()).toStrictEqual(chunked(path, expected.stored.length))
    expect(stored()).toStrictEqual(expected.stored)
  })
})

describe('a batch of identify calls', () => {
  it('links each Heap user once, before the properties', async () => {
    const link = (index: number, heapUserId: string) => ({
      type: 'identify',
      messageId: `m-${index}`,
      userId: `user-${index}`,
      traits: { index, heapUserId }
    })
    const events = [link(1, '101'), link(2, '102'), link(1, '101'), link(3, '')]
    const mapping = { heap_user_id: { '@path': '$.traits.heapUserId' } }
    const outcomes = await heap.deliver('Identify Calls', events, mapping)
    expect(outcomes.map(({ status }) => status)).toStrictEqual([200, 200, 200, 200])
    expect(heap.requests()).toStrictEqual([
      ['/api/v1/identify', 0],
      ['/api/v1/identify', 0],
      ['/api/add_user_properties', 3]
    ])
    expect(heap.emulator.users(APP_ID).map((user) => [user.identity, user.merged_user_ids])).toStrictEqual([
      ['user-1', ['101']],
      ['user-2', ['102']],
      ['user-3', []]
    ])
  })
})
