import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { launch } from '../test/browser/__helpers__/chromium'
import { endAll, Running } from '../test/cli/__helpers__/command-line'

/** The pictures of the documentation: `npm run screenshots`. */
const FOLDER = join(__dirname, '../docs')
const SIZE = { width: 1120, height: 700 }

const PRODUCTS = [{ sku: 'a-1', price: 42.5 }]
const PEOPLE = ['ada@example.com', 'grace@example.com', 'alan@example.com', 'mary@example.com']
const EVENTS = ['Order Completed', 'Product Added', 'Signed Up', 'Search Performed', 'Checkout Started']

function post(url: string, body: object): Promise<Response> {
  const headers = { authorization: `Basic ${btoa('key:')}`, 'content-type': 'application/json' }
  return fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
}

const isoBefore = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString()

/** A little of everything: new people, an account, a rejected call, one that nothing takes, one that is sent again. */
async function fill(url: string): Promise<void> {
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
  await post(`${url}/v1/batch`, {
    batch: [...identify, { type: 'group', userId: PEOPLE[0], groupId: 'acme', traits: { name: 'Acme', employees: 20 } }]
  })
  await post(`${url}/v1/batch`, { batch: tracks })
  await post(`${url}/v1/track`, { event: 'Without a user' })
  await post(`${url}/v1/alias`, { userId: PEOPLE[0], previousId: 'anon-0' })
  await fetch(`${url}/_segment/idle`)
  await post(`${url}/_emulator/faults`, { next: [{ status: 429, retryAfter: 1 }] })
  await post(`${url}/v1/track`, {
    userId: PEOPLE[0],
    event: 'Order Completed',
    properties: { id: 7, total: 42.5, coupon: null, products: PRODUCTS, shipped: { at: '2026-01-03', by: 'post' } }
  })
  await fetch(`${url}/_segment/idle`)
  await post(`${url}/v1/track`, { userId: PEOPLE[1], event: 'Signed Up', properties: { plan: 'pro' } })
}

async function retriedStory(page: Page): Promise<void> {
  const row = page.getByRole('row').filter({ hasText: 'Order Completed' }).first()
  await row.getByText('Delivered').click()
  await page.getByText('2 attempts').first().waitFor()
}

const PICTURES: Record<string, (page: Page, url: string) => Promise<unknown>> = {
  'page-live': (page) => page.getByText(/^Calls: \d+$/).waitFor(),
  'page-story': retriedStory,
  'page-mapping': async (page, url) => {
    await page.goto(`${url}/try`)
    await page.getByRole('combobox', { name: 'Identity', exact: true }).fill('$.traits.email')
    await page.getByText('Not in the event: $.traits.email').waitFor()
  },
  'page-people': async (page, url) => {
    await page.goto(`${url}/people`)
    await page.getByRole('link', { name: PEOPLE[0] }).click()
    await page.getByRole('heading', { name: PEOPLE[0] }).waitFor()
    await page.locator('summary').first().click()
  }
}

async function run(): Promise<void> {
  const url = await new Running(['serve', '--noUI', '--no-rate-limits', '--port', '0']).url()
  await fill(url)
  const browser = await launch()
  for (const [name, show] of Object.entries(PICTURES)) {
    const page = await (await browser.newContext({ viewport: SIZE, locale: 'en-US' })).newPage()
    await page.goto(url)
    await page.getByRole('grid').waitFor()
    await show(page, url)
    await page.waitForTimeout(1500)
    await page.screenshot({ path: join(FOLDER, `${name}.png`) })
  }
  await browser.close()
  await endAll()
}

void run()
