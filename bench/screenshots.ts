import { join } from 'node:path'
import { OpenedPage } from '../test/browser/__helpers__/opened-page'

/** The pictures of the documentation: `npm run screenshots`. */
const FOLDER = join(__dirname, '../docs')
const SIZE = { width: 1120, height: 700 }

const PRODUCTS = [{ sku: 'a-1', price: 42.5 }]
const PEOPLE = ['ada@example.com', 'grace@example.com', 'alan@example.com', 'mary@example.com']
const EVENTS = ['Order Completed', 'Product Added', 'Signed Up', 'Search Performed', 'Checkout Started']

const isoBefore = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString()

/** A little of everything: new people, an account, a rejected call, one that nothing takes, one that is sent again. */
async function fill(tab: OpenedPage): Promise<void> {
  const identify = PEOPLE.map((userId, index) => ({
    type: 'identify',
    userId,
    anonymousId: `anon-${index}`,
    traits: { email: userId, plan: index % 2 ? 'pro' : 'free', company: 'acme', address: { city: 'London' } }
  }))
  const tracks = Array.from({ length: 40 }, (_, index) => ({
    type: 'track',
    userId: PEOPLE[index % PEOPLE.length],
    event: EVENTS[index % EVENTS.length],
    timestamp: isoBefore(40 - index),
    properties: { total: index * 1.5, paid: true }
  }))
  const idle = () => fetch(`${tab.url}/_segment/idle`)
  const group = { type: 'group', userId: PEOPLE[0], groupId: 'acme', traits: { name: 'Acme', employees: 20 } }
  await tab.calls(...identify, group)
  await tab.calls(...tracks, { type: 'track', event: 'Without a user' })
  await tab.calls({ type: 'alias', userId: PEOPLE[0], previousId: 'anon-0' })
  await idle()
  await tab.faults({ next: [{ status: 429, retryAfter: 1 }] })
  await tab.calls({
    type: 'track',
    userId: PEOPLE[0],
    event: 'Order Completed',
    properties: { id: 7, total: 42.5, coupon: null, products: PRODUCTS, shipped: { at: '2026-01-03', by: 'post' } }
  })
  await idle()
  await tab.calls({ type: 'track', userId: PEOPLE[1], event: 'Signed Up', properties: { plan: 'pro' } })
}

async function retriedStory({ page }: OpenedPage): Promise<void> {
  const row = page.getByRole('row').filter({ hasText: 'Order Completed' }).first()
  await row.getByText('Delivered').click()
  await page.getByText('2 attempts').first().waitFor()
}

const PICTURES: Record<string, (tab: OpenedPage) => Promise<unknown>> = {
  'page-live': ({ page }) => page.getByText(/^Calls: \d+$/).waitFor(),
  'page-story': retriedStory,
  'page-mapping': async (tab) => {
    await tab.open('/try')
    await tab.page.getByRole('combobox', { name: 'Identity', exact: true }).fill('$.traits.email')
    await tab.page.getByText('Not in the event: $.traits.email').waitFor()
  },
  'page-people': async (tab) => {
    await tab.open('/people')
    await tab.page.getByRole('link', { name: PEOPLE[0] }).click()
    await tab.page.getByRole('heading', { name: PEOPLE[0] }).waitFor()
    await tab.page.locator('summary').first().click()
  }
}

async function run(): Promise<void> {
  const tab = new OpenedPage()
  await tab.start()
  await tab.fresh({ viewport: SIZE })
  await fill(tab)
  for (const [name, show] of Object.entries(PICTURES)) {
    await tab.open()
    await tab.page.getByRole('grid').waitFor()
    await show(tab)
    await tab.page.waitForTimeout(1500)
    await tab.page.screenshot({ path: join(FOLDER, `${name}.png`) })
  }
  await tab.stop()
}

void run()
