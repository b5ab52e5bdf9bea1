import type { CallRecord } from '../../src/segment/calls/call-record'
import { startPipeline } from '../../src/testing'
import type { TestPipeline } from '../../src/testing'

let pipeline: TestPipeline
beforeAll(async () => (pipeline = await startPipeline()))
afterAll(() => pipeline.close())

const CALLS = [
  { type: 'track', event: 'Paid', userId: 'user-1', messageId: 'm-1' },
  { type: 'track', event: 'Paid', messageId: 'm-2' },
  { type: 'alias', userId: 'user-1', previousId: 'old', messageId: 'm-3' },
  { type: 'identify', anonymousId: 'anon-1', messageId: 'm-4' },
  { type: 'page', name: 'Pricing', anonymousId: 'anon-1', messageId: 'm-5' }
]

async function send(...batch: object[]): Promise<void> {
  await fetch(`${pipeline.url}/v1/batch`, { method: 'POST', body: JSON.stringify({ writeKey: 'a-key', batch }) })
}

async function asked<Body>(path: string, method = 'GET') {
  const response = await fetch(`${pipeline.url}${path}`, { method })
  const { status, headers } = response
  return { status, body: (await response.json()) as Body, total: headers.get('x-total-count') }
}

const listed = async (query: string) => {
  const { body, total } = await asked<CallRecord[]>(`/_segment/calls?${query}`)
  return { ids: body.map(({ messageId }) => messageId).sort(), total }
}

describe('what became of calls, over HTTP', () => {
  beforeAll(async () => {
    await send(...CALLS)
    await pipeline.idle()
  })

  it.each([
    ['', ['m-1', 'm-2', 'm-3', 'm-4', 'm-5']],
    ['outcome=rejected', ['m-2']],
    ['outcome=rejected,refused', ['m-2', 'm-4']],
    ['outcome=unmatched', ['m-3']],
    ['outcome=delivered', ['m-1', 'm-5']],
    ['action=identifyUser', ['m-4']],
    ['event=Paid', ['m-1', 'm-2']],
    ['event=Pricing', ['m-5']],
    ['type=page', ['m-5']],
    ['userId=user-1', ['m-1', 'm-3']],
    ['anonymousId=anon-1', ['m-4', 'm-5']],
    ['messageId=m-3', ['m-3']],
    ['event=Paid&outcome=delivered', ['m-1']],
    ['since=2020-01-01T00:00:00Z', ['m-1', 'm-2', 'm-3', 'm-4', 'm-5']],
    ['since=2999-01-01T00:00:00Z', []]
  ])('lists for ?%s %j', async (query, ids) => {
    expect(await listed(query)).toStrictEqual({ ids, total: String(ids.length) })
  })

  it('lists the newest last, as many as asked, and says how many there are', async () => {
    const numbers = (await asked<CallRecord[]>('/_segment/calls')).body.map(({ number }) => number)
    expect(numbers).toStrictEqual([...numbers].sort((a, b) => a - b))
    const { body, total } = await asked<CallRecord[]>('/_segment/calls?limit=2')
    expect([body.map(({ number }) => number), total]).toStrictEqual([numbers.slice(-2), '5'])
  })

  it('lists what has changed since a revision', async () => {
    const { body } = await asked<CallRecord[]>('/_segment/calls')
    const [last, before] = body.map(({ revision }) => revision).sort((a, b) => b - a)
    expect(await listed(`since=${last}`)).toStrictEqual({ ids: [], total: '0' })
    expect((await listed(`since=${before}`)).ids).toHaveLength(1)
  })

  it('tells of one call all that it knows, and of a list everything but the requests', async () => {
    const { body } = await asked<CallRecord>('/_segment/calls/m-1')
    expect(body).toMatchObject({ writeKey: '-key', outcome: 'delivered', message: { event: 'Paid', userId: 'user-1' } })
    expect(body.deliveries).toMatchObject([
      {
        ...{ action: 'trackEvent', payload: { identity: 'user-1' } },
        attempts: [{ status: 200, exchanges: [{ request: { method: 'POST' }, response: { statusCode: 200 } }] }]
      }
    ])
    const [listedCall] = (await asked<CallRecord[]>('/_segment/calls?messageId=m-1')).body
    expect(listedCall.deliveries).toMatchObject([{ payload: { identity: 'user-1' }, attempts: [{ exchanges: [] }] }])
    expect((await asked<CallRecord>(`/_segment/calls/${body.number}`)).body).toStrictEqual(body)
  })

  it.each([
    ['/_segment/calls?user=1', 400, /^there is no filter "user"; the filters are outcome, action, .*, since, limit$/],
    ['/_segment/calls?outcome=lost', 400, /^there is no outcome "lost"; the outcomes are rejected, .*, given-up$/],
    ['/_segment/calls?since=noon', 400, /^since "noon" is not a time in ISO 8601, and not a revision$/],
    ['/_segment/calls?limit=0', 400, /^limit "0" is not a number from 1 on$/],
    ['/_segment/idle?timeout=soon', 400, /^timeout "soon" is not a number of seconds from 0 to 600$/],
    ['/_segment/calls/m-9', 404, /^there is no call m-9, or it is no longer kept$/]
  ])('answers %s with %i and what is wrong', async (path, status, message) => {
    expect(await asked(path)).toMatchObject({
      status,
      body: { success: false, error: { message: expect.stringMatching(message) } }
    })
  })
})

