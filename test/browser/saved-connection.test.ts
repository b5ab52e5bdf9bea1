import { Pipeline, until } from './__helpers__/pipeline'
import type { PageAnalytics } from './__helpers__/pipeline'

/** What the functions below find in the page that they run in. */
declare const analytics: PageAnalytics

const LIBRARY = { segment_library: 'browser-destination' }

/** As Segment has saved it of production's `actions-heap-web`, with an identity mapped. */
const subscriptions = [
  {
    name: 'Track Event',
    partnerAction: 'trackEvent',
    enabled: true,
    subscribe: 'type = "track"',
    mapping: {
      name: { '@path': '$.event' },
      properties: { '@path': '$.properties' },
      identity: { '@path': '$.userId' },
      anonymousId: { '@path': '$.anonymousId' },
      traits: { '@path': '$.context.traits' }
    }
  },
  {
    name: 'Identify User',
    partnerAction: 'identifyUser',
    enabled: true,
    subscribe: 'type = "identify"',
    mapping: { userId: { '@path': '$.userId' }, traits: { '@path': '$.traits' } }
  }
]

const CLASSIC = { hostname: 'heap.example.com', trackingServer: 'https://heap.example.com' }

describe('a connection saved in production', () => {
  const pipeline = new Pipeline()
  beforeAll(() => pipeline.start('both'), 60000)
  beforeEach(() => pipeline.reset())
  afterEach(() => pipeline.closePages())
  afterAll(() => pipeline.stop())

  it.each([
    ['after heap.js has loaded', {}, 'https://cdn.us.heap-api.com/config/11/heap_config.js', false],
    ['before heap.js has loaded', {}, 'https://cdn.us.heap-api.com/config/11/heap_config.js', true],
    ['after the classic SDK has loaded', CLASSIC, 'https://heap.example.com/js/heap-11.js', false],
    ['before the classic SDK has loaded', CLASSIC, 'https://heap.example.com/js/heap-11.js', true]
  ])('sends events, traits and identities %s', async (_name, settings, url, isEarly) => {
    let release = () => {}
    const held = new Promise<void>((resolve) => (release = resolve))
    if (!isEarly) release()
    const { page, heapJsRequests, warnings } = await pipeline.open({
      settings: { ...settings, subscriptions },
      heapJs: held
    })
    if (!isEarly) await page.waitForFunction('window.heap && heap.loaded')
    await page.evaluate(async () => {
      await analytics.track('Looked', { price: 9.5 })
      await analytics.identify('ann', { plan: 'pro', address: { city: 'Oslo' } })
      await analytics.track('Bought', { list: [1] }, { traits: { vip: true } })
    })
    if (isEarly) expect(await pipeline.customEvents()).toStrictEqual([])
    release()
    const events = await pipeline.arrivedEvents(2)
    expect(events.map(({ event, identity, properties }) => [event, identity, properties])).toStrictEqual([
      ['Looked', 'ann', { price: 9.5, ...LIBRARY }],
      ['Bought', 'ann', { list: '[1]', ...LIBRARY }]
    ])
    const anonymousId = await page.evaluate(() => analytics.user().then((known) => known.anonymousId()))
    const [user] = await pipeline.users()
    expect(user).toMatchObject({ identity: 'ann', anonymous_ids: [anonymousId] })
    expect(user.properties).toStrictEqual({ plan: 'pro', 'address.city': 'Oslo', vip: true, anonymous_id: anonymousId })
    expect({ heapJsRequests, warnings }).toStrictEqual({ heapJsRequests: [url], warnings: [] })
  })
})

describe('a Content-Security-Policy', () => {
  const pipeline = new Pipeline()
  beforeAll(() => pipeline.start('device'), 60000)
  beforeEach(() => pipeline.reset())
  afterEach(() => pipeline.closePages())
  afterAll(() => pipeline.stop())

  const policy = (scripts: string) =>
    `default-src 'none'; script-src 'self' ${scripts}; style-src 'self'; connect-src 'self'; img-src data:`

  it.each([
    ['with the CDN of heap.js', '/example', policy('https://cdn.us.heap-api.com')],
    ['without it where the page brings Heap', '/example?heap=early', policy('')]
  ])('%s is all that the plugin needs: no inline script, no eval', async (_name, shop, csp) => {
    const { page, warnings } = await pipeline.open({ shop, csp })
    const refused: string[] = []
    page.on('console', (message) => message.type() === 'error' && refused.push(message.text()))
    await page.getByRole('button', { name: 'Add Brie' }).click()
    await pipeline.arrivedEvents(1)
    expect({ refused, warnings }).toStrictEqual({ refused: [], warnings: [] })
  })

  it('without the CDN of heap.js blocks it, with one warning, and the page continues', async () => {
    const { page, warnings } = await pipeline.open({ shop: '/example', csp: policy('') })
    await page.getByRole('button', { name: 'Add Brie' }).click()
    await page.getByText('Brie is in your cart.').waitFor()
    await until(() => Promise.resolve(warnings.length > 0))
    expect(warnings).toStrictEqual([
      expect.stringContaining('heap.js could not be loaded from https://cdn.us.heap-api')
    ])
  })
})
