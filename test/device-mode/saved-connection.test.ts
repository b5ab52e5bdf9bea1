import { connect } from './__helpers__/connection'

/** As Segment has saved it of production's `actions-heap-web`, which maps these by default. */
const TRACK_EVENT = {
  name: { '@path': '$.event' },
  properties: { '@path': '$.properties' },
  anonymousId: { '@path': '$.anonymousId' },
  traits: { '@path': '$.context.traits' }
}
const IDENTIFY_USER = { userId: { '@path': '$.userId' }, traits: { '@path': '$.traits' } }
const SAVED = { identifyUser: IDENTIFY_USER, trackEvent: TRACK_EVENT }

const LIBRARY = { segment_library: 'browser-destination' }
const BOUGHT = {
  type: 'track',
  event: 'Order Completed',
  anonymousId: 'anon-1',
  userId: 'ann',
  properties: { total: 9.5, paid: true, coupon: null, products: [{ sku: 'a' }], shipping: { city: 'Oslo' } },
  context: { traits: { plan: 'pro' } }
}

async function sent(event: Record<string, unknown>, mapping: object = {}, settings: object = {}): Promise<unknown[][]> {
  const { calls, handOver } = await connect({ ...SAVED, trackEvent: { ...TRACK_EVENT, ...mapping } }, settings)
  await handOver(event)
  return calls
}

describe('a connection saved in production', () => {
  it('sends track calls with all that it maps', async () => {
    const properties = {
      total: 9.5,
      paid: true,
      products: '[{"sku":"a"}]',
      'shipping.city': 'Oslo',
      ...LIBRARY
    }
    expect(await sent(BOUGHT)).toStrictEqual([
      ['addUserProperties', { plan: 'pro', anonymous_id: 'anon-1' }],
      ['track', 'Order Completed', properties]
    ])
  })

  it('identifies first with an `identity` in trackEvent, each time', async () => {
    const { calls, handOver } = await connect({ trackEvent: { ...TRACK_EVENT, identity: { '@path': '$.userId' } } })
    await handOver(BOUGHT)
    await handOver({ ...BOUGHT, event: 'Second', context: {} })
    expect(calls.map(([method, first]) => [method, first])).toStrictEqual([
      ['identify', 'ann'],
      ['addUserProperties', { plan: 'pro', anonymous_id: 'anon-1' }],
      ['track', 'Order Completed'],
      ['identify', 'ann'],
      ['track', 'Second']
    ])
  })

  it('identifies with traits, which it flattens', async () => {
    const traits = { email: 'a@b.c', id: 7, address: { city: 'Oslo' }, born: new Date(0) }
    expect(await sent({ type: 'identify', userId: 'ann', anonymousId: 'anon-1', traits })).toStrictEqual([
      ['identify', 'ann'],
      ['addUserProperties', { email: 'a@b.c', _id: 7, 'address.city': 'Oslo', born: '1970-01-01T00:00:00.000Z' }]
    ])
  })

  it.each([
    ['a number', 9.5, 9.5],
    ['a boolean', false, false],
    ['text', 'a', 'a'],
    ['a list', [1, { a: 2 }], '[1,{"a":2}]'],
    ['an empty list', [], '[]'],
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['null', null, undefined],
    ['an empty object', {}, undefined],
    ['not a number', NaN, undefined]
  ])('sends %s of %j as %j', async (_name, value, expected) => {
    const [[, , properties]] = await sent({ type: 'track', event: 'One', properties: { value } })
    expect(properties).toStrictEqual(expected === undefined ? LIBRARY : { value: expected, ...LIBRARY })
  })

  it('names its library on each event, also over a property of that name', async () => {
    const [[, , properties]] = await sent({ type: 'track', event: 'One', properties: { segment_library: 'mine' } })
    expect(properties).toStrictEqual(LIBRARY)
  })

  it('sends a number for a name as text', async () => {
    expect(await sent({ type: 'track', event: 404 })).toStrictEqual([['track', '404', LIBRARY]])
  })

  it('sends items of lists as far as `browserArrayLimit` says, the event itself first', async () => {
    const products = [{ sku: 'a' }, 'b', { sku: 'c' }]
    const event = { type: 'track', event: 'Order Completed', properties: { products, days: [1] } }
    expect(await sent(event, {}, { browserArrayLimit: 2 })).toStrictEqual([
      ['track', 'Order Completed', { products: '[{"sku":"a"},"b",{"sku":"c"}]', days: '[1]', ...LIBRARY }],
      ['track', 'Order Completed products item', { sku: 'a', ...LIBRARY }],
      ['track', 'Order Completed products item', { value: 'b', ...LIBRARY }]
    ])
    expect(products).toHaveLength(3)
    expect(await sent(event, {}, { browserArrayLimit: 0 })).toHaveLength(1)
    expect(await sent(event)).toHaveLength(1)
  })
})

