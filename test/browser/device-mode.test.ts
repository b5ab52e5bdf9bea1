import type { Browser } from 'playwright-core'
import { endAll, Running } from '../cli/__helpers__/command-line'
import { freePair } from '../cli/__helpers__/ports'
import { launch } from './__helpers__/chromium'
import { openPage } from './__helpers__/page-with-analytics'
import type { AnalyticsPage, PageOptions } from './__helpers__/page-with-analytics'

interface User {
  identity: string | null
  anonymous_ids: string[]
  properties: Record<string, unknown>
}

interface StoredEvent {
  event: string
  identity: string | null
  anonymous_id: string | null
  properties: Record<string, unknown>
}

interface PageAnalytics {
  track(event: string, properties?: object): Promise<unknown>
  identify(...userIdAndTraits: unknown[]): Promise<unknown>
  page(name: string): Promise<unknown>
  register(...plugins: unknown[]): Promise<unknown>
  user(): Promise<{ anonymousId(): string }>
}

/** What the functions below find in the page that they run in. */
declare const analytics: PageAnalytics
declare const loadAnother: () => PageAnalytics
declare const calls: unknown[][]
declare const heap: { clientConfig: unknown; mine?: boolean }
declare const heapWebDestination: (settings: object) => Promise<unknown[]>

