import type { JSONObject } from '@segment/actions-core'
import { defaultSubscriptions } from '../../connection'
import type { Subscription } from '../../connection'
import { Engine } from '../../engine'
import { DeliveryQueue } from '../queue'
import type { DeliveryQueueOptions } from '../queue'
import { memoryOf } from '../subscription-queue'
import type { Outcome } from '../subscription-queue'
import type { SegmentMessage } from '../../message'
import { startToyApi } from '../../__tests__/__helpers__/toy-api'
import type { ToyApi } from '../../__tests__/__helpers__/toy-api'
import { toyDefinition, TOY_ORIGIN } from '../../__tests__/__helpers__/toy-definition'
import type { ToySettings } from '../../__tests__/__helpers__/toy-definition'

const AT = '2026-11-23T20:03:14.000Z'
const settings: JSONObject = { appId: '1' }
const mapping: JSONObject = { event: { '@path': '$.event' } }
const batched: Subscription = { partnerAction: 'trackEvent', subscribe: 'type = "track"', mapping }
const alone: Subscription = { partnerAction: 'single', subscribe: 'type = "track"', mapping }

let api: ToyApi
let delivery: Queue
let outcomes: (Outcome & { message: SegmentMessage })[]

/** Numbers the messages as the record of calls does. */
class Queue extends DeliveryQueue<ToySettings> {
  readonly messages: SegmentMessage[] = []
  unmatched: (string | undefined)[] = []

  enqueue(messages: SegmentMessage[]): boolean {
    const claim = this.claim(messages.map((message) => this.numbered(message)))
    this.unmatched = claim?.calls.map((call) => call.unmatched) ?? []
    claim?.start()
    return claim !== undefined
  }

  private numbered(message: SegmentMessage) {
    return { number: this.messages.push(message) - 1, message, json: JSON.stringify(message) }
  }
}

beforeEach(async () => {
  api = await startToyApi()
  outcomes = []
})
afterEach(async () => {
  delivery.close()
  await api.close()
})

function start(subscriptions: Subscription[], options: Partial<DeliveryQueueOptions<ToySettings>> = {}): void {
  delivery = new Queue({
    engine: new Engine({ definition: toyDefinition, origins: { [TOY_ORIGIN]: api.url } }),
    settings,
    subscriptions,
    flushMs: 1,
    retry: { minMs: 1, maxMs: 5 },
    random: () => 1,
    ...options
  })
  delivery.onOutcome((outcome) => outcomes.push({ ...outcome, message: delivery.messages[outcome.number] }))
}

function track(event: string, fields: Partial<SegmentMessage> = {}): SegmentMessage {
  const times = { timestamp: AT, originalTimestamp: AT, receivedAt: AT }
  return { type: 'track', event, userId: 'u', messageId: event, ...times, ...fields }
}

const bodies = () => api.requests.map(({ path, body }) => [path, body])
const summary = () =>
  outcomes.map(({ message, status, error, attempt, retryAt }) => {
    return [message.event, status, error, attempt, retryAt !== undefined]
  })
const events = (...names: string[]) => names.map((event) => ({ event }))

