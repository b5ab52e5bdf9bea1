import { runInNewContext } from 'vm'
import { heapJsSource } from '../heap-js'
import { useEmulator } from './__helpers__/emulator-client'

const OPTIONS = { appId: '11', collectUrl: 'http://127.0.0.1/api/visitor' }

interface Heap {
  identify(identity: string): void
  track(event: string, properties?: object): void
  addEventProperties(properties: object): void
  resetIdentity(): void
  getUserId(): string
}

/** A page without a screen: what it posts, and how to answer the oldest request. */
class FakePage {
  readonly posted: Record<string, unknown>[] = []
  readonly kept = new Map<string, string>()
  readonly heapReadyCb: { fn: () => void }[] = []
  readonly heap = { clientConfig: { disableTextCapture: true } }
  private readonly unanswered: (() => void)[] = []
  private readonly leave: (() => void)[] = []

  readonly globals: Record<string, unknown> = {
    location: { pathname: '/shop' },
    document: { title: 'Shop', addEventListener: () => undefined },
    crypto: globalThis.crypto,
    heap: this.heap,
    heapReadyCb: this.heapReadyCb,
    localStorage: {
      getItem: (key: string) => this.kept.get(key) ?? null,
      setItem: (key: string, text: string) => this.kept.set(key, text)
    },
    addEventListener: (_name: string, listener: () => void) => this.leave.push(listener),
    navigator: { sendBeacon: (_url: string, body: string) => this.note(body) },
    fetch: (_url: string, { body }: { body: string }) => {
      this.note(body)
      return new Promise<void>((resolve) => this.unanswered.push(resolve))
    }
  }

  run(): Heap {
    this.globals.window = this.globals
    runInNewContext(heapJsSource(OPTIONS), this.globals)
    return this.globals.heap as Heap
  }

  async answer(): Promise<void> {
    this.unanswered.shift()?.()
    await new Promise(setImmediate)
  }

  async answerAll(): Promise<void> {
    while (this.unanswered.length > 0) await this.answer()
  }

  close(): void {
    this.leave.forEach((listener) => listener())
  }

  calls(): unknown[] {
    return this.posted.map(({ call, event, identity }) => event ?? identity ?? call)
  }

  private note(body: string): void {
    this.posted.push(JSON.parse(body) as Record<string, unknown>)
  }
}

describe('heapJsSource', () => {
  it('reports the page view, then replays the queue in order, then takes calls at once', async () => {
    const page = new FakePage()
    page.heapReadyCb.push({ fn: () => (page.globals.heap as Heap).identify('ann') })
    page.heapReadyCb.push({ fn: () => (page.globals.heap as Heap).track('First') })
    const heap = page.run()
    ;(page.globals.heapReadyCb as FakePage['heapReadyCb']).push({ fn: () => heap.track('Second') })
    await page.answerAll()
    expect(page.calls()).toStrictEqual(['pageview', 'ann', 'First', 'Second'])
    expect(page.globals.heap).toMatchObject({ loaded: true, appid: '11', clientConfig: { disableTextCapture: true } })
  })

  it('posts one call after the other, and all that wait when the page is left', async () => {
    const page = new FakePage()
    const heap = page.run()
    heap.track('First')
    heap.track('Second')
    expect(page.calls()).toStrictEqual(['pageview'])
    await page.answer()
    expect(page.calls()).toStrictEqual(['pageview', 'First'])
    page.close()
    expect(page.calls()).toStrictEqual(['pageview', 'First', 'Second'])
  })

  it('keeps the visitor for the next page', () => {
    const page = new FakePage()
    const first = page.run().getUserId()
    expect(first).toMatch(/^[0-9]{1,16}$/)
    expect(page.run().getUserId()).toBe(first)
  })

  it('takes a visitor who becomes somebody else, or nobody, for another visitor', () => {
    const heap = new FakePage().run()
    const ids = [
      heap.getUserId(),
      ...['ann', 'ann', 'bob'].map((identity) => {
        heap.identify(identity)
        return heap.getUserId()
      })
    ]
    heap.resetIdentity()
    expect(ids.map((id) => ids.indexOf(id))).toStrictEqual([0, 0, 0, 3])
    expect(ids).not.toContain(heap.getUserId())
  })

  it('resets nobody who is anonymous', () => {
    const heap = new FakePage().run()
    const anonymous = heap.getUserId()
    heap.resetIdentity()
    expect(heap.getUserId()).toBe(anonymous)
  })

  it("takes the early calls of the classic SDK's snippet in order", async () => {
    const page = new FakePage()
    const config = { disableTextCapture: true }
    page.globals.heap = Object.assign([['identify', 'ann'], ['track', 'First'], ['unknown']], { appid: '11', config })
    page.run().track('Second')
    await page.answerAll()
    expect(page.calls()).toStrictEqual(['pageview', 'ann', 'First', 'Second'])
    expect(page.globals.heap).toMatchObject({ loaded: true, clientConfig: config })
  })

  it('works where the page may keep nothing', async () => {
    const page = new FakePage()
    page.globals.localStorage = undefined
    page.run().track('First')
    await page.answerAll()
    expect(page.calls()).toStrictEqual(['pageview', 'First'])
  })

  it('adds the event properties to each event', async () => {
    const page = new FakePage()
    const heap = page.run()
    heap.addEventProperties({ plan: 'free', a: 1 })
    heap.track('First', { a: 2 })
    await page.answerAll()
    expect(page.posted[1].properties).toStrictEqual({ plan: 'free', a: 2 })
  })
})

describe('GET /config/<appId>/heap_config.js, or /js/heap-<appId>.js of the classic SDK', () => {
  const heap = useEmulator()

  it.each([
    ['', '/config/11/heap_config.js'],
    ['/eu', '/config/11/heap_config.js'],
    ['', '/js/heap-11.js']
  ])('is a script that posts to the host it came from: %s%s', async (region, path) => {
    const response = await fetch(`${heap().url}${region}${path}`)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    const collectUrl = `${heap().url}${region}/api/visitor`
    expect(await response.text()).toBe(heapJsSource({ appId: '11', collectUrl }))
  })

  it.each(['abc', '1a', '%22'])('is for App IDs of digits alone, not for %s', async (appId) => {
    expect((await fetch(`${heap().url}/config/${appId}/heap_config.js`)).status).toBe(404)
    expect((await fetch(`${heap().url}/js/heap-${appId}.js`)).status).toBe(404)
  })
})
