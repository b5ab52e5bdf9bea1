import nock from 'nock'
import { APP_ID, send, settings, testAction, US } from '../../__tests__/__helpers__/heap-api'

const track = { type: 'track', event: 'Order Completed', userId: 'user-1' }
const base = { timestamp: '2026-01-02T03:04:05.000Z', idempotency_key: 'message-1' }
const library = { segment_library: 'segment' }

function bulk(event: object) {
  return [{ path: '/api/track', body: { app_id: APP_ID, events: [event] } }]
}

function partner(event: object) {
  return [{ path: '/api/integrations/track', body: { app_id: APP_ID, library: 'server', events: [event] } }]
}

describe('trackEvent', () => {
  afterEach(() => {
    nock.cleanAll()
  })

  it('sends a known user by the public endpoint, with the types kept', async () => {
    const properties = {
      price: 12.5,
      paid: true,
      when: new Date(0),
      foo: { bar: { cheese: 'american', prop: [1, 2, 3], products: [{ A: 'Jello' }, { B: 'Peanut' }] } },
      nothing: null
    }
    const context = { library: { name: '@segment/analytics-node' } }
    expect(await send('trackEvent', { ...track, anonymousId: 'anon-1', properties, context })).toStrictEqual(
      bulk({
        event: 'Order Completed',
        identity: 'user-1',
        properties: {
          price: 12.5,
          paid: true,
          when: '1970-01-01T00:00:00.000Z',
          'foo.bar.cheese': 'american',
          'foo.bar.prop': '[1,2,3]',
          'foo.bar.products': '[{"A":"Jello"},{"B":"Peanut"}]',
          segment_library: '@segment/analytics-node'
        },
        ...base
      })
    )
  })

  it('sends an anonymous user by the partner endpoint, with all values as strings', async () => {
    const anonymous = { ...track, userId: null, anonymousId: 'anon-1', properties: { price: 12.5, paid: false } }
    expect(await send('trackEvent', anonymous)).toStrictEqual(
      partner({
        event: 'Order Completed',
        user_identifier: { anonymous_id: 'anon-1' },
        custom_properties: { price: '12.5', paid: 'false', ...library },
        ...base
      })
    )
  })

  describe("with Heap's own ID of the visitor", () => {
    const mapping = {
      heap_user_id: { '@path': '$.properties.heapUserId' },
      session_id: { '@path': '$.properties.heapSessionId' }
    }
    const anonymous = { type: 'track', event: 'Paid', anonymousId: 'anon-1' }

    it('joins the visitor and the session, with the types kept', async () => {
      const properties = { heapUserId: 5417923, heapSessionId: ' 77 ', total: 9.5, paid: true }
      expect(await send('trackEvent', { ...anonymous, properties }, { mapping })).toStrictEqual(
        bulk({
          event: 'Paid',
          user_id: '5417923',
          properties: { ...properties, ...library },
          ...base,
          session_id: '77'
        })
      )
    })

    it('is not used beside an identity, which takes the session', async () => {
      const properties = { heapUserId: 'not a number', heapSessionId: '77' }
      expect(await send('trackEvent', { ...anonymous, userId: 'user-1', properties }, { mapping })).toStrictEqual(
        bulk({
          event: 'Paid',
          identity: 'user-1',
          properties: { ...properties, ...library },
          ...base,
          session_id: '77'
        })
      )
    })

    it('sends no traits without an identity', async () => {
      const traits = { '@path': '$.properties' }
      const sent = await send(
        'trackEvent',
        { ...anonymous, properties: { heapUserId: '5' } },
        { mapping: { ...mapping, traits } }
      )
      expect(sent.map(({ path }) => path)).toStrictEqual(['/api/track'])
    })

    it('falls back to the anonymous ID when it is blank, without a session', async () => {
      const properties = { heapUserId: ' ', heapSessionId: '77' }
      expect(await send('trackEvent', { ...anonymous, properties }, { mapping })).toStrictEqual(
        partner({
          event: 'Paid',
          user_identifier: { anonymous_id: 'anon-1' },
          custom_properties: { ...properties, ...library },
          ...base
        })
      )
    })

    it.each(['abc', '-1', '1.5', '9007199254740992'])('refuses %s, and names the field', async (heapUserId) => {
      await expect(
        testAction('trackEvent', { ...anonymous, properties: { heapUserId } }, { mapping })
      ).rejects.toMatchObject({
        code: 'PAYLOAD_VALIDATION_FAILED',
        message: expect.stringContaining(`\`heap_user_id\` must be Heap's own user ID`) as unknown
      })
    })
  })

  it('lengthens an idempotency key that the partner endpoint would refuse', async () => {
    const [{ body }] = await send('trackEvent', { ...track, userId: null, anonymousId: 'a-1', messageId: '1234567' })
    expect(body).toMatchObject({ events: [{ idempotency_key: 'segment-1234567' }] })
  })

  it.each([
    ['page', 'Page viewed'],
    ['screen', 'Screen viewed']
  ])('names a %s call "%s" and sends its name as a property', async (type, event) => {
    expect(
      await send('trackEvent', { type, name: 'Pricing', userId: 'user-1', properties: { name: 'other', url: '/' } })
    ).toStrictEqual(bulk({ event, identity: 'user-1', properties: { name: 'Pricing', url: '/', ...library }, ...base }))
  })

  it('keeps a page property `name` when the call itself has no name', async () => {
    expect(await send('trackEvent', { type: 'page', userId: 'user-1', properties: { name: 'own' } })).toStrictEqual(
      bulk({ event: 'Page viewed', identity: 'user-1', properties: { name: 'own', ...library }, ...base })
    )
  })

  it('leaves the `name` of a track call alone', async () => {
    expect(await send('trackEvent', { ...track, name: 'stray', properties: { name: 'own' } })).toStrictEqual(
      bulk({ event: 'Order Completed', identity: 'user-1', properties: { name: 'own', ...library }, ...base })
    )
  })

  it.each([
    ['index', { 'list.0': 1, 'a.b': 2, ...library }],
    ['stringify', { list: '[1]', a: '{"b":2}', ...library }],
    ['drop', library]
  ])('treats nested properties by the mode %s', async (nested_properties, properties) => {
    const event = { ...track, properties: { list: [1], a: { b: 2 } } }
    expect(await send('trackEvent', event, { mapping: { nested_properties } })).toStrictEqual(
      bulk({ event: 'Order Completed', identity: 'user-1', properties, ...base })
    )
  })

  it('goes by a mode that a saved mapping computes', async () => {
    const event = { ...track, properties: { mode: 'drop', nested: { a: 1 } } }
    const mapping = { nested_properties: { '@path': '$.properties.mode' } }
    expect(await send('trackEvent', event, { mapping })).toStrictEqual(
      bulk({ event: 'Order Completed', identity: 'user-1', properties: { mode: 'drop', ...library }, ...base })
    )
  })

  it('updates the user properties too when traits are mapped', async () => {
    const event = { ...track, context: { traits: { ID: 7, plan: { name: 'pro' } } } }
    expect(await send('trackEvent', event, { mapping: { traits: { '@path': '$.context.traits' } } })).toStrictEqual([
      ...bulk({ event: 'Order Completed', identity: 'user-1', properties: library, ...base }),
      {
        path: '/api/add_user_properties',
        body: { app_id: APP_ID, users: [{ identity: 'user-1', properties: { _id: 7, 'plan.name': 'pro' } }] }
      }
    ])
  })

  it('sends the event without the traits when there is no identity', async () => {
    const event = { ...track, userId: undefined, anonymousId: 'anon-1', context: { traits: { plan: 'pro' } } }
    const sent = await send('trackEvent', event, { mapping: { traits: { '@path': '$.context.traits' } } })
    expect(sent.map(({ path }) => path)).toStrictEqual(['/api/integrations/track'])
  })

  it.each([
    ['2026-01-02T05:04:05+02:00', '2026-01-02T03:04:05.000Z'],
    [1767323045, '2026-01-02T03:04:05.000Z'],
    ['1767323045123', '2026-01-02T03:04:05.123Z']
  ])('sends the timestamp %s as ISO 8601', async (timestamp, iso) => {
    const [{ body }] = await send('trackEvent', { ...track, timestamp })
    expect(body).toMatchObject({ events: [{ timestamp: iso }] })
  })

  it('leaves a missing timestamp to Heap', async () => {
    expect(await send('trackEvent', { ...track, timestamp: undefined })).toStrictEqual(
      bulk({ event: 'Order Completed', identity: 'user-1', properties: library, idempotency_key: 'message-1' })
    )
  })

  it('sends to the EU host for the EU region', async () => {
    expect(await send('trackEvent', track, { settings: { region: 'EU' } })).toHaveLength(1)
  })

  it.each(['null', ' Guest ', '0', '[object Object]', '', 'not_authenticated'])(
    'takes the identity "%s" for absent',
    async (userId) => {
      const [{ path }] = await send('trackEvent', { ...track, userId, anonymousId: 'anon-1' })
      expect(path).toBe('/api/integrations/track')
    }
  )

  it('takes whatever a custom mapping gives', async () => {
    const event = { type: 'track', event: 'x', properties: { who: ' U-1 ', what: 'Bought', n: 1 } }
    const mapping = {
      message_id: 'fixed-id',
      identity: { '@path': '$.properties.who' },
      event: { '@path': '$.properties.what' },
      properties: { count: { '@path': '$.properties.n' } },
      library: 'mine'
    }
    expect(await send('trackEvent', event, { mapping })).toStrictEqual(
      bulk({
        event: 'Bought',
        identity: 'U-1',
        properties: { count: 1, segment_library: 'mine' },
        timestamp: base.timestamp,
        idempotency_key: 'fixed-id'
      })
    )
  })

  it.each([
    ['no user at all', { userId: undefined }, 'both `identity` and `anonymous_id`'],
    ['placeholders alone', { userId: 'null', anonymousId: 'undefined' }, 'both `identity` and `anonymous_id`'],
    ['an identity over 255 characters', { userId: 'u'.repeat(256) }, '`identity` has 256 characters'],
    ['a long identity beside an anonymous id', { userId: 'u'.repeat(256), anonymousId: 'a' }, '`identity` has 256'],
    [
      'an anonymous id over 1,023 characters',
      { userId: null, anonymousId: 'a'.repeat(1024) },
      '`anonymous_id` has 1024'
    ],
    ['no event name', { event: undefined }, '`event` is missing or blank'],
    ['a blank event name', { event: '  ' }, '`event` is missing or blank'],
    ['an event name over 1,024 characters', { event: 'e'.repeat(1025) }, '`event` has 1025 characters'],
    ['a blank message id', { messageId: ' ' }, '`message_id` is blank'],
    ['no message id', { messageId: undefined }, "missing the required field 'message_id'"]
  ])('refuses %s', async (_case, event, message) => {
    const error = await testAction('trackEvent', { ...track, ...event }).catch((thrown: Error) => thrown)
    expect(error).toMatchObject({ message: expect.stringContaining(message) })
    expect(nock.pendingMocks()).toStrictEqual([])
  })

  it('sends an event name of exactly 1,024 characters and an identity of exactly 255', async () => {
    const [{ body }] = await send('trackEvent', { ...track, event: 'e'.repeat(1024), userId: 'u'.repeat(255) })
    expect(body).toMatchObject({ events: [{ event: 'e'.repeat(1024), identity: 'u'.repeat(255) }] })
  })

  it.each([
    [400, 'postBody.events[0] is bad', 'APIError', 400],
    [401, 'who?', 'InvalidAuthenticationError', 401],
    [413, 'too large', 'APIError', 413],
    [429, 'slow down', 'RetryableError', 429],
    [503, 'try later', 'RetryableError', 503],
    [520, 'odd', 'RetryableError', 502],
    [501, 'never', 'APIError', 501]
  ])('throws for an answer of %i', async (answer, text, name, status) => {
    nock(US).post('/api/track').reply(answer, text)
    const error = await testAction('trackEvent', track).catch((thrown: Error) => thrown)
    expect(error).toMatchObject({ status, message: `Heap answered ${answer}: ${text}` })
    expect((error as Error).constructor.name).toBe(name)
  })

  it('throws a retryable 504 when Heap cannot be reached', async () => {
    nock(US).post('/api/track').replyWithError('connect ECONNREFUSED')
    await expect(testAction('trackEvent', track)).rejects.toMatchObject({
      status: 504,
      message: expect.stringContaining('ECONNREFUSED')
    })
  })

  it.each([301, 302, 307, 308])('does not follow a redirect (%d), and is sent again later', async (status) => {
    const elsewhere = nock('https://elsewhere.example').get(/.*/).reply(200, {}).post(/.*/).reply(200, {})
    nock(US).post('/api/track').reply(status, '', { location: 'https://elsewhere.example/login' })
    await expect(testAction('trackEvent', track)).rejects.toMatchObject({
      status: 502,
      name: 'RetryableError',
      message: `Redirected (${status}) to https://elsewhere.example/login; Heap itself did not answer.`
    })
    expect(elsewhere.pendingMocks()).toHaveLength(2)
    nock.cleanAll()
  })

  it('refuses a setting that cannot be an App ID, and names it', async () => {
    await expect(testAction('trackEvent', track, { settings: { ...settings, appId: 'abc' } })).rejects.toMatchObject({
      status: 401,
      message: expect.stringContaining('`appId` must be Heap\'s numeric App ID, but is "abc"')
    })
  })
})