describe('waiting and beginning anew, over HTTP', () => {
  it('answers 408 with what waits, and 200 once nothing does', async () => {
    pipeline.heap.setFaults({ status: { 503: 1 } })
    await send({ type: 'track', event: 'Slow', userId: 'user-1', messageId: 'm-6' })
    expect(await asked('/_segment/idle?timeout=0.1')).toMatchObject({
      status: 408,
      body: { waiting: [{ messageId: 'm-6', outcome: 'waiting' }] }
    })
    expect((await asked('/health')).body).toStrictEqual({ status: 'ok', waiting: 1 })
    pipeline.heap.setFaults({})
    expect(await asked('/_segment/idle')).toMatchObject({ status: 200, body: { waiting: [] } })
    expect((await asked('/health')).body).toStrictEqual({ status: 'ok', waiting: 0 })
  })

  it('forgets calls and what Heap holds', async () => {
    expect(await asked('/_segment/reset', 'POST')).toMatchObject({ status: 200, body: { success: true } })
    expect(await listed('')).toStrictEqual({ ids: [], total: '0' })
    expect(pipeline.heap.events()).toStrictEqual([])
  })

  it('forgets what waits, too, and delivers what comes after it', async () => {
    pipeline.heap.setFaults({ status: { 503: 1 } })
    await send({ type: 'track', event: 'Waits', userId: 'user-1', messageId: 'm-waits' })
    expect((await asked('/_segment/idle?timeout=0.1')).status).toBe(408)
    await asked('/_segment/reset', 'POST')
    expect((await asked('/health')).body).toStrictEqual({ status: 'ok', waiting: 0 })
    await send({ type: 'track', event: 'Comes after', userId: 'user-1', messageId: 'm-after' })
    expect((await asked('/_segment/idle')).status).toBe(200)
    expect((await listed('')).ids).toStrictEqual(['m-after'])
    expect(pipeline.heap.events().map(({ event }) => event)).toStrictEqual(['Comes after'])
    await asked('/_segment/reset', 'POST')
  })

  it('records nothing of a request that the client sends again', async () => {
    pipeline.heap.setFaults({ status: { 503: 1 } })
    const properties = { note: 'x'.repeat(30_000) }
    const batch = Array.from({ length: 16 }, () => ({ type: 'track', event: 'Large', userId: 'user-1', properties }))
    const body = JSON.stringify({ writeKey: 'a-key', batch })
    const statuses: number[] = []
    while (!statuses.includes(429) && statuses.length < 200) {
      statuses.push((await fetch(`${pipeline.url}/v1/batch`, { method: 'POST', body })).status)
    }
    const accepted = statuses.filter((status) => status === 200).length
    expect(statuses).toStrictEqual([...Array.from({ length: accepted }, () => 200), 429])
    expect((await listed('limit=1')).total).toBe(String(accepted * batch.length))
  })
})
