import { Pipeline, until } from './__helpers__/pipeline'
import type { PageAnalytics } from './__helpers__/pipeline'
import { outline, RECORDER } from './__helpers__/recorder'

/** What the functions below find in the page that they run in. */
declare const analytics: PageAnalytics
declare const calls: unknown[][]
declare const recorder: object
declare const heap: { track(event: string, properties?: object): void }
declare const bringHeap: () => void

const settings = { heapIsOnThePage: true }

/** Heap's snippet as a page has it: `bringHeap` makes the methods, which queue until heap.js has loaded. */
const SNIPPET = `
  window.bringHeap = () => {
    window.heapReadyCb = window.heapReadyCb || []
    for (const name of ['track', 'identify', 'resetIdentity', 'addUserProperties'])
      heap[name] = (...args) => heapReadyCb.push({ name, fn: () => heap[name](...args) })
    const script = document.createElement('script')
    script.src = '/config/11/heap_config.js'
    document.head.append(script)
  }`

describe('a Heap that the page brings', () => {
  const pipeline = new Pipeline()
  beforeAll(() => pipeline.start('both'), 60000)
  beforeEach(() => pipeline.reset())
  afterEach(() => pipeline.closePages())
  afterAll(() => pipeline.stop())

  const made = async (count: number) =>
    (await pipeline.arrivedEvents(count)).map(({ event, identity }) => `${event} by ${identity}`)

  it('early takes each call as it comes', async () => {
    const script = `${RECORDER}; window.heap = recorder`
    const { page, heapJsRequests, warnings } = await pipeline.open({ settings, script })
    await page.evaluate(async () => {
      await analytics.identify('ann')
      await analytics.track('One')
    })
    expect(outline(await page.evaluate(() => calls))).toStrictEqual(['identify ann', 'track One'])
    expect({ heapJsRequests, warnings }).toStrictEqual({ heapJsRequests: [], warnings: [] })
  })

  it('late takes the calls that have waited, in order, once', async () => {
    const { page, heapJsRequests, warnings } = await pipeline.open({ settings, script: RECORDER })
    const before = await page.evaluate(async () => {
      await analytics.identify('ann')
      await analytics.track('One')
      analytics.reset()
      await analytics.track('Two')
      return ['heap' in window, 'heapReadyCb' in window]
    })
    expect(before).toStrictEqual([false, false])
    await page.evaluate(() => Object.assign(window, { heap: recorder }))
    const waited = ['identify ann', 'track One', 'resetIdentity', 'track Two']
    await until(async () => (await page.evaluate(() => calls.length)) >= waited.length)
    await page.evaluate(() => analytics.track('Three'))
    expect(outline(await page.evaluate(() => calls))).toStrictEqual([...waited, 'track Three'])
    expect({ heapJsRequests, warnings }).toStrictEqual({ heapJsRequests: [], warnings: [] })
  })

  it('never has it loaded by this destination, and disturbs nothing', async () => {
    const { page, heapJsRequests, warnings } = await pipeline.open({ settings })
    const there = await page.evaluate(async () => {
      await analytics.identify('ann')
      await analytics.track('One')
      return 'heap' in window
    })
    expect({ there, heapJsRequests, warnings }).toStrictEqual({ there: false, heapJsRequests: [], warnings: [] })
  })

  it('with its snippet first and `load` after consent has its calls behind those that waited for it', async () => {
    const script = `${SNIPPET}; window.heap = []; heap.load = () => calls.push('loaded')`
    const { page, warnings, heapJsRequests } = await pipeline.open({ settings, script })
    await page.evaluate(async () => {
      await analytics.identify('ann')
      await analytics.track('Before consent')
    })
    expect(heapJsRequests).toStrictEqual([])
    await page.evaluate(async () => {
      bringHeap()
      heap.track('From the page')
      await analytics.track('After consent')
    })
    expect(await made(3)).toStrictEqual(['Before consent by ann', 'From the page by ann', 'After consent by ann'])
    await page.evaluate(() => heap.track('Last from the page'))
    expect((await made(4))[3]).toBe('Last from the page by ann')
    expect(warnings).toStrictEqual([])
  })

  it('as a script alone, without a snippet, has what its page calls once it has come behind what waited', async () => {
    const { page } = await pipeline.open({ settings })
    await page.evaluate(() => analytics.track('Before'))
    await page.evaluate(() => {
      const script = document.createElement('script')
      script.src = '/config/11/heap_config.js'
      script.addEventListener('load', () => heap.track('From the page'))
      document.head.append(script)
    })
    expect((await made(2)).map((text) => text.replace(/ by .*/, ''))).toStrictEqual(['Before', 'From the page'])
  })

  it('never leaves a thousand calls waiting at most, and warns once', async () => {
    const { page, warnings } = await pipeline.open({ settings, script: RECORDER })
    await page.evaluate(async () => {
      await analytics.identify('ann')
      const toHeapAlone = { integrations: { 'Segment.io': false } }
      const track = (name: string) => analytics.track(name, {}, toHeapAlone)
      const all = Array.from({ length: 1010 }, (_, index) => track(`Event ${index}`))
      await Promise.all(all)
    })
    await page.evaluate(() => Object.assign(window, { heap: recorder }))
    await until(async () => (await page.evaluate(() => calls.length)) >= 1000)
    const got = await page.evaluate(() => calls)
    expect(got).toHaveLength(1000)
    expect(got.slice(0, 3).map(([method]) => method)).toStrictEqual(['identify', 'addUserProperties', 'track'])
    expect(outline(got.slice(2)).filter((_, index, { length }) => index === 0 || index === length - 1)).toStrictEqual([
      'track Event 12',
      'track Event 1009'
    ])
    expect(warnings).toStrictEqual([expect.stringContaining('the last 1000 calls wait for it')])
  })

  it('that throws is told of, and takes the rest', async () => {
    const script = `${RECORDER}; window.heap = recorder; recorder.identify = () => { throw new Error('no') }`
    const { page, warnings } = await pipeline.open({ settings, script })
    await page.evaluate(async () => {
      await analytics.identify('ann')
      await analytics.track('One')
    })
    expect(outline(await page.evaluate(() => calls))).toStrictEqual(['track One'])
    expect(warnings).toStrictEqual([expect.stringContaining('heap.identify threw Error: no')])
  })

  it.each([
    ['text', `window.heap = 'mine'`],
    ['an object of somebody else', 'window.heap = { size: 3 }'],
    ['an element with that id', `document.write('<p id="heap"></p>')`]
  ])('does not have to be Heap: %s is left as it is, with one warning', async (_name, script) => {
    for (const changes of [{}, settings]) {
      const { page, warnings, heapJsRequests } = await pipeline.open({
        settings: changes,
        script: RECORDER + ';' + script
      })
      await page.evaluate(() => analytics.track('One'))
      expect(warnings).toStrictEqual([expect.stringContaining('`window.heap` is not Heap')])
      expect(heapJsRequests).toStrictEqual([])
      await page.evaluate(() => Object.assign(window, { heap: recorder }))
      await until(async () => (await page.evaluate(() => calls.length)) >= 2)
      expect(outline(await page.evaluate(() => calls))).toStrictEqual(['track One'])
    }
  })

  it('without the setting is used as it is, with a warning that names the setting', async () => {
    const script = `${RECORDER}; window.heap = recorder`
    const { page, warnings, heapJsRequests } = await pipeline.open({ script })
    await page.evaluate(() => analytics.track('One'))
    expect(outline(await page.evaluate(() => calls))).toStrictEqual(['track One'])
    expect(heapJsRequests).toStrictEqual([])
    expect(warnings).toStrictEqual([expect.stringMatching(/Heap is on this page already.*`heapIsOnThePage`/)])
  })
})

