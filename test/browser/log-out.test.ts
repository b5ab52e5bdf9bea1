import { Pipeline, until } from './__helpers__/pipeline'
import type { PageAnalytics } from './__helpers__/pipeline'
import { outline, RECORDER } from './__helpers__/recorder'

/** What the functions below find in the page that they run in. */
declare const analytics: PageAnalytics
declare const loadAnother: () => PageAnalytics
declare const calls: unknown[][]
declare const heap: { getIdentity(): string | null }

const settings = { heapIsOnThePage: true }
const script = `${RECORDER}; window.heap = recorder`

describe('analytics.reset() on a page', () => {
  const pipeline = new Pipeline()
  beforeAll(() => pipeline.start('both'), 60000)
  beforeEach(() => pipeline.reset())
  afterEach(() => pipeline.closePages())
  afterAll(() => pipeline.stop())

  const noted = async (page: Awaited<ReturnType<Pipeline['open']>>['page'], count: number) =>
    until(async () => {
      const made = outline(await page.evaluate(() => calls))
      return made.length >= count && made
    })

  it('resets the identity between the calls before it and after it, once', async () => {
    const { page } = await pipeline.open({ settings, script })
    await page.evaluate(async () => {
      await analytics.track('Loaded')
      void analytics.identify('ann')
      void analytics.track('Bought')
      analytics.reset()
      void analytics.track('Looked')
      await analytics.identify('bob')
    })
    await page.evaluate(() => analytics.track('Last'))
    expect(await noted(page, 7)).toStrictEqual([
      'track Loaded',
      'identify ann',
      'track Bought',
      'resetIdentity',
      'track Looked',
      'identify bob',
      'track Last'
    ])
  })

  it('resets the identity when no call follows', async () => {
    const { page } = await pipeline.open({ settings, script })
    await page.evaluate(async () => {
      await analytics.identify('ann')
      void analytics.track('Signed Out')
      analytics.reset()
    })
    expect(await noted(page, 3)).toStrictEqual(['identify ann', 'track Signed Out', 'resetIdentity'])
  })

  it('keeps three people apart who come and go at once', async () => {
    const { page } = await pipeline.open({ settings, script })
    await page.evaluate(async () => {
      await analytics.track('Loaded')
      for (const name of ['ann', 'bob', 'cleo']) {
        void analytics.identify(name)
        void analytics.track(`${name} bought`)
        analytics.reset()
      }
    })
    expect(await noted(page, 10)).toStrictEqual([
      'track Loaded',
      ...['ann', 'bob', 'cleo'].flatMap((name) => [`identify ${name}`, `track ${name} bought`, 'resetIdentity'])
    ])
  })

  it('knows earlier calls from later ones also where the page sets the anonymousId again', async () => {
    const { page } = await pipeline.open({ settings, script })
    await page.evaluate(async () => {
      await analytics.track('Loaded')
      await analytics.setAnonymousId('device-1')
      void analytics.identify('ann')
      analytics.reset()
      await analytics.setAnonymousId('device-1')
      void analytics.identify('bob')
      await analytics.track('Bought')
    })
    expect(await noted(page, 5)).toStrictEqual([
      'track Loaded',
      'identify ann',
      'resetIdentity',
      'identify bob',
      'track Bought'
    ])
  })

  it('does not give the next person what comes too late, and warns', async () => {
    const { page, warnings } = await pipeline.open({ settings, script })
    await page.evaluate(async () => {
      const slow = {
        name: 'Slow',
        type: 'before',
        version: '1',
        isLoaded: () => true,
        load: () => Promise.resolve(),
        identify: async (context: unknown) => {
          await new Promise((resolve) => setTimeout(resolve, 1500))
          return context
        }
      }
      await analytics.register(slow)
      const late = analytics.identify('ann')
      analytics.reset()
      await late
      await analytics.track('Looked')
    })
    expect(await noted(page, 2)).toStrictEqual(['resetIdentity', 'track Looked'])
    expect(warnings).toStrictEqual([expect.stringContaining('A call from before `analytics.reset()` came too late')])
  })

  it('resets once for two Analytics.js on one page', async () => {
    const { page } = await pipeline.open({ settings, script })
    await page.evaluate(async () => {
      await analytics.identify('ann')
      const other = loadAnother()
      await other.track('Other')
      analytics.reset()
      await analytics.track('Looked')
      await other.track('Other again')
    })
    expect(await noted(page, 5)).toStrictEqual([
      'identify ann',
      'track Other',
      'resetIdentity',
      'track Looked',
      'track Other again'
    ])
  })

  it.each([
    ['Analytics.js', false],
    ['heap.js', true]
  ])('keeps its place before %s has loaded', async (_name, waits) => {
    let release = () => {}
    const heapJs = new Promise<void>((resolve) => (release = resolve))
    const { page } = await pipeline.open({ heapJs })
    await page.evaluate(async (waitsForAnalytics) => {
      if (waitsForAnalytics) await analytics.track('Loaded')
      void analytics.identify('ann', { plan: 'pro' })
      if (waitsForAnalytics) void analytics.track('Bought')
      analytics.reset()
      if (waitsForAnalytics) await analytics.track('Looked')
    }, waits)
    if (!waits) await page.evaluate(() => analytics.track('Looked'))
    release()
    const events = await until(async () => {
      const all = await pipeline.customEvents()
      return all.some(({ event }) => event === 'Looked') && all
    })
    const who = Object.fromEntries(events.map(({ event, identity }) => [event, identity]))
    expect(who).toStrictEqual(waits ? { Loaded: 'ann', Bought: 'ann', Looked: null } : { Looked: null })
    expect(await page.evaluate(() => heap.getIdentity())).toBe(null)
  })

  it('is not lost when the page is left at once', async () => {
    const { page } = await pipeline.open()
    await page.evaluate(() => analytics.identify('ann', { plan: 'pro' }))
    await until(async () => (await pipeline.users()).some(({ identity }) => identity === 'ann'))
    await page.evaluate((url) => {
      analytics.reset()
      location.href = url
    }, `${pipeline.url}/config/11/heap_config.js`)
    await page.waitForURL('**/heap_config.js')
    const kept = await page.evaluate(() => localStorage.getItem('heap-emulator-11'))
    expect(JSON.parse(kept ?? '')).toMatchObject({ identity: null })
  })

  it('disturbs nothing when heap.js is blocked', async () => {
    const { page } = await pipeline.open({ heapJs: 'refused' })
    const seen = await page.evaluate(async () => {
      await analytics.identify('ann')
      analytics.reset()
      await analytics.track('Looked')
      return 'still here'
    })
    expect(seen).toBe('still here')
  })

  it('tells when the Heap of the page cannot reset', async () => {
    const { page, warnings } = await pipeline.open({ settings, script: `${script}; delete recorder.resetIdentity` })
    await page.evaluate(async () => {
      await analytics.identify('ann')
      analytics.reset()
      await analytics.track('Looked')
    })
    expect(warnings).toStrictEqual([expect.stringContaining('has no `resetIdentity`')])
  })
})

