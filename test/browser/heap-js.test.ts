import { Pipeline } from './__helpers__/pipeline'
import type { PageAnalytics } from './__helpers__/pipeline'

/** What the functions below find in the page that they run in. */
declare const analytics: PageAnalytics
declare const loadAnother: () => PageAnalytics
declare const calls: unknown[][]
declare const heap: {
  clientConfig: unknown
  mine?: boolean
  track(event: string, properties: object): void
  addEventProperties(properties: object): void
  onReady(callback: () => void): void
}
declare const heapWebDestination: (settings: object) => Promise<unknown[]>

describe('heap.js in device mode', () => {
  const pipeline = new Pipeline()
  beforeAll(() => pipeline.start('both'), 60000)
  beforeEach(() => pipeline.reset())
  afterEach(() => pipeline.closePages())
  afterAll(() => pipeline.stop())

  it('delivers calls made before heap.js has loaded once and in order', async () => {
    let release = () => {}
    const heapJs = new Promise<void>((resolve) => (release = resolve))
    const { page } = await pipeline.open({ heapJs })
    await page.evaluate(async () => {
      await analytics.identify('user-1', { plan: 'pro' })
      for (const name of ['First', 'Second', 'Third']) await analytics.track(name)
    })
    expect(await pipeline.customEvents()).toStrictEqual([])
    release()
    await pipeline.arrivedEvents(3)
    await page.evaluate(() => analytics.track('Last'))
    const events = await pipeline.arrivedEvents(4)
    expect(events.map(({ event, identity }) => `${event} by ${identity}`)).toStrictEqual([
      'First by user-1',
      'Second by user-1',
      'Third by user-1',
      'Last by user-1'
    ])
  })

  it("queues the page's own calls of heap, too", async () => {
    let release = () => {}
    const heapJs = new Promise<void>((resolve) => (release = resolve))
    const { page } = await pipeline.open({ heapJs })
    await page.evaluate(async () => {
      await analytics.track('From Segment')
      heap.addEventProperties({ plan: 'pro' })
      heap.track('From the page', {})
      heap.onReady(() => Object.assign(window, { isReady: true }))
    })
    release()
    const events = await pipeline.arrivedEvents(2)
    expect(events.map(({ event, properties }) => [event, properties])).toStrictEqual([
      ['From Segment', { segment_library: 'browser-destination' }],
      ['From the page', { plan: 'pro' }]
    ])
    expect(await page.evaluate('isReady')).toBe(true)
  })

  it.each(['refused', 'missing', 'silent', 'throwing'] as const)(
    'leaves the page, other plugins and promises working when heap.js is %s',
    async (heapJs) => {
      const { page, heapJsRequests, errors } = await pipeline.open({ heapJs })
      const seen = await page.evaluate(async () => {
        const names: string[] = []
        await analytics.register({
          name: 'Other',
          type: 'destination',
          version: '1',
          isLoaded: () => true,
          load: () => Promise.resolve(),
          track: (context: { event: { event: string } }) => (names.push(context.event.event), context)
        })
        await analytics.identify('user-1')
        await analytics.track('One')
        await analytics.track('Two')
        return names
      })
      expect(seen).toStrictEqual(['One', 'Two'])
      expect(heapJsRequests).toHaveLength(1)
      expect(errors.splice(0)).toStrictEqual(heapJs === 'throwing' ? ['heap.js is broken'] : [])
    }
  )

  it.each([
    ['US', { region: 'US' }, 'https://cdn.us.heap-api.com/config/11/heap_config.js'],
    ['EU', { region: 'EU' }, 'https://cdn.eu.heap-api.com/config/11/heap_config.js'],
    ['a host of its own', { hostname: 'heap.example.com' }, 'https://heap.example.com/config/11/heap_config.js']
  ])('asks for heap.js once, from %s', async (_name, settings, script) => {
    const { page, heapJsRequests, warnings } = await pipeline.open({ settings })
    await page.evaluate(() => analytics.track('One'))
    await pipeline.arrivedEvents(1)
    expect({ heapJsRequests, warnings }).toStrictEqual({ heapJsRequests: [script], warnings: [] })
  })

  it("gives heap.js the customer's configuration", async () => {
    const settings = { disableTextCapture: true, secureCookie: true, ingestServer: 'https://ingest.example.com' }
    const { page } = await pipeline.open({ settings })
    await page.evaluate(() => analytics.track('One'))
    await pipeline.arrivedEvents(1)
    expect(await page.evaluate(() => heap.clientConfig)).toStrictEqual({
      ...settings,
      shouldFetchServerConfig: false
    })
  })

  it('leaves a Heap that is on the page already as it is, with one warning', async () => {
    const script = `window.calls = []; window.heap = { mine: true, loaded: true,
      track: (...args) => calls.push(['track', ...args]), identify: (...args) => calls.push(['identify', ...args]) }`
    const { page, heapJsRequests, warnings } = await pipeline.open({ script })
    const [made, mine] = await page.evaluate(async () => {
      await analytics.identify('user-1', { a: 1 })
      await analytics.track('One', { b: { c: 2 } })
      return [calls, heap.mine]
    })
    expect(made).toStrictEqual([
      ['identify', 'user-1'],
      ['track', 'One', { 'b.c': 2, segment_library: 'browser-destination' }]
    ])
    expect(mine).toBe(true)
    expect(heapJsRequests).toStrictEqual([])
    expect(warnings).toStrictEqual([expect.stringContaining('Heap is on this page already')])
  })

  it('loads Heap once for two Analytics.js on one page', async () => {
    const { page, heapJsRequests, warnings } = await pipeline.open()
    await page.evaluate(async () => {
      await analytics.track('One')
      await loadAnother().track('Two')
    })
    const events = await pipeline.arrivedEvents(2)
    expect(events.map(({ event }) => event)).toStrictEqual(['One', 'Two'])
    expect({ requests: heapJsRequests.length, warnings }).toStrictEqual({ requests: 1, warnings: [] })
  })

  it('loses no call when the plugin is registered by hand', async () => {
    const { page } = await pipeline.open({ settings: { subscriptions: [] } })
    await page.addScriptTag({ url: `${pipeline.url}/heap-web.js` })
    await page.evaluate(async () => {
      const subscription = { enabled: true, partnerAction: 'trackEvent', subscribe: 'type = "track"', name: 'Track' }
      const mapping = { name: { '@path': '$.event' }, properties: { '@path': '$.properties' } }
      const settings = { appId: '11', subscriptions: [{ ...subscription, mapping }] }
      const plugins = await heapWebDestination(settings)
      const registered = analytics.register(...plugins)
      void analytics.track('Early')
      await registered
      await analytics.track('Late')
    })
    const events = await pipeline.arrivedEvents(2)
    expect(events.map(({ event }) => event)).toStrictEqual(['Early', 'Late'])
  })
})