describe('the example shop that brings Heap itself', () => {
  const pipeline = new Pipeline()
  beforeAll(() => pipeline.start('device'), 60000)
  beforeEach(() => pipeline.reset())
  afterEach(() => pipeline.closePages())
  afterAll(() => pipeline.stop())

  it.each(['early', 'late', 'never'])('%s', async (when) => {
    const { page, warnings, heapJsRequests } = await pipeline.open({ shop: `/example?heap=${when}` })
    await page.getByRole('button', { name: 'Add Brie' }).click()
    await page.getByLabel('Email').fill('ada@example.com')
    await page.getByRole('button', { name: 'Sign up' }).click()
    // The page call and the three of the buttons: they have gone through Analytics.js.
    await pipeline.passedOver(4)
    if (when !== 'early') expect(heapJsRequests).toStrictEqual([])
    if (when === 'late') await page.getByRole('button', { name: 'Allow Heap' }).click()
    if (when !== 'never') {
      const events = (await pipeline.arrivedEvents(2)).map(({ event, identity }) => `${event} by ${identity}`)
      expect(events).toStrictEqual(['Product Added by ada@example.com', 'Signed Up by ada@example.com'])
    }
    expect(heapJsRequests).toHaveLength(when === 'never' ? 0 : 1)
    expect(warnings).toStrictEqual([])
  })
})