describe('anonymous_id', () => {
  const described = (calls: unknown[][]) => calls.filter(([method]) => method === 'addUserProperties')
  const track = (event: string, anonymousId: unknown) => ({ type: 'track', event, anonymousId })

  it('is set once on a page, for visitors who never identify, too', async () => {
    const { calls, handOver } = await connect(SAVED)
    for (const event of ['One', 'Two', 'Three']) await handOver(track(event, 'anon-1'))
    expect(described(calls)).toStrictEqual([['addUserProperties', { anonymous_id: 'anon-1' }]])
    expect(calls[0]).toStrictEqual(described(calls)[0])
  })

  it('is set again when it changes, and for another user of Heap', async () => {
    const { calls, handOver, analytics } = await connect({
      trackEvent: { ...TRACK_EVENT, identity: { '@path': '$.userId' } }
    })
    await handOver(track('One', 'anon-1'))
    await handOver(track('Two', 'anon-2'))
    await handOver({ ...track('Three', 'anon-2'), userId: 'ann' })
    await handOver({ ...track('Four', 'anon-2'), userId: 'ann' })
    analytics.emit('reset')
    await handOver(track('Five', 'anon-3'))
    await handOver({ ...track('Six', 'anon-3'), userId: 'bob' })
    const ids = ['anon-1', 'anon-2', 'anon-2', 'anon-3', 'anon-3']
    expect(described(calls)).toStrictEqual(ids.map((anonymous_id) => ['addUserProperties', { anonymous_id }]))
  })

  it('is set again after a log-out, also for the same person with the same id', async () => {
    const { calls, handOver, analytics } = await connect({
      trackEvent: { ...TRACK_EVENT, identity: { '@path': '$.userId' } }
    })
    const call = (messageId: string) => ({ ...track('One', 'device-1'), userId: 'ann', messageId })
    await handOver(call('first'))
    analytics.emit('reset')
    analytics.emit('dispatch_start', { event: call('second') })
    await handOver(call('second'))
    expect(calls.map(([method]) => method)).toStrictEqual([
      ...['identify', 'addUserProperties', 'track'],
      'resetIdentity',
      ...['identify', 'addUserProperties', 'track']
    ])
  })

  it.each([undefined, null, '', 'null'])('is not set to %j', async (anonymousId) => {
    const { calls, handOver } = await connect(SAVED)
    await handOver(track('One', 'anon-1'))
    await handOver(track('Two', anonymousId))
    expect(described(calls)).toHaveLength(1)
  })

  it('comes with the traits of an identify call, whether Heap has it or not', async () => {
    const { calls, handOver } = await connect({
      ...SAVED,
      identifyUser: { ...IDENTIFY_USER, anonymousId: { '@path': '$.anonymousId' } }
    })
    await handOver(track('One', 'anon-1'))
    await handOver({ type: 'identify', userId: 'ann', anonymousId: 'anon-1', traits: { plan: 'pro' } })
    await handOver(track('Two', 'anon-1'))
    expect(described(calls)).toStrictEqual([
      ['addUserProperties', { anonymous_id: 'anon-1' }],
      ['addUserProperties', { plan: 'pro', anonymous_id: 'anon-1' }]
    ])
  })
})

describe('what cannot be sent', () => {
  it.each([undefined, null, '', ' ', {}])(
    'an event named %j is told of once, and its user still set',
    async (event) => {
      const { calls, handOver, page } = await connect({
        trackEvent: { ...TRACK_EVENT, identity: { '@path': '$.userId' } }
      })
      await handOver({ type: 'track', event, userId: 'ann' })
      await handOver({ type: 'track', event, userId: 'ann' })
      expect(calls).toStrictEqual([
        ['identify', 'ann'],
        ['identify', 'ann']
      ])
      expect(page.warnings).toStrictEqual([expect.stringContaining('An event without a name is not sent: map `name`')])
    }
  )

  it.each([
    ['properties', { properties: 'text' }, 'properties'],
    ['properties', { properties: [1] }, 'properties'],
    ['traits', { context: { traits: 'text' } }, 'traits']
  ])('%s that are not an object are told of, and the event is sent', async (_name, parts, field) => {
    const { calls, handOver, page } = await connect(SAVED)
    await handOver({ type: 'track', event: 'One', ...parts })
    expect(calls).toStrictEqual([['track', 'One', LIBRARY]])
    expect(page.warnings).toStrictEqual([expect.stringContaining(`\`${field}\` must be an object`)])
  })

  it('an identity over 255 characters is told of with its field', async () => {
    const { calls, handOver, page } = await connect(SAVED)
    await handOver({ type: 'identify', userId: 'u'.repeat(256), traits: { plan: 'pro' } })
    expect(calls).toStrictEqual([['addUserProperties', { plan: 'pro' }]])
    expect(page.warnings).toStrictEqual([expect.stringMatching(/256 characters in `userId` is too long/)])
  })

  it.each(['', '0', 'null', 'undefined', ' Guest ', 'anonymous'])(
    'the placeholder %j identifies nobody',
    async (userId) => {
      const { calls, handOver } = await connect(SAVED)
      await handOver({ type: 'identify', userId, traits: { plan: 'pro' } })
      expect(calls).toStrictEqual([['addUserProperties', { plan: 'pro' }]])
    }
  )
})
