import type { Settings } from '../../src/destinations/heap-web/generated-types'
import { FakePage, loadHeapWeb, recordingHeap } from './__helpers__/fake-page'

const SAVED_IN_PRODUCTION = {
  appId: '11',
  disableTextCapture: true,
  secureCookie: false,
  trackingServer: 'https://tracking.example.com',
  ingestServer: 'https://ingest.example.com',
  hostname: 'heap.example.com',
  browserArrayLimit: 5
}

async function start(settings: object, page = new FakePage()): Promise<FakePage> {
  const subscription = { name: 'Track', partnerAction: 'trackEvent', enabled: true, subscribe: 'type = "track"' }
  const plugins = await loadHeapWeb().default({
    ...(settings as Settings),
    subscriptions: [{ ...subscription, mapping: {} }]
  })
  const [context, analytics] = [{}, {}] as Parameters<(typeof plugins)[0]['load']>
  await plugins[0].load(context, analytics)
  return page
}

const loadedFrom = ({ scripts }: FakePage) => scripts.map(({ src }) => src)

describe('the settings', () => {
  it.each([
    [{ appId: '11' }, 'https://cdn.us.heap-api.com/config/11/heap_config.js'],
    [{ appId: '11', region: 'EU' }, 'https://cdn.eu.heap-api.com/config/11/heap_config.js'],
    [
      { appId: '11', region: '', hostname: '', trackingServer: '' },
      'https://cdn.us.heap-api.com/config/11/heap_config.js'
    ],
    [{ appId: 11, browserArrayLimit: '3' }, 'https://cdn.us.heap-api.com/config/11/heap_config.js'],
    [{ appId: '11', hostname: 'cdn.example.com/heap' }, 'https://cdn.example.com/heap/config/11/heap_config.js'],
    [{ appId: '11', trackingServer: 'https://t.example.com' }, 'https://cdn.us.heap-api.com/config/11/heap_config.js'],
    [SAVED_IN_PRODUCTION, 'https://heap.example.com/js/heap-11.js']
  ])('%j load Heap from %s', async (settings, url) => {
    const page = await start(settings)
    expect(loadedFrom(page)).toStrictEqual([url])
    expect(page.warnings).toStrictEqual([])
  })

  it('are handed to heap.js where they are set', async () => {
    const { window } = await start({ ...SAVED_IN_PRODUCTION, hostname: null })
    expect(window.heap).toMatchObject({
      envId: '11',
      clientConfig: {
        disableTextCapture: true,
        secureCookie: false,
        trackingServer: 'https://tracking.example.com',
        ingestServer: 'https://ingest.example.com',
        shouldFetchServerConfig: false
      }
    })
    expect((await start({ appId: '11' })).window.heap).toHaveProperty('clientConfig', {
      shouldFetchServerConfig: false
    })
  })

  it('are handed to the classic SDK in the way of its own snippet', async () => {
    const { window } = await start(SAVED_IN_PRODUCTION)
    const heap = window.heap as { config: unknown; appid: unknown; track(...args: unknown[]): unknown }
    expect({ appid: heap.appid, config: heap.config }).toStrictEqual({
      appid: '11',
      config: {
        disableTextCapture: true,
        secureCookie: false,
        trackingServer: 'https://tracking.example.com',
        ingestServer: 'https://ingest.example.com'
      }
    })
    heap.track('One', { a: 1 })
    expect([...(window.heap as unknown[])]).toStrictEqual([['track', 'One', { a: 1 }]])
  })

  it.each([
    ['appId', { appId: 'abc' }],
    ['appId', { appId: '' }],
    ['appId', {}],
    ['region', { appId: '11', region: 'eu' }],
    ['hostname', { appId: '11', hostname: 'https://heap.example.com' }],
    ['hostname', { appId: '11', hostname: 7 }],
    ['heapIsOnThePage', { appId: '11', heapIsOnThePage: 'false' }]
  ])('of which `%s` is of the wrong kind load nothing, and tell: %j', async (key, settings) => {
    const page = await start(settings)
    expect(page.warnings).toStrictEqual([
      expect.stringMatching(`^Segment's Heap destination: The setting \`${key}\` must be .*Heap is not loaded\\.$`)
    ])
    expect([page.window.heap, loadedFrom(page)]).toStrictEqual([undefined, []])
  })

  it.each([
    ['disableTextCapture', 'yes', 'a boolean'],
    ['secureCookie', 1, 'a boolean'],
    ['browserArrayLimit', 'many', 'a number'],
    ['ingestServer', {}, 'a string'],
    ['trackingServer', false, 'a string']
  ])('of which `%s` is %j are told of, and load Heap', async (key, value, kind) => {
    const page = await start({ appId: '11', [key]: value })
    expect(page.warnings).toStrictEqual([`Segment's Heap destination: The setting \`${key}\` must be ${kind}.`])
    expect(loadedFrom(page)).toHaveLength(1)
  })

  it('load nothing where Heap is on the page', async () => {
    const page = await start({ heapIsOnThePage: true }, new FakePage({ heap: recordingHeap().heap }))
    expect([loadedFrom(page), page.warnings]).toStrictEqual([[], []])
  })

  it('that only matter to a Heap that is loaded here are hidden when the page brings it', () => {
    const { settings = {} } = loadHeapWeb().destination
    const hidden = Object.keys(settings).filter((key) => settings[key].depends_on)
    expect(hidden).toStrictEqual([
      'region',
      'disableTextCapture',
      'secureCookie',
      'ingestServer',
      'hostname',
      'trackingServer'
    ])
    for (const key of hidden) {
      // What was saved without the new setting stays in sight: it is not `true`.
      expect(settings[key].depends_on).toStrictEqual({
        conditions: [{ fieldKey: 'heapIsOnThePage', operator: 'is_not', value: true }]
      })
    }
  })
})
