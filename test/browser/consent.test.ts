import { join } from 'path'
import { build } from 'esbuild'
import { ROOT } from '../cli/__helpers__/command-line'
import { Pipeline } from './__helpers__/pipeline'
import type { PageAnalytics } from './__helpers__/pipeline'

/** What the functions below find in the page that they run in. */
declare const analytics: PageAnalytics & { load(settings: object): unknown }
declare const AnalyticsNext: { AnalyticsBrowser: new () => PageAnalytics }
declare const answer: boolean
declare const heap: { track(event: string): void }
declare const ConsentTools: {
  createWrapper(settings: object): (analytics: unknown) => { load(settings: object): void }
}

/** Segment's consent wrapper as a page bundles it. */
async function consentTools(): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: `export * from '@segment/analytics-consent-tools'`, resolveDir: ROOT },
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'ConsentTools'
  })
  return outputFiles[0].text
}

describe("Segment's consent wrapper", () => {
  const pipeline = new Pipeline()
  beforeAll(() => pipeline.start('device'), 60000)
  beforeEach(() => pipeline.reset())
  afterEach(() => pipeline.closePages())
  afterAll(() => pipeline.stop())

  async function visit(consentModel: string, agrees: boolean) {
    const categories = (...names: string[]) => ({ consentSettings: { categories: names } })
    const integrations = { 'Heap-Web': categories('Analytics') }
    const opened = await pipeline.open({ shop: '/blank', integrations })
    const { page } = opened
    await page.addScriptTag({ path: join(ROOT, 'node_modules/@segment/analytics-next/dist/umd/index.js') })
    await page.addScriptTag({ content: await consentTools() })
    await page.evaluate(
      ([cdnURL, model]) => {
        const wrap = ConsentTools.createWrapper({
          shouldLoadSegment: async (context: { load(options: object): void }) => {
            await new Promise((resolve) => addEventListener('answer', resolve))
            context.load({ consentModel: model })
          },
          getCategories: () => ({ Analytics: answer })
        })
        Object.assign(window, { analytics: new AnalyticsNext.AnalyticsBrowser() })
        wrap(analytics).load({ writeKey: 'test', cdnURL })
      },
      [pipeline.url, consentModel]
    )
    void page.evaluate(() => analytics.track('Before the answer'))
    expect([await page.evaluate(() => 'heap' in window), opened.heapJsRequests]).toStrictEqual([false, []])
    await page.evaluate((given) => {
      Object.assign(window, { answer: given })
      dispatchEvent(new Event('answer'))
    }, agrees)
    await page.evaluate(() => analytics.track('After the answer'))
    return opened
  }

  it('lets Heap be loaded once the visitor has agreed, and the calls from before arrive', async () => {
    const { heapJsRequests } = await visit('opt-in', true)
    expect((await pipeline.arrivedEvents(2)).map(({ event }) => event)).toStrictEqual([
      'Before the answer',
      'After the answer'
    ])
    expect(heapJsRequests).toHaveLength(1)
  })

  it('keeps Heap off the page of a visitor who has not', async () => {
    const { page, heapJsRequests } = await visit('opt-in', false)
    expect([await page.evaluate(() => 'heap' in window), heapJsRequests]).toStrictEqual([false, []])
    expect(await pipeline.events()).toStrictEqual([])
  })

  it('only withholds calls of a visitor who declines where the model is opt-out: Heap captures', async () => {
    const { page, heapJsRequests } = await visit('opt-out', false)
    await page.evaluate(() => heap.track('From the page'))
    await pipeline.arrivedEvents(1)
    expect((await pipeline.events()).map(({ event }) => event)).toStrictEqual(['pageview', 'From the page'])
    expect(heapJsRequests).toHaveLength(1)
  })
})