describe('device mode in a browser', () => {
  let browser: Browser
  let url: string
  const opened: AnalyticsPage[] = []
  beforeAll(async () => {
    browser = await launch()
    const port = String(await freePair())
    url = await new Running(['serve', '--mode', 'both', '--noUI', '--no-rate-limits', '--port', port]).url()
  }, 60000)
  beforeEach(() => fetch(`${url}/_emulator/reset`, { method: 'POST' }))
  afterEach(async () => {
    for (const page of opened.splice(0)) {
      expect(page.errors).toStrictEqual([])
      await page.close()
    }
  })
  afterAll(async () => {
    await browser.close()
    await endAll()
  })

  async function open(options?: PageOptions): Promise<AnalyticsPage> {
    const page = await openPage(browser, url, options)
    opened.push(page)
    return page
  }

  const read = async <Item>(list: string) => (await (await fetch(`${url}/_emulator/${list}`)).json()) as Item[]
  const customEvents = async () =>
    (await read<StoredEvent>('events')).filter(({ properties }) => properties.autocaptured !== true)

  async function until<Result>(look: () => Promise<Result | undefined | false>): Promise<Result> {
    for (;;) {
      const result = await look()
      if (result) return result
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  const arrivedEvents = (count: number) =>
    until(async () => {
      const events = await customEvents()
      return events.length >= count && events
    })

  it('identifies a visitor with flattened traits and the anonymous id', async () => {
    const { page } = await open()
    await page.evaluate(() => {
      const traits = JSON.parse('{"constructor":{"a":1},"id":7,"nothing":null}')
      Object.assign(traits, {
        born: new Date(0),
        foo: { bar: { cheese: 'american', prop: [1, 2, 3], products: [{ A: 'Jello' }, { B: 'Peanut' }] } }
      })
      return analytics.identify('user-1', traits)
    })
    const [user] = await until(async () => {
      const users = await read<User>('users')
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
      const { page } = await open()
      await page.evaluate(
        (id) => (id === 'none' ? analytics.identify({ plan: 'free' }) : analytics.identify(id, { plan: 'free' })),
        userId
      )
      const user = await until(async () => (await read<User>('users')).find(({ properties }) => properties.plan))
      expect(user).toMatchObject({ identity: null, properties: { plan: 'free' } })
    }
  )

  it('tracks the same event name and properties, dates as ISO strings', async () => {
    const { page } = await open()
    await page.evaluate(() => {
      const properties = { when: new Date(0), price: 9.5, paid: true, nothing: null, foo: { list: [1, { a: 2 }] } }
      return analytics.track('Order Completed', properties)
    })
    const [event] = await arrivedEvents(1)
    expect(event).toMatchObject({ event: 'Order Completed' })
    expect(event.properties).toStrictEqual({
      when: '1970-01-01T00:00:00.000Z',
      price: 9.5,
      paid: true,
      'foo.list': '[1,{"a":2}]'
    })
  })

  it('delivers calls made before heap.js has loaded once and in order', async () => {
    let release = () => {}
    const heapJs = new Promise<void>((resolve) => (release = resolve))
    const { page } = await open({ heapJs })
    await page.evaluate(async () => {
      await analytics.identify('user-1', { plan: 'pro' })
      for (const name of ['First', 'Second', 'Third']) await analytics.track(name)
    })
    expect(await customEvents()).toStrictEqual([])
    release()
    await arrivedEvents(3)
    await page.evaluate(() => analytics.track('Last'))
    const events = await arrivedEvents(4)
    expect(events.map(({ event, identity }) => `${event} by ${identity}`)).toStrictEqual([
      'First by user-1',
      'Second by user-1',
      'Third by user-1',
      'Last by user-1'
    ])
  })

  it.each(['refused', 'missing', 'silent'] as const)(
    'leaves the page and other plugins working when heap.js is %s',
    async (heapJs) => {
      const { page, heapJsRequests } = await open({ heapJs })
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
    }
  )

  it.each([
    ['US', { region: 'US' }, 'https://cdn.us.heap-api.com/config/11/heap_config.js'],
    ['EU', { region: 'EU' }, 'https://cdn.eu.heap-api.com/config/11/heap_config.js'],
    ['a host of its own', { hostname: 'heap.example.com' }, 'https://heap.example.com/config/11/heap_config.js']
  ])('asks for heap.js once, from %s', async (_name, settings, script) => {
    const { page, heapJsRequests, warnings } = await open({ settings })
    await page.evaluate(() => analytics.track('One'))
    await arrivedEvents(1)
    expect({ heapJsRequests, warnings }).toStrictEqual({ heapJsRequests: [script], warnings: [] })
  })

  it("gives heap.js the customer's configuration", async () => {
    const settings = { disableTextCapture: true, secureCookie: true, ingestServer: 'https://ingest.example.com' }
    const { page } = await open({ settings })
    await page.evaluate(() => analytics.track('One'))
    await arrivedEvents(1)
    expect(await page.evaluate(() => heap.clientConfig)).toStrictEqual({
      ...settings,
      shouldFetchServerConfig: false
    })
  })

  it('leaves a Heap that is on the page already as it is, with one warning', async () => {
    const script = `window.calls = []; window.heap = { mine: true, loaded: true,
      track: (...args) => calls.push(['track', ...args]), identify: (...args) => calls.push(['identify', ...args]) }`
    const { page, heapJsRequests, warnings } = await open({ script })
    const [made, mine] = await page.evaluate(async () => {
      await analytics.identify('user-1', { a: 1 })
      await analytics.track('One', { b: { c: 2 } })
      return [calls, heap.mine]
    })
    expect(made).toStrictEqual([
      ['identify', 'user-1'],
      ['track', 'One', { 'b.c': 2 }]
    ])
    expect(mine).toBe(true)
    expect(heapJsRequests).toStrictEqual([])
    expect(warnings).toStrictEqual([expect.stringContaining('Heap is on this page already')])
  })

  it('loads Heap once for two Analytics.js on one page', async () => {
    const { page, heapJsRequests, warnings } = await open()
    await page.evaluate(async () => {
      await analytics.track('One')
      await loadAnother().track('Two')
    })
    const events = await arrivedEvents(2)
    expect(events.map(({ event }) => event)).toStrictEqual(['One', 'Two'])
    expect({ requests: heapJsRequests.length, warnings }).toStrictEqual({ requests: 1, warnings: [] })
  })

  it('loses no call when the plugin is registered by hand', async () => {
    const { page } = await open({ settings: { subscriptions: [] } })
    await page.addScriptTag({ url: `${url}/heap-web.js` })
    await page.evaluate(async () => {
      const subscription = { enabled: true, partnerAction: 'trackEvent', subscribe: 'type = "track"', name: 'Track' }
      const mapping = { event: { '@path': '$.event' }, properties: { '@path': '$.properties' } }
      const settings = { appId: '11', subscriptions: [{ ...subscription, mapping }] }
      const plugins = await heapWebDestination(settings)
      const registered = analytics.register(...plugins)
      void analytics.track('Early')
      await registered
      await analytics.track('Late')
    })
    const events = await arrivedEvents(2)
    expect(events.map(({ event }) => event)).toStrictEqual(['Early', 'Late'])
  })

  it('sends up to browserArrayLimit items of arrays as events of their own', async () => {
    const { page } = await open({ settings: { browserArrayLimit: 3 } })
    const kept = await page.evaluate(async () => {
      const properties = { products: [{ sku: 'a', size: { w: 1 } }, { sku: 'b' }], tags: ['x', 'y'] }
      await analytics.track('Order Completed', properties)
      return properties
    })
    const events = await arrivedEvents(4)
    expect(events.map(({ event, properties }) => [event, properties])).toStrictEqual([
      ['Order Completed', { products: '[{"sku":"a","size":{"w":1}},{"sku":"b"}]', tags: '["x","y"]' }],
      ['Order Completed products item', { sku: 'a', 'size.w': 1 }],
      ['Order Completed products item', { sku: 'b' }],
      ['Order Completed tags item', { value: 'x' }]
    ])
    expect(kept.products).toHaveLength(2)
  })

  it('forwards no page call: Heap captures page views itself', async () => {
    const { page } = await open()
    await page.evaluate(async () => {
      await analytics.page('Home')
      await analytics.track('After')
    })
    await arrivedEvents(1)
    const events = await read<StoredEvent>('events')
    expect(events.map(({ event }) => event).sort()).toStrictEqual(['After', 'pageview'])
  })

  it('makes one person of a visitor, a server event with the same anonymous id, and a sign-up', async () => {
    const { page } = await open()
    await page.evaluate(() => {
      const button = document.body.appendChild(document.createElement('button'))
      button.textContent = 'Look'
    })
    await page.evaluate(() => analytics.track('Looked'))
    await arrivedEvents(1)
    await page.getByRole('button', { name: 'Look' }).click()
    const anonymousId = await page.evaluate(() => analytics.user().then((known) => known.anonymousId()))
    const server = {
      event: 'Priced',
      anonymousId,
      messageId: 'server-message-1',
      context: { library: { name: 'server' } }
    }
    await fetch(`${url}/v1/track`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa('key:')}` },
      body: JSON.stringify(server)
    })
    await arrivedEvents(2)
    await page.evaluate(() => analytics.identify('user-1', { plan: 'pro' }))
    const events = await until(async () => {
      const all = await read<StoredEvent>('events')
      return all.length === 4 && all.every(({ identity }) => identity === 'user-1') && all
    })
    expect(events.map(({ event }) => event).sort()).toStrictEqual(['Looked', 'Priced', 'click', 'pageview'])
    const users = await read<User>('users')
    expect(users).toHaveLength(1)
    expect(users[0]).toMatchObject({ identity: 'user-1', anonymous_ids: [anonymousId], properties: { plan: 'pro' } })
  })

  it('shows the person who clicks through the example site', async () => {
    const context = await browser.newContext()
    const page = await context.newPage()
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(error.message))
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
    page.on('request', (request) => request.url().startsWith(url) || errors.push(request.url()))
    await page.goto(`${url}/example`)
    await page.getByRole('button', { name: 'Add Brie' }).click()
    await page.getByLabel('Email').fill('ada@example.com')
    await page.getByLabel('Plan').selectOption('pro')
    await page.getByRole('button', { name: 'Sign up' }).click()
    await page.getByRole('button', { name: 'Check out' }).click()
    const events = await arrivedEvents(3)
    expect(events.map(({ event }) => event)).toStrictEqual(['Product Added', 'Signed Up', 'Order Completed'])
    const user = await until(async () =>
      (await read<User>('users')).find(({ identity, properties }) => identity && properties.plan)
    )
    expect(user).toMatchObject({ identity: 'ada@example.com', properties: { email: 'ada@example.com', plan: 'pro' } })
    expect(errors).toStrictEqual([])
    await context.close()
  })
})
