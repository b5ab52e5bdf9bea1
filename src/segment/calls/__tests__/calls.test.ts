import { openMemory } from '../../../store/open'
import type { Store } from '../../../store/store'
import { readCall } from '../call-reader'
import { Calls } from '../calls'
import type { AcceptedCall, AttemptOutcome } from '../calls'
import type { BatchRun } from '../kept-batches'
import type { Exchange } from '../../exchange'
import type { SegmentMessage } from '../../message'

const AT = '2026-11-23T20:03:14.000Z'
const ARRIVAL = { via: 'tracking API', at: Date.parse(AT), writeKey: 'cdef' } as const
const NOW = Date.parse(AT) + 50
const LIMITS = { calls: 3, characters: 1_000_000 }
const TRACK = {
  name: 'All',
  partnerAction: 'send',
  subscribe: 'type = "track"',
  mapping: { event: { '@path': '$.event' } }
}
const OTHER = { name: 'Others', partnerAction: 'other', subscribe: 'type = "page"', mapping: {} }
const ROUTE = 'send All type = "track"'

let store: Store
let calls: Calls
beforeEach(async () => {
  store = openMemory()
  calls = await opened()
})

async function opened(): Promise<Calls> {
  const record = await Calls.in(store, { limits: LIMITS, secrets: ['hush'], now: () => NOW })
  record.connect([TRACK, OTHER])
  return record
}

function message(messageId: string, fields: object = {}): SegmentMessage {
  const times = { timestamp: AT, originalTimestamp: AT, receivedAt: AT }
  return { type: 'track', event: 'Paid', userId: 'user-1', messageId, ...times, ...fields }
}

async function accept(messageId: string, fields: Partial<AcceptedCall> = {}): Promise<number> {
  const call = { ...calls.numbered(message(messageId)), routes: [ROUTE], ...fields }
  await calls.accept(ARRIVAL, [call])
  return call.number
}

function exchange(body: string, statusCode = 200, items: unknown[] = []): Exchange {
  const request = { url: 'https://api.example/track', method: 'POST', headers: { authorization: 'Basic hush' }, body }
  const response = { statusCode, statusMessage: '', headers: {}, body: { said: 'hush' } }
  return { request, response: statusCode === 0 ? null : response, startedAt: NOW, milliseconds: 7, items }
}

function run(exchanges: Exchange[], size = 1): BatchRun {
  return { startedAt: NOW, milliseconds: 8, size, exchanges }
}

const attempt = (number: number, outcome: Partial<AttemptOutcome> = {}) =>
  calls.attempted(number, TRACK, { status: 200, run: run([exchange('{"a":1}')]), ...outcome })

const outcomes = () => [...calls.index.summaries()].map(({ number, outcome }) => [number, outcome])

