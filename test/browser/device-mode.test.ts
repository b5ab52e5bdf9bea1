import { Pipeline, until } from './__helpers__/pipeline'
import type { PageAnalytics } from './__helpers__/pipeline'

/** What the functions below find in the page that they run in. */
declare const analytics: PageAnalytics
declare const heap: { track(event: string): unknown }

const LIBRARY = { segment_library: 'browser-destination' }

describe('calls in device mode', () => {
  const pipeline = new Pipeline()
  beforeAll(() => pipeline.start('both'), 60000)
  beforeEach(() => pipeline.reset())
  afterEach(() => pipeline.closePages())
  afterAll(() => pipeline.stop())

  it('identifies a visitor with flattened traits and the anonymous id', async () => {
    const { page } = await pipeline.open()
    await page.evaluate(() => {
      const traits = JSON.parse('{"constructor":{"a":1},"id":7,"nothing":null}')
      Object.assign(traits, {
        born: new Date(0),
        foo: { bar: { cheese: 'american', prop: [1, 2, 3], products: [{ A: 'Jello' }, { B: 'Peanut' }] } }
      })
      return analytics.identify('user-1', traits)
    })
    const [user] = await until(async () => {
      const users = await pipeline.users()
      return users.some(({ properties }) => properties.born) && users
    })
    const anonymousId = await page.evaluate(() => analytics.user().then((known) => known.anonymousId()))
    expect(user).toMatchObject({ identity: 'user-1', anonymous_ids: [anonymousId] })
    expect(user.properties).toStrictEqual({
      'constructor.a': 1,
      _id: 7,
      born: '1970-01-01T00:00:00.000Z',
      'foo.bar.cheese': 'american',
      'foo.bar.prop': '[1,2,3]',
      'foo.bar.products': '[{"A":"Jello"},{"B":"Peanut"}]',
      anonymous_id: anonymousId
    })
  })

  it.each(['none', 'null', 'u'.repeat(256)])(
    'gives a visitor with the userId "%s" properties but no identity',
    async (userId) => {
      const { page } = await pipeline.open()
      await page.evaluate(
        (id) => (id === 'none' ? analytics.identify({ plan: 'free' }) : analytics.identify(id, { plan: 'free' })),
        userId
      )
      const user = await until(async () => (await pipeline.users()).find(({ properties }) => properties.plan))
      expect(user).toMatchObject({ identity: null, properties: { plan: 'free' } })
    }
  )

  it('tracks the same event name and properties, dates as ISO strings', async () => {
    const { page } = await pipeline.open()
    await page.evaluate(() => {
      const properties = { when: new Date(0), price: 9.5, paid: true, nothing: null, foo: { list: [1, { a: 2 }] } }
      return analytics.track('Order Completed', properties)
    })
    const [event] = await pipeline.arrivedEvents(1)
    expect(event).toMatchObject({ event: 'Order Completed' })
    expect(event.properties).toStrictEqual({
      when: '1970-01-01T00:00:00.000Z',
      price: 9.5,
      paid: true,
      'foo.list': '[1,{"a":2}]',
      ...LIBRARY
    })
  })

  it('takes hostile keys for data', async () => {
    const { page } = await pipeline.open()
    const polluted = await page.evaluate(async () => {
      const hostile = '{"__proto__":{"evil":1},"constructor":{"a":1},"prototype":2,"toString":3,"hasOwnProperty":4}'
      await analytics.track('Hostile', JSON.parse(hostile) as object)
      await analytics.identify('user-1', JSON.parse(hostile) as object)
      return 'evil' in {}
    })
    const [event] = await pipeline.arrivedEvents(1)
    const user = await until(async () => (await pipeline.users()).find(({ properties }) => properties.prototype))
    const own = { 'constructor.a': 1, prototype: 2, toString: 3, hasOwnProperty: 4 }
    expect(polluted).toBe(false)
    expect(event.properties).toStrictEqual({ ...own, ...LIBRARY })
    expect(user.properties).toStrictEqual({ ...own, anonymous_id: expect.any(String) as string })
  })

  it('cuts keys to what Heap takes on the web, and passes on a long event name with a warning', async () => {
    const { page, warnings } = await pipeline.open()
    await page.evaluate(() => analytics.track('Long', { ['k'.repeat(600)]: 'v'.repeat(2000) }))
    const [event] = await pipeline.arrivedEvents(1)
    expect(event.properties).toStrictEqual({ ['k'.repeat(511)]: 'v'.repeat(1023), ...LIBRARY })
    expect(warnings).toStrictEqual([])
    const named = await page.evaluate(() => {
      const names: string[] = []
      heap.track = (name: string) => names.push(name)
      return analytics.track('e'.repeat(256)).then(() => names)
    })
    expect(named).toStrictEqual(['e'.repeat(256)])
    expect(warnings).toStrictEqual([expect.stringContaining('an event name of 256 characters')])
  })

  it('sends up to browserArrayLimit items of arrays as events of their own', async () => {
    const { page } = await pipeline.open({ settings: { browserArrayLimit: 3 } })
    const kept = await page.evaluate(async () => {
      const properties = { products: [{ sku: 'a', size: { w: 1 } }, { sku: 'b' }], days: [new Date(0), 'x'] }
      await analytics.track('Order Completed', properties)
      return properties
    })
    const events = await pipeline.arrivedEvents(4)
    expect(events.map(({ event, properties }) => [event, properties])).toStrictEqual([
      [
        'Order Completed',
        { products: '[{"sku":"a","size":{"w":1}},{"sku":"b"}]', days: '["1970-01-01T00:00:00.000Z","x"]', ...LIBRARY }
      ],
      ['Order Completed products item', { sku: 'a', 'size.w': 1, ...LIBRARY }],
      ['Order Completed products item', { sku: 'b', ...LIBRARY }],
      ['Order Completed days item', { value: '1970-01-01T00:00:00.000Z', ...LIBRARY }]
    ])
    expect(kept.products).toHaveLength(2)
  })

  it('forwards no page call: Heap captures page views itself', async () => {
    const { page } = await pipeline.open()
    await page.evaluate(async () => {
      await analytics.page('Home')
      await analytics.track('After')
    })
    await pipeline.arrivedEvents(1)
    const events = await pipeline.events()
    expect(events.map(({ event }) => event).sort()).toStrictEqual(['After', 'pageview'])
  })
})
