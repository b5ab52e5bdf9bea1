import { runInNewContext } from 'vm'
import { heapJsSource } from '../heap-js'
import { answerOf, post, useEmulator } from './__helpers__/emulator-client'

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
  it('tells of the page view, then replays the queue in order, then takes calls at once', async () => {
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

describe('GET /config/<appId>/heap_config.js', () => {
  const heap = useEmulator()

  it.each(['', '/eu'])('is a script that posts to the host it came from: %s', async (region) => {
    const response = await fetch(`${heap().url}${region}/config/11/heap_config.js`)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    const collectUrl = `${heap().url}${region}/api/visitor`
    expect(await response.text()).toBe(heapJsSource({ appId: '11', collectUrl }))
  })

  it.each(['abc', '1a', '%22'])('is for App IDs of digits alone, not for %s', async (appId) => {
    expect((await fetch(`${heap().url}/config/${appId}/heap_config.js`)).status).toBe(404)
  })
})

describe('POST /api/visitor', () => {
  const heap = useEmulator()
  const visitor = { app_id: '11', user_id: '42' }
  const call = (sent: object) => answerOf(post(`${heap().url}/api/visitor`, { ...visitor, ...sent }))

  it('keeps the properties and events of an anonymous visitor, and hands them to who it is', async () => {
    await call({ call: 'addUserProperties', properties: { plan: 'free', anonymous_id: 'anon-1' } })
    await call({ call: 'track', event: 'Looked', properties: { a: 1 } })
    expect(heap().users()).toMatchObject([{ identity: null, user_id: '42', properties: { plan: 'free' } }])
    await call({ call: 'identify', identity: 'ann' })
    expect(heap().users()).toMatchObject([
      { identity: 'ann', merged_user_ids: ['42'], anonymous_ids: ['anon-1'], properties: { plan: 'free' } }
    ])
    expect(heap().events()).toMatchObject([{ event: 'Looked', identity: 'ann', properties: { a: 1 } }])
  })

  it.each([
    ['an unknown call', { call: 'forget' }, 'call'],
    ['a track without an event', { call: 'track' }, "required property 'event'"],
    ['an identify without an identity', { call: 'identify' }, "required property 'identity'"],
    ['a name over 255 characters', { call: 'track', event: 'e'.repeat(256) }, 'event'],
    ['a key of 512 characters', { call: 'track', event: 'e', properties: { ['k'.repeat(512)]: 1 } }, 'properties'],
    ['a text of 1,024 characters', { call: 'track', event: 'e', properties: { a: 'v'.repeat(1024) } }, "['a']"]
  ])('refuses %s', async (_name, sent, told) => {
    const { status, body } = await call(sent)
    expect(status).toBe(400)
    expect(body).toContain(told)
    expect(heap().events()).toStrictEqual([])
  })

  it('takes 128 KB and no more', async () => {
    const body = (bytes: number) => JSON.stringify({ ...visitor, call: 'track', event: 'Looked' }).padEnd(bytes)
    const send = (bytes: number) => answerOf(post(`${heap().url}/api/visitor`, body(bytes)))
    expect((await send(131_072)).status).toBe(200)
    expect(await send(131_073)).toEqual({ status: 413, body: { error: 'The body is larger than 128 KB' } })
    expect([heap().events().length, heap().requests.length]).toEqual([1, 1])
  })
})