describe('Calls', () => {
  it('tells the outcome of a delivered call, with its mapped payload and its exchange without secrets', async () => {
    const number = await accept('m-1')
    expect(calls.index.get(number)).toMatchObject({ outcome: 'waiting', attempts: 0, milliseconds: null })
    attempt(number, { sent: { event: 'Paid' } })
    expect(await readCall(calls, number)).toStrictEqual({
      ...{ number, revision: 2, receivedAt: AT, via: 'tracking API', type: 'track', event: 'Paid' },
      ...{ userId: 'user-1', anonymousId: null, messageId: 'm-1', outcome: 'delivered', actions: ['send'] },
      ...{ status: 200, reason: null, attempts: 1, milliseconds: 50, answeredIn: 8, repeats: null },
      ...{ library: null, writeKey: 'cdef', message: message('m-1') },
      subscriptions: [
        { name: 'All', action: 'send', subscribe: TRACK.subscribe, taken: true, reason: null },
        {
          ...{ name: 'Others', action: 'other', subscribe: OTHER.subscribe, taken: false },
          reason: 'type is "track", needed: type = "page"'
        }
      ],
      deliveries: [
        {
          ...{ action: 'send', subscription: 'All', mapping: TRACK.mapping, payload: { event: 'Paid' } },
          outcome: 'delivered',
          attempts: [
            {
              ...{ number: 1, startedAt: new Date(NOW).toISOString(), milliseconds: 8, batch: 1, status: 200 },
              ...{ error: null, retryAt: null, sent: { event: 'Paid' } },
              exchanges: [
                {
                  request: { ...exchange('{"a":1}').request, headers: { authorization: '<redacted>' } },
                  response: { statusCode: 200, statusMessage: '', headers: {}, body: { said: '<redacted>' } },
                  problem: null,
                  milliseconds: 7
                }
              ]
            }
          ]
        }
      ]
    })
  })

  it.each([
    ['by the object that the action sent', (item: object) => item],
    ['by its text, where the action tells a copy', (item: object) => ({ ...item })]
  ])('shows of a batch the requests that carried the call, %s', async (_how, told) => {
    const [first, second] = [await accept('m-1'), await accept('m-2')]
    const [one, two] = [{ n: 1 }, { n: 2 }]
    const bodyOf = (...items: object[]) => JSON.stringify({ app_id: '1', items })
    const exchangeOf = (status: number, ...items: object[]) => exchange(bodyOf(...items), status, items)
    const shared = run([exchangeOf(400, one, two), exchangeOf(200, one), exchangeOf(0, two)], 2)
    attempt(first, { sent: told(one), run: shared })
    attempt(second, { status: 504, error: 'no answer, hush', sent: told(two), retryAt: NOW + 1000, run: shared })
    const seen = async (number: number) => {
      const [{ sent, exchanges }] = (await readCall(calls, number))?.deliveries[0].attempts ?? []
      return [sent, exchanges.map(({ request, problem }) => [request.body, problem])]
    }
    expect(await seen(first)).toStrictEqual([
      one,
      [
        [bodyOf(one, two), null],
        [bodyOf(one), null]
      ]
    ])
    expect(await seen(second)).toStrictEqual([
      two,
      [
        [bodyOf(one, two), null],
        [bodyOf(two), 'no answer']
      ]
    ])
    expect(calls.index.get(second)).toMatchObject({ outcome: 'waiting', reason: 'no answer, <redacted>', status: 504 })
  })

  it('keeps a call that was rejected, and one that no subscription takes, with the reason', async () => {
    calls.reject(ARRIVAL, { type: 'track', event: 'Anonymous' }, 400, 'userId and anonymousId are both missing')
    const unmatched = await accept('m-2', { routes: [], unmatched: 'no subscription matches it' })
    expect(calls.index.get(1)).toMatchObject({ outcome: 'rejected', status: 400, event: 'Anonymous' })
    expect(await readCall(calls, 1)).toMatchObject({ message: { event: 'Anonymous' }, subscriptions: [] })
    expect(calls.index.get(unmatched)).toMatchObject({ outcome: 'unmatched', reason: 'no subscription matches it' })
    expect(calls.pending).toBe(0)
  })

  it('has for several deliveries the outcome of the worst, and is finished with the last', async () => {
    const number = await accept('m-1', { routes: [ROUTE, 'other Others type = "page"'] })
    attempt(number)
    expect(calls.index.get(number)?.outcome).toBe('waiting')
    calls.attempted(number, OTHER, { status: 400, error: 'refused', run: run([]) })
    expect(calls.index.get(number)).toMatchObject({ outcome: 'refused', reason: 'refused', actions: ['send', 'other'] })
  })

  it('names the earlier call with the same message ID', async () => {
    const first = await accept('m-1')
    const second = await accept('m-1')
    expect([calls.index.get(first)?.repeats, calls.index.get(second)?.repeats]).toStrictEqual([null, first])
    expect(calls.index.withMessageId('m-1')).toBe(second)
  })

  it('forgets the oldest finished calls and the exchanges that nothing names any more', async () => {
    const waiting = await accept('m-0')
    const shared = run([exchange('x'.repeat(1000))], 4)
    for (const each of ['m-1', 'm-2', 'm-3', 'm-4']) attempt(await accept(each), { run: shared })
    expect(outcomes()).toStrictEqual([
      [waiting, 'waiting'],
      [3, 'delivered'],
      [4, 'delivered'],
      [5, 'delivered']
    ])
    expect(await readCall(calls, 2)).toBeUndefined()
    for (const each of ['m-5', 'm-6', 'm-7']) attempt(await accept(each), { run: run([]) })
    expect(await calls.exchangesOf(1)).toStrictEqual([])
  })

  it('tells the same after a restart, and delivers what waits', async () => {
    const delivered = await accept('m-1')
    attempt(delivered)
    const waiting = await accept('m-2')
    const before = await readCall(calls, delivered)
    calls = await opened()
    expect((await calls.left()).map(({ number, routes }) => [number, routes])).toStrictEqual([[waiting, [ROUTE]]])
    expect(await readCall(calls, delivered)).toStrictEqual({ ...before, revision: expect.any(Number) as number })
    expect(calls.numbered(message('m-3')).number).toBe(waiting + 1)
    attempt(waiting)
    expect(await (await opened()).left()).toStrictEqual([])
  })

  it('opens a refused call again, with its earlier outcome', async () => {
    const number = await accept('m-1')
    attempt(number, { status: 400, error: 'refused' })
    const again = await calls.again([number], ({ outcome }) => outcome === 'refused')
    expect(again).toMatchObject([{ number, routes: [ROUTE] }])
    await calls.reopen(again)
    expect(calls.index.get(number)?.outcome).toBe('waiting')
    expect((await (await opened()).left()).map((call) => call.number)).toStrictEqual([number])
    attempt(number)
    const record = await readCall(calls, number)
    expect(record?.deliveries[0].attempts.map(({ status }) => status)).toStrictEqual([400, 200])
    expect(record).toMatchObject({ outcome: 'delivered', attempts: 2 })
  })

  it('tells what changed since a revision, in the order of the changes', async () => {
    const [first, second] = [await accept('m-1'), await accept('m-2')]
    const { revision } = calls
    attempt(first)
    const { calls: changed, revision: next } = calls.index.since(revision, 10)
    expect(changed.map((json) => (JSON.parse(json) as { number: number }).number)).toStrictEqual([first])
    expect(calls.index.since(0, 1)).toMatchObject({
      revision: 2,
      calls: [expect.stringContaining(`"number":${second}`)]
    })
    expect(calls.index.since(next, 10).calls).toStrictEqual([])
  })

  it('keeps the first and the newest of many attempts', async () => {
    const number = await accept('m-1')
    for (let count = 1; count <= 30; count++) attempt(number, { status: 503, error: `try ${count}`, retryAt: NOW })
    const attempts = (await readCall(calls, number))?.deliveries[0].attempts.map((each) => each.number)
    expect(attempts).toStrictEqual([1, ...Array.from({ length: 19 }, (_, at) => at + 12)])
    expect(calls.index.get(number)?.attempts).toBe(30)
  })
})
