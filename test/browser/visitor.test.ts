import { Pipeline, until } from './__helpers__/pipeline'
import type { PageAnalytics } from './__helpers__/pipeline'

/** What the functions below find in the page that they run in. */
declare const analytics: PageAnalytics
declare const heap: { getUserId(): string; getSessionId(): string }

const CLICKED = ['Order Completed', 'Product Added', 'Signed Up']

describe('a visitor', () => {
  const pipeline = new Pipeline()
  afterEach(() => pipeline.closePages().finally(() => pipeline.stop()))

  const signedUp = () =>
    until(async () => (await pipeline.users()).find(({ identity, properties }) => identity && properties.plan))

  const purchases = async () =>
    (await pipeline.customEvents())
      .filter(({ event }) => event !== 'Page viewed')
      .map(({ event, endpoint }) => ({ event, onPage: endpoint === 'heap.js' }))
      .sort((one, other) => one.event.localeCompare(other.event))

  /** Buys and signs up in the example site. Returns the scripts that the page asked for. */
  async function clickThrough(): Promise<string[]> {
    const page = await pipeline.browser.newPage()
    const errors: string[] = []
    const requests: string[] = []
    page.on('pageerror', (error) => errors.push(error.message))
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
    page.on('request', (request) => requests.push(request.url()))
    await page.goto(`${pipeline.url}/example`)
    await page.getByRole('button', { name: 'Add Brie' }).click()
    await page.getByLabel('Email').fill('ada@example.com')
    await page.getByLabel('Plan').selectOption('pro')
    await page.getByRole('button', { name: 'Sign up' }).click()
    await page.getByRole('button', { name: 'Check out' }).click()
    await pipeline.arrivedEvents(CLICKED.length)
    const ada = { identity: 'ada@example.com', properties: { email: 'ada@example.com', plan: 'pro' } }
    expect(await signedUp()).toMatchObject(ada)
    expect(errors).toStrictEqual([])
    expect(requests.filter((url) => !url.startsWith(pipeline.url))).toStrictEqual([])
    return requests.map((url) => url.slice(pipeline.url.length)).filter((path) => path.includes('heap'))
  }

  it('of the example site is told to Heap by the cloud definition, as Segment does by default', async () => {
    await pipeline.start('cloud')
    expect(await clickThrough()).toStrictEqual([])
    await pipeline.arrivedEvents(CLICKED.length + 1)
    expect(await purchases()).toStrictEqual(CLICKED.map((event) => ({ event, onPage: false })))
  })

  it('of the example site is told to Heap by heap.js alone in device mode', async () => {
    await pipeline.start('device')
    const asked = await clickThrough()
    expect(asked).toStrictEqual(expect.arrayContaining(['/heap-web.js', '/config/11/heap_config.js']))
    await pipeline.track({ event: 'Priced', userId: 'user-1' })
    // The page call, the four of the buttons, and the server's.
    await pipeline.passedOver(6)
    expect(await purchases()).toStrictEqual(CLICKED.map((event) => ({ event, onPage: true })))
    const captured = (await pipeline.events()).filter(({ properties }) => properties.autocaptured)
    expect(captured.map(({ event, identity }) => `${event} by ${identity}`)).toStrictEqual(
      expect.arrayContaining(['pageview by ada@example.com', 'click by ada@example.com'])
    )
  })

  it('is told to Heap once with both: the calls of the page there, those of servers in the cloud', async () => {
    await pipeline.start('both')
    await clickThrough()
    await pipeline.track({ event: 'Priced', userId: 'user-1' })
    await pipeline.passedOver(5)
    await pipeline.arrivedEvents(CLICKED.length + 1)
    expect(await purchases()).toStrictEqual([
      { event: 'Order Completed', onPage: true },
      { event: 'Priced', onPage: false },
      { event: 'Product Added', onPage: true },
      { event: 'Signed Up', onPage: true }
    ])
  })

  it('who clicks, a server event with the same anonymous id, and a sign-up are one person', async () => {
    await pipeline.start('both')
    const { page } = await pipeline.open()
    await page.evaluate(() => {
      const button = document.body.appendChild(document.createElement('button'))
      button.textContent = 'Look'
    })
    await page.evaluate(() => analytics.track('Looked'))
    await pipeline.arrivedEvents(1)
    await page.getByRole('button', { name: 'Look' }).click()
    const anonymousId = await page.evaluate(() => analytics.user().then((known) => known.anonymousId()))
    await pipeline.track({ event: 'Priced', anonymousId, messageId: 'server-message-1' })
    await pipeline.arrivedEvents(2)
    await page.evaluate(() => analytics.identify('user-1', { plan: 'pro' }))
    const events = await until(async () => {
      const all = await pipeline.events()
      return all.length === 4 && all.every(({ identity }) => identity === 'user-1') && all
    })
    expect(events.map(({ event }) => event).sort()).toStrictEqual(['Looked', 'Priced', 'click', 'pageview'])
    const users = await until(async () => {
      const all = await pipeline.users()
      return all.some(({ properties }) => properties.plan) && all
    })
    expect(users).toHaveLength(1)
    expect(users[0]).toMatchObject({ identity: 'user-1', anonymous_ids: [anonymousId], properties: { plan: 'pro' } })
  })

  it('who never identifies, and a server event with the same anonymous id, are one person', async () => {
    await pipeline.start('both')
    const { page } = await pipeline.open()
    await page.evaluate(() => analytics.track('Looked'))
    await pipeline.arrivedEvents(1)
    const anonymousId = await page.evaluate(() => analytics.user().then((known) => known.anonymousId()))
    await pipeline.track({ event: 'Priced', anonymousId, messageId: 'server-message-1' })
    await pipeline.arrivedEvents(2)
    expect(await pipeline.users()).toMatchObject([{ identity: null, anonymous_ids: [anonymousId] }])
    const people = (await pipeline.customEvents()).map(({ event, user_id }) => ({ event, user_id }))
    expect(people.map(({ event }) => event).sort()).toStrictEqual(['Looked', 'Priced'])
    expect(people[0].user_id).toBe(people[1].user_id)
  })

  it("and a server event with the visitor's own IDs are one person in one session", async () => {
    await pipeline.start('both')
    const { page } = await pipeline.open()
    await page.evaluate(() => analytics.track('Looked'))
    await pipeline.arrivedEvents(1)
    const ids = await page.evaluate(() => ({ userId: heap.getUserId(), sessionId: heap.getSessionId() }))
    const answer = await fetch(`${pipeline.url}/trackEvent`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        settings: { appId: '11' },
        payload: {
          type: 'track',
          event: 'Priced',
          anonymousId: 'server',
          messageId: 'message-1',
          context: { heap: ids }
        },
        mapping: {
          heap_user_id: { '@path': '$.context.heap.userId' },
          session_id: { '@path': '$.context.heap.sessionId' }
        }
      })
    })
    expect(await answer.json()).toMatchObject([{ response: { statusCode: 200 } }])
    const events = (await pipeline.customEvents()).map(({ event, user_id, session_id }) => [event, user_id, session_id])
    expect(events.sort()).toStrictEqual([
      ['Looked', ids.userId, ids.sessionId],
      ['Priced', ids.userId, ids.sessionId]
    ])
    expect(await pipeline.users()).toHaveLength(1)
  })
})
