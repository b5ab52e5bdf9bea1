import { answerOf, NOW, post, useEmulator } from './__helpers__/emulator-client'

const OK = { status: 200, body: {} }
const heap = useEmulator({ rateLimits: false })
const send = (path: string, body: unknown) => answerOf(post(heap().url + path, body))
const owners = () =>
  heap()
    .events()
    .map(({ event, identity, user_id }) => [event, identity, user_id])

const FIRST_ID = '4503599627370496'
const SECOND_ID = '4503599627370497'

describe('POST /api/track', () => {
  it('stores a bulk call and creates its users', async () => {
    const events = [
      {
        event: 'Bought',
        identity: 'ann',
        properties: { n: 1, ok: true, list: ['a', 'b'], nested: { x: 1 } },
        timestamp: '2020-01-01T00:00:00Z',
        idempotency_key: 'k1',
        session_id: '7'
      },
      { event: 'Seen', user_id: '42' }
    ]
    expect(await send('/api/track', { app_id: '11', events })).toEqual(OK)
    expect(heap().events()).toEqual([
      {
        app_id: '11',
        region: 'US',
        event: 'Bought',
        identity: 'ann',
        user_id: FIRST_ID,
        anonymous_id: null,
        properties: { n: 1, ok: true, list: 'a||b' },
        timestamp: '2020-01-01T00:00:00Z',
        idempotency_key: 'k1',
        session_id: '7',
        endpoint: '/api/track',
        received_at: NOW
      },
      {
        app_id: '11',
        region: 'US',
        event: 'Seen',
        identity: null,
        user_id: '42',
        anonymous_id: null,
        properties: {},
        timestamp: NOW,
        idempotency_key: null,
        session_id: null,
        endpoint: '/api/track',
        received_at: NOW
      }
    ])
    expect(heap().users()).toEqual([
      {
        app_id: '11',
        user_id: FIRST_ID,
        identity: 'ann',
        anonymous_ids: [],
        merged_user_ids: [],
        properties: {},
        created_at: NOW
      },
      {
        app_id: '11',
        user_id: '42',
        identity: null,
        anonymous_ids: [],
        merged_user_ids: [],
        properties: {},
        created_at: NOW
      }
    ])
  })

  it('stores nothing of a call with one bad event', async () => {
    const events = [
      { event: 'Good', identity: 'ann' },
      { event: 'Bad', identity: 'ann', properties: { x: null } }
    ]
    expect(await send('/api/track', { app_id: '11', events })).toEqual({
      status: 400,
      body: "postBody.events[1].properties['x'] should be string, number or boolean"
    })
    expect(heap().events()).toEqual([])
    expect(heap().users()).toEqual([])
  })

  it('keeps the first of two events with one idempotency_key', async () => {
    const event = { app_id: '11', identity: 'ann', idempotency_key: 'k1' }
    expect(await send('/api/track', { ...event, event: 'First' })).toEqual(OK)
    expect(await send('/api/track', { app_id: '11', events: [{ ...event, event: 'Second' }] })).toEqual(OK)
    expect(await send('/eu/api/track', { ...event, event: 'Third' })).toEqual(OK)
    expect(await send('/api/track', { ...event, app_id: '22', event: 'Elsewhere' })).toEqual(OK)
    expect(
      heap()
        .events()
        .map(({ app_id, event }) => [app_id, event])
    ).toEqual([
      ['11', 'First'],
      ['22', 'Elsewhere']
    ])
  })

  it('tells identities apart by case', async () => {
    await send('/api/track', { app_id: '11', event: 'A', identity: 'ann' })
    await send('/api/track', { app_id: '11', event: 'B', identity: 'Ann' })
    expect(owners()).toEqual([
      ['A', 'ann', FIRST_ID],
      ['B', 'Ann', SECOND_ID]
    ])
  })

  it('answers a body that is not JSON with 400', async () => {
    expect(await send('/api/track', '{"app_id":')).toEqual({
      status: 400,
      body: { error: 'The body is not valid JSON' }
    })
  })
})

describe('POST /eu/api/track', () => {
  it('stores into the same app_id, marked EU', async () => {
    expect(await send('/eu/api/track', { app_id: '11', event: 'A', identity: 'ann' })).toEqual(OK)
    expect(
      heap()
        .events('11')
        .map(({ region, event }) => [region, event])
    ).toEqual([['EU', 'A']])
  })
})

describe('POST /api/add_user_properties', () => {
  it('creates users and merges properties, the last write winning', async () => {
    const users = [
      { identity: 'ann', properties: { a: 1, b: 'x' } },
      { identity: 'ann', properties: { b: 'y', list: [1, 2], nested: {} } },
      { identity: 'bob' }
    ]
    expect(await send('/api/add_user_properties', { app_id: '11', users })).toEqual(OK)
    expect(
      heap()
        .users()
        .map(({ identity, properties }) => [identity, properties])
    ).toEqual([
      ['ann', { a: 1, b: 'y', list: '1||2' }],
      ['bob', {}]
    ])
  })

  it('takes one user at top level', async () => {
    const user = { app_id: '11', identity: 'ann', properties: { a: true } }
    expect(await send('/api/add_user_properties', user)).toEqual(OK)
    expect(
      heap()
        .users()
        .map(({ identity, properties }) => [identity, properties])
    ).toEqual([['ann', { a: true }]])
  })
})

describe('POST /api/add_account_properties', () => {
  it('answers the text OK and merges properties', async () => {
    const accounts = [
      { account_id: 'acme', properties: { plan: 'a', id: 1 } },
      { account_id: 'acme', properties: { plan: 'b' } }
    ]
    expect(await send('/api/add_account_properties', { app_id: '11', accounts })).toEqual({ status: 200, body: 'OK' })
    expect(heap().accounts()).toEqual([{ app_id: '11', account_id: 'acme', properties: { plan: 'b', id: 1 } }])
  })
})