describe('DeliveryQueue', () => {
  it('sends the messages that match as one batch and reports each', async () => {
    start([batched])
    const messages = [track('a'), track('b', { type: 'page' }), track('c')]
    expect(delivery.enqueue(messages)).toBe(true)
    expect(delivery.pending()).toBe(2)
    expect(await delivery.drain(5000)).toBe(0)
    expect(bodies()).toStrictEqual([['/batch', events('a', 'c')]])
    const common = { subscription: batched, status: 200, error: undefined, attempt: 1, retryAt: undefined }
    expect(outcomes).toMatchObject([
      { ...common, number: 0, run: { size: 2, exchanges: [{ response: { statusCode: 200 } }] } },
      { ...common, number: 2 }
    ])
    expect(outcomes[0].run).toBe(outcomes[1].run)
    expect(delivery.pending()).toBe(0)
  })

  it('flushes by itself after flushMs', async () => {
    start([batched])
    const done = new Promise((resolve) => delivery.onOutcome(resolve))
    delivery.enqueue([track('a')])
    delivery.enqueue([track('b')])
    await done
    expect(bodies()).toStrictEqual([['/batch', events('a', 'b')]])
  })

  it('flushes at the batch_size of the mapping without waiting', async () => {
    start([{ ...batched, mapping: { ...mapping, batch_size: 2 } }], { flushMs: 60_000 })
    const done = new Promise<void>((resolve) => delivery.onOutcome(() => outcomes.length === 3 && resolve()))
    delivery.enqueue([track('a'), track('b'), track('c')])
    await done
    expect(bodies()).toStrictEqual([
      ['/batch', events('a', 'b')],
      ['/batch', events('c')]
    ])
  })

  it('splits at 1,000 by default', async () => {
    start([batched])
    delivery.enqueue(Array.from({ length: 1001 }, (_, index) => track(`e${index}`)))
    await delivery.drain(5000)
    expect(api.requests.map(({ body }) => (body as unknown[]).length)).toStrictEqual([1000, 1])
    expect(outcomes).toHaveLength(1001)
  })

  it.each([
    ['an action without performBatch', alone, '/single', { audienceSettings: {} }],
    ['enable_batching: false', { ...batched, mapping: { ...mapping, enable_batching: false } }, '/track?key=', {}]
  ])('sends one by one, in order: %s', async (_case, subscription, path, more) => {
    start([subscription])
    delivery.enqueue([track('a'), track('b'), track('c')])
    await delivery.drain(5000)
    expect(bodies()).toStrictEqual([
      [path, { event: 'a', ...more }],
      [path, { event: 'b', ...more }],
      [path, { event: 'c', ...more }]
    ])
    expect(summary().map(([event, status]) => [event, status])).toStrictEqual([
      ['a', 200],
      ['b', 200],
      ['c', 200]
    ])
  })

  it('sends one batch of a subscription at a time', async () => {
    start([{ ...batched, mapping: { ...mapping, batch_size: 1 } }])
    let underWay = 0
    let most = 0
    api.answer = async () => {
      most = Math.max(most, ++underWay)
      await new Promise((resolve) => setTimeout(resolve, 5))
      underWay--
      return { status: 200 }
    }
    delivery.enqueue([track('a'), track('b')])
    delivery.enqueue([track('c')])
    await delivery.drain(5000)
    expect(bodies()).toStrictEqual([
      ['/batch', events('a')],
      ['/batch', events('b')],
      ['/batch', events('c')]
    ])
    expect(most).toBe(1)
  })

  it('starts with the subscription of the first message', async () => {
    const performed: unknown[] = []
    const record = {
      ...toyDefinition.actions.single,
      perform: (_request: unknown, { payload }: { payload: unknown }) => performed.push(payload)
    }
    const first = { partnerAction: 'first', subscribe: 'type = "track"', mapping }
    const second = { partnerAction: 'second', subscribe: 'type = "identify"', mapping }
    const definition = { ...toyDefinition, actions: { first: record, second: record } }
    start([first, second], { engine: new Engine({ definition }) })
    delivery.enqueue([track('i', { type: 'identify' }), track('t')])
    await delivery.drain(5000)
    expect(performed).toStrictEqual(events('i', 't'))
  })

  it('retries only the items with a retryable status', async () => {
    start([batched])
    api.answer = () => ({ status: 200, body: { statuses: api.requests.length === 1 ? [200, 503, 400, 501, 429] : [] } })
    delivery.enqueue(['a', 'b', 'c', 'd', 'e'].map((event) => track(event)))
    await delivery.drain(5000)
    expect(bodies()).toStrictEqual([
      ['/batch', events('a', 'b', 'c', 'd', 'e')],
      ['/batch', events('b', 'e')]
    ])
    expect(summary()).toStrictEqual([
      ['a', 200, undefined, 1, false],
      ['b', 503, 'refused b', 1, true],
      ['c', 400, 'refused c', 1, false],
      ['d', 501, 'refused d', 1, false],
      ['e', 429, 'refused e', 1, true],
      ['b', 200, undefined, 2, false],
      ['e', 200, undefined, 2, false]
    ])
  })

  it('retries the whole batch when the action throws a retryable status', async () => {
    start([batched])
    api.answer = () => ({
      status: api.requests.length === 1 ? 503 : 200,
      body: api.requests.length === 1 ? 'down' : {}
    })
    delivery.enqueue([track('a'), track('b')])
    await delivery.drain(5000)
    expect(api.requests).toHaveLength(2)
    expect(summary()).toStrictEqual([
      ['a', 503, 'Service Unavailable: down', 1, true],
      ['b', 503, 'Service Unavailable: down', 1, true],
      ['a', 200, undefined, 2, false],
      ['b', 200, undefined, 2, false]
    ])
  })

  it('sends each message alone when the engine throws for the batch', async () => {
    start([batched], { retry: { giveUpAfterMs: 0 } })
    delivery.enqueue([track('a'), track('explode'), track('final'), track('b')])
    await delivery.drain(5000)
    expect(bodies()).toStrictEqual([
      ['/track?key=', { event: 'a' }],
      ['/track?key=', { event: 'b' }]
    ])
    expect(summary()).toStrictEqual([
      ['a', 200, undefined, 1, false],
      ['explode', 500, 'boom; given up after 1 attempts', 1, false],
      ['final', 422, 'bad thing', 1, false],
      ['b', 200, undefined, 1, false]
    ])
  })

  it('reports a message that fails validation once, without a request', async () => {
    start([batched])
    delivery.enqueue([track('', { event: undefined })])
    await delivery.drain(5000)
    expect(api.requests).toStrictEqual([])
    expect(summary()).toStrictEqual([
      [undefined, 400, "The root value is missing the required field 'event'.", 1, false]
    ])
  })

  it('refuses a message that the mapping fails for, and no other', async () => {
    const name = { '@template': { '@path': '$.properties.name' } }
    start([{ ...batched, mapping: { ...mapping, name } }])
    delivery.enqueue([track('a', { properties: { name: 'A' } }), track('b'), track('c', { properties: { name: 'C' } })])
    await delivery.drain(5000)
    expect(bodies()).toStrictEqual([['/batch', [{ event: 'a' }, { event: 'c' }]]])
    expect(summary()).toStrictEqual([
      ['a', 200, undefined, 1, false],
      ['b', 400, '@template: expected string, got undefined', 1, false],
      ['c', 200, undefined, 1, false]
    ])
  })

  it('retries a network failure as 504 and a RetryableError as 500', async () => {
    start([alone, { ...batched, mapping: { ...mapping, enable_batching: false } }], { retry: { minMs: 60_000 } })
    const { url } = api
    await api.close()
    const done = new Promise<void>((resolve) => delivery.onOutcome(() => outcomes.length === 2 && resolve()))
    delivery.enqueue([track('later')])
    await done
    const port = new URL(url).port
    expect(summary().sort(([, a], [, b]) => Number(a) - Number(b))).toStrictEqual([
      ['later', 500, 'try later', 1, true],
      ['later', 504, `request to ${url}/single failed, reason: connect ECONNREFUSED 127.0.0.1:${port}`, 1, true]
    ])
  })

  it('waits as long as Retry-After asks, up to 5 minutes', async () => {
    const waits: unknown[] = []
    const realSetTimeout = setTimeout
    jest.spyOn(global, 'setTimeout').mockImplementation(((task: () => void, ms: number) => {
      const isRetry = ms >= 7000 && ms !== 10_000 && ms !== 20_000
      if (isRetry) waits.push(ms)
      return realSetTimeout(task, isRetry ? 1 : ms)
    }) as typeof setTimeout)
    const headers = ['7', new Date(Date.parse(AT) + 9000).toUTCString(), '100000']
    api.answer = () => {
      const header = headers.shift()
      return header ? { status: 429, headers: { 'retry-after': header } } : { status: 200 }
    }
    jest.spyOn(Date, 'now').mockReturnValue(Date.parse(AT))
    start([alone])
    delivery.enqueue([track('a')])
    expect(await delivery.drain(20_000)).toBe(0)
    expect(waits).toStrictEqual([7000, 9000, 300_000])
    expect(outcomes.map(({ status }) => status)).toStrictEqual([429, 429, 429, 200])
  })

  it('gives a message up after giveUpAfterMs and says so', async () => {
    let now = 0
    start([alone], { now: () => now, retry: { minMs: 1, maxMs: 1, giveUpAfterMs: 1000 } })
    api.answer = () => {
      now += 400
      return { status: 503 }
    }
    delivery.enqueue([track('a')])
    expect(await delivery.drain(5000)).toBe(0)
    expect(summary()).toStrictEqual([
      ['a', 503, 'Service Unavailable: {"ok":false}', 1, true],
      ['a', 503, 'Service Unavailable: {"ok":false}', 2, true],
      ['a', 503, 'Service Unavailable: {"ok":false}; given up after 3 attempts', 3, false]
    ])
  })

  it('refuses a whole request beyond maxQueued', () => {
    start([batched, alone], { maxQueued: 4, flushMs: 60_000 })
    expect(delivery.enqueue([track('a')])).toBe(true)
    expect(delivery.enqueue([track('b'), track('c')])).toBe(false)
    expect(delivery.pending()).toBe(2)
    expect(delivery.enqueue([track('b')])).toBe(true)
    expect(delivery.pending()).toBe(4)
  })

  it('refuses a whole request beyond maxQueuedBytes, until what is queued is settled', async () => {
    start([batched], { maxQueuedBytes: 3 * memoryOf({ json: JSON.stringify(track('a')) }), flushMs: 60_000 })
    expect(delivery.enqueue([track('a'), track('b')])).toBe(true)
    expect(delivery.enqueue([track('c'), track('d')])).toBe(false)
    expect(delivery.enqueue([track('c')])).toBe(true)
    expect(delivery.enqueue([track('d')])).toBe(false)
    expect(await delivery.drain(5000)).toBe(0)
    expect(delivery.enqueue([track('d')])).toBe(true)
  })

  it('takes into an empty queue what would never fit', async () => {
    start([batched], { maxQueued: 2, maxQueuedBytes: 10 })
    expect(delivery.enqueue([track('a'), track('b'), track('c')])).toBe(true)
    expect(delivery.enqueue([track('d')])).toBe(false)
    expect(await delivery.drain(5000)).toBe(0)
    expect(bodies()).toStrictEqual([['/batch', events('a', 'b', 'c')]])
  })

  it('makes smaller batches of large messages', async () => {
    start([batched])
    const large = { context: { text: 'x'.repeat(20_000) } }
    delivery.enqueue(['a', 'b', 'c', 'd', 'e'].map((event) => track(event, event === 'e' ? {} : large)))
    expect(await delivery.drain(5000)).toBe(0)
    expect(bodies()).toStrictEqual([
      ['/batch', events('a', 'b')],
      ['/batch', events('c', 'd', 'e')]
    ])
  })

  describe('calls that write properties', () => {
    const writing: Subscription = { ...alone, mapping: { ...mapping, traits: { '@path': '$.traits' } } }
    const elsewhere: Subscription = { ...writing, name: 'elsewhere', subscribe: 'type = "identify"' }
    const calls = [
      track('a1', { userId: 'ann' }),
      track('b1', { userId: 'bob' }),
      track('a2', { userId: 'ann', type: 'identify' }),
      track('a3', { userId: 'ann' }),
      track('b2', { userId: 'bob' })
    ]

    /** The events that the API took, in order. */
    async function arrived(subscriptions: Subscription[]): Promise<unknown[]> {
      start(subscriptions, { retry: { minMs: 500, maxMs: 500 } })
      const taken: unknown[] = []
      api.answer = ({ body }) => {
        const { event } = body as { event: string }
        const isFirst =
          api.requests.filter((request) => (request.body as { event: string }).event === event).length === 1
        if (event === 'a1' && isFirst) return { status: 503 }
        taken.push(event)
        return { status: 200 }
      }
      delivery.enqueue(calls)
      expect(await delivery.drain(5000)).toBe(0)
      return taken
    }

    it('arrive in order for each user, retries and other subscriptions included, while others do not wait', async () => {
      const taken = await arrived([writing, elsewhere])
      expect(taken.filter((event) => String(event).startsWith('a'))).toStrictEqual(['a1', 'a2', 'a3'])
      expect(taken.indexOf('b1')).toBeLessThan(taken.indexOf('a1'))
    })

    it('need no order when they write none', async () => {
      expect((await arrived([alone])).sort()).toStrictEqual(['a1', 'a3', 'b1', 'b2'])
    })
  })

  it('delivers and retries although a listener throws, and says so', async () => {
    const log: string[] = []
    start([batched], { log: (line) => log.push(line) })
    delivery.onOutcome(() => {
      throw new Error('no')
    })
    api.answer = () => ({ status: api.requests.length === 1 ? 503 : 200 })
    delivery.enqueue([track('a')])
    expect(await delivery.drain(5000)).toBe(0)
    expect(summary().map(([, status]) => status)).toStrictEqual([503, 200])
    expect(log).toStrictEqual(Array(2).fill('cannot tell what became of call 0: Error: no'))
  })

  it('returns how many are undelivered when draining takes too long', async () => {
    start([batched])
    api.answer = () => ({ status: 503, headers: { 'retry-after': '60' } })
    delivery.enqueue([track('a'), track('b')])
    expect(await delivery.drain(100)).toBe(2)
  })

  it('takes and sends nothing after close', async () => {
    start([batched])
    delivery.enqueue([track('a')])
    delivery.close()
    expect(delivery.enqueue([track('b')])).toBe(false)
    expect(await delivery.drain(5)).toBe(1)
    expect(api.requests).toStrictEqual([])
  })

  it('reports nothing of a request that was on its way at close', async () => {
    start([batched])
    api.answer = () => {
      delivery.close()
      return { status: 200 }
    }
    delivery.enqueue([track('a')])
    expect(await delivery.drain(50)).toBe(1)
    expect(api.requests).toHaveLength(1)
    expect(outcomes).toStrictEqual([])
  })

  it('retries a batch whose connection breaks', async () => {
    start([batched])
    api.answer = () => {
      if (api.requests.length > 1) return { status: 200 }
      api.dropConnections()
      return { status: 200 }
    }
    delivery.enqueue([track('a'), track('b')])
    expect(await delivery.drain(5000)).toBe(0)
    expect(bodies()).toStrictEqual([
      ['/batch', events('a', 'b')],
      ['/batch', events('a', 'b')]
    ])
    expect(outcomes.map(({ status, attempt }) => [status, attempt])).toStrictEqual([
      [504, 1],
      [504, 1],
      [200, 2],
      [200, 2]
    ])
  })

  it('leaves disabled subscriptions out', () => {
    start([{ ...batched, enabled: false }])
    expect(delivery.enqueue([track('a')])).toBe(true)
    expect(delivery.pending()).toBe(0)
  })

  it('obeys the integrations of a message and says why nothing takes it', () => {
    start([batched], { flushMs: 60_000 })
    delivery.enqueue([
      track('a', { integrations: { All: false } }),
      track('b', { integrations: { Toy: false } }),
      track('c', { integrations: { All: false, Toy: true } }),
      track('d', { integrations: { Other: false } }),
      track('e', { type: 'alias' })
    ])
    expect(delivery.pending()).toBe(2)
    expect(delivery.unmatched).toStrictEqual([
      'integrations of the call turns Toy off',
      'integrations of the call turns Toy off',
      undefined,
      undefined,
      'no subscription matches it'
    ])
  })

  it.each([
    [{ ...batched, name: 'Broken', subscribe: 'nope' }, /^Subscription "Broken": subscribe is not valid FQL: nope$/],
    [{ ...batched, partnerAction: 'nope' }, /^Subscription "nope": there is no action "nope"$/]
  ])('throws for a wrong subscription: %j', (subscription, message) => {
    expect(() => start([subscription])).toThrow(message)
  })
})

describe('defaultSubscriptions', () => {
  it('are the automatic presets', () => {
    expect(defaultSubscriptions(toyDefinition)).toStrictEqual([
      {
        name: 'Tracks',
        partnerAction: 'trackEvent',
        subscribe: 'type = "track"',
        mapping: { event: { '@path': '$.event' }, props: { '@path': '$.properties' } },
        enabled: true
      }
    ])
  })
})