describe('two people at one browser', () => {
  const pipeline = new Pipeline()
  beforeAll(() => pipeline.start('device'), 60000)
  afterEach(() => pipeline.closePages())
  afterAll(() => pipeline.stop())

  it('are two people in Heap, each with their own calls, clicks and anonymous id', async () => {
    const { page } = await pipeline.open({ shop: '/example' })
    for (const email of ['ada@example.com', 'bob@example.com']) {
      await page.getByRole('button', { name: 'Add Brie' }).click()
      await page.getByLabel('Email').fill(email)
      await page.getByRole('button', { name: 'Sign up' }).click()
      await until(async () => (await pipeline.users()).some(({ identity }) => identity === email))
      await page.getByRole('button', { name: 'Sign out' }).click()
      await until(async () => (await page.evaluate(() => heap.getIdentity())) === null)
    }
    const events = await until(async () => {
      const all = await pipeline.customEvents()
      return all.filter(({ event }) => event === 'Signed Out').length === 2 && all
    })
    expect(events.map(({ event, identity }) => `${event} by ${identity}`)).toStrictEqual(
      ['ada@example.com', 'bob@example.com'].flatMap((email) =>
        ['Product Added', 'Signed Up', 'Signed Out'].map((event) => `${event} by ${email}`)
      )
    )
    const people = (await pipeline.users()).filter(({ identity }) => identity !== null)
    expect(people.map(({ identity }) => identity)).toStrictEqual(['ada@example.com', 'bob@example.com'])
    const [ada, bob] = people.map(({ anonymous_ids }) => anonymous_ids)
    expect([ada.length, bob.length, new Set([...ada, ...bob]).size]).toStrictEqual([1, 1, 2])
  })
})
