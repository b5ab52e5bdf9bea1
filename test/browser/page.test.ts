import { spawn } from 'child_process'
import { once } from 'events'
import { readdirSync, readFileSync } from 'fs'
import { join } from 'path'
import { gzipSync } from 'zlib'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { endAll, ROOT, Running } from '../cli/__helpers__/command-line'
import { freePair } from '../cli/__helpers__/ports'
import { launch } from './__helpers__/chromium'

interface Violation {
  id: string
  impact: string
  nodes: { html: string }[]
}

/** Runs in the page. */
declare const axe: { run(): Promise<{ violations: Violation[] }> }

const HOSTILE = '<img src=x onerror=window.hacked=1>'

describe('the page', () => {
  let browser: Browser
  let url: string
  let context: BrowserContext
  let page: Page
  let errors: string[]
  beforeAll(async () => {
    browser = await launch()
    url = await new Running(['serve', '--noUI', '--no-rate-limits', '--port', String(await freePair())]).url()
  }, 60000)
  beforeEach(async () => {
    await fetch(`${url}/_emulator/reset`, { method: 'POST' })
    context = await browser.newContext({ viewport: { width: 1400, height: 1000 }, bypassCSP: false })
    page = await context.newPage()
    errors = []
    page.on('pageerror', (error) => errors.push(error.message))
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
    page.on('request', (request) => request.url().startsWith(url) || errors.push(`request to ${request.url()}`))
  })
  afterEach(async () => {
    expect(errors).toStrictEqual([])
    await context.close()
  })
  afterAll(async () => {
    await browser.close()
    await endAll()
  })

  const outcome = () => page.getByRole('region', { name: 'Outcome', exact: true })
  const preview = () => page.getByRole('region', { name: 'Preview' })
  const sent = () => page.getByRole('region', { name: 'Sent' })
  const mapping = () => page.getByRole('region', { name: 'Mapping' })
  const editor = () => page.getByRole('textbox', { name: 'Event as JSON' })

  async function open(): Promise<void> {
    await page.goto(url)
    await preview().getByText('POST https://heapanalytics.com/api/track').waitFor()
  }

  async function sample(name: string): Promise<void> {
    await page.getByLabel('Sample').selectOption(name)
  }

  async function send(): Promise<void> {
    await page.getByRole('button', { name: 'Send', exact: true }).click()
  }

  async function write(text: string): Promise<void> {
    await editor().click()
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.insertText(text)
  }

  const faults = (next: object[]) =>
    fetch(`${url}/_emulator/faults`, {
      method: 'POST',
      body: JSON.stringify({ next }),
      headers: { 'content-type': 'application/json' }
    })

  it('shows the request an event would make, sends it, and shows the person that Heap then has', async () => {
    await open()
    expect(await preview().textContent()).toContain('"identity": "user-1"')
    await page.getByRole('button', { name: /Heap \(people: 0, events: 0\)/ }).waitFor()
    await send()
    await sent().getByText('200').first().waitFor()
    await page.getByRole('button', { name: /Heap \(people: 1, events: 1\)/ }).click()
    await page.getByRole('button', { name: /user-1/ }).click()
    await page.getByRole('heading', { name: 'user-1' }).waitFor()
    await page.getByText('Timeline').waitFor()
    expect(await page.getByRole('region', { name: 'user-1' }).textContent()).toContain('Order Completed')
  })

  it.each([
    ['Track, anonymous', '/api/integrations/track'],
    ['Page', '/api/track'],
    ['Screen', '/api/track'],
    ['Identify', '/api/add_user_properties'],
    ['Group', '/api/add_account_properties'],
    ['Audience entered (identify)', '/api/add_user_properties'],
    ['Audience exited (track)', '/api/add_user_properties'],
    ['Computed trait', '/api/add_user_properties']
  ])('previews the sample "%s" as a request to %s, and Heap takes it', async (name, path) => {
    await open()
    await sample(name)
    await preview().getByText(`POST https://heapanalytics.com${path}`).waitFor()
    await send()
    await sent()
      .getByText(/^POST .* 200$/)
      .waitFor()
  })

  it('lists what an SDK sends as it arrives, and loads it by a click', async () => {
    await open()
    const program = `const { Analytics } = require('@segment/analytics-node')
      const analytics = new Analytics({ writeKey: 'any', host: '${url}', flushAt: 1 })
      analytics.track({ userId: 'sdk-user', event: 'From The SDK' })
      analytics.closeAndFlush()`
    const child = spawn(process.execPath, ['-e', program], { cwd: ROOT, stdio: 'inherit' })
    await once(child, 'exit')
    await page.getByRole('button', { name: /From The SDK track sdk-user trackEvent 200/ }).click()
    await preview().getByText('"identity": "sdk-user"').first().waitFor()
  })

  it('tells where JSON is broken and sends nothing of it', async () => {
    await open()
    await write('{"type": "track", ')
    await page.getByText(/Not JSON:/).waitFor()
    expect(await page.getByRole('button', { name: 'Send', exact: true }).isDisabled()).toBe(true)
    await page.locator('.cm-lint-marker-error').waitFor()
  })

  it('follows a mapping that is changed, and resets it', async () => {
    await open()
    await mapping().getByRole('textbox', { name: 'Identity' }).fill('$.anonymousId')
    await preview().getByText('"identity": "anon-1"').first().waitFor()
    await mapping().getByRole('combobox', { name: 'Event Name: kind' }).selectOption('template')
    await mapping().getByRole('textbox', { name: 'Event Name' }).fill('Shop: {{event}}')
    await preview().getByText('"event": "Shop: Order Completed"').first().waitFor()
    await mapping().getByRole('button', { name: 'Reset Identity' }).click()
    await preview().getByText('"identity": "user-1"').first().waitFor()
    await mapping().getByRole('button', { name: 'Reset all' }).click()
    await preview().getByText('"event": "Order Completed"').first().waitFor()
  })

  it('shows a validation error beside the field it is about', async () => {
    await open()
    await mapping().getByRole('combobox', { name: 'Message ID: kind' }).selectOption('nothing')
    const field = mapping().getByRole('group', { name: /Message ID/ })
    await field.getByRole('alert').waitFor()
    expect(await field.getByRole('alert').textContent()).toContain('message_id')
    expect(await outcome().textContent()).toContain('No request to Heap.')
  })

  it('says why presets do not take an event', async () => {
    await open()
    await sample('Audience entered (identify)')
    const preset = (name: string) => mapping().getByRole('listitem').filter({ hasText: name })
    await preset('Engage Audiences').filter({ hasText: 'takes it' }).waitFor()
    await preset('Track Calls').filter({ hasText: 'needed: type = "track"' }).waitFor()
    await mapping().getByText('Presets that take the event: 1').waitFor()
  })

  it('shows one outcome for each event of a batch', async () => {
    await open()
    await sample('Batch with one bad event')
    await preview().getByRole('table').waitFor()
    await send()
    await sent().getByRole('row').nth(3).waitFor()
    const rows = await sent().getByRole('row').allTextContents()
    expect(rows.slice(1).map((row) => row.replace(/\s+/g, ' '))).toStrictEqual([
      expect.stringMatching(/^0200taken/),
      expect.stringMatching(/^1400No event name/),
      expect.stringMatching(/^2200taken/)
    ])
  })

  it.each([
    [429, 'Segment would send it again'],
    [500, 'Segment would send it again'],
    [404, 'Heap answered 404']
  ])('shows what an answer of %i means', async (status, meaning) => {
    await open()
    await faults([{ status }])
    await send()
    await sent().getByRole('alert').waitFor()
    expect(await sent().getByRole('alert').textContent()).toContain(meaning)
    expect(await sent().textContent()).toContain(String(status))
  })

  it('tests the settings and names the one that is wrong', async () => {
    await open()
    await page.getByLabel('App ID', { exact: false }).fill('abc')
    await page.getByRole('button', { name: 'Test the settings' }).click()
    await page
      .getByText(/must be Heap's numeric App ID, but is "abc"/)
      .first()
      .waitFor()
  })

  it('keeps its state in the link, but no password', async () => {
    await open()
    await page.getByLabel('API Key').fill('very-secret')
    await mapping().getByRole('textbox', { name: 'Identity' }).fill('$.anonymousId')
    await page.waitForURL(/anonymousId%22/)
    await preview().getByText('"identity": "anon-1"').first().waitFor()
    expect(decodeURIComponent(page.url())).not.toContain('very-secret')
    await page.reload()
    await preview().getByText('"identity": "anon-1"').first().waitFor()
    expect(await mapping().getByRole('textbox', { name: 'Identity' }).inputValue()).toBe('$.anonymousId')
  })

  it('copies the call as a curl command that works', async () => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: url })
    await open()
    await page.getByRole('button', { name: 'Copy as curl' }).click()
    await page.waitForFunction(async () => (await navigator.clipboard.readText()).startsWith('curl '))
    const command = await page.evaluate(() => navigator.clipboard.readText())
    const [, path, body] = /^curl http:\/\/[^/]+(\S+) .* -d '([\s\S]*)'$/.exec(command) ?? []
    const answer = await fetch(url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    expect(await answer.json()).toMatchObject([{ response: { statusCode: 200 } }])
    await page.getByRole('button', { name: 'Copy as test case' }).click()
    await page.waitForFunction(async () => (await navigator.clipboard.readText()).includes("testAction('trackEvent'"))
  })

  it('shows hostile names as text in every view', async () => {
    await open()
    const event = {
      type: 'track',
      event: HOSTILE,
      userId: HOSTILE,
      messageId: 'hostile-1',
      properties: { [HOSTILE]: 'javascript:1' }
    }
    await write(JSON.stringify(event))
    await preview()
      .getByText(/onerror=window.hacked/)
      .first()
      .waitFor()
    await send()
    await sent().getByText('200').first().waitFor()
    await page.getByRole('button', { name: /Heap \(people: 1/ }).click()
    await page.getByRole('button', { name: new RegExp('onerror=window.hacked') }).click()
    await page.getByRole('heading', { name: HOSTILE }).waitFor()
    expect(await page.evaluate(() => 'hacked' in window)).toBe(false)
    expect(await page.locator('img').count()).toBe(0)
  })

  it('stays quick with 10,000 stored events', async () => {
    for (let start = 0; start < 10000; start += 1000) {
      const events = Array.from({ length: 1000 }, (_, index) => ({
        event: `Event ${start + index}`,
        identity: `user-${index}`,
        idempotency_key: `many-${start + index}`,
        properties: {}
      }))
      await fetch(`${url}/api/track`, { method: 'POST', body: JSON.stringify({ app_id: '11', events }) })
    }
    await open()
    await page.getByRole('button', { name: /events: 10000/ }).click()
    await page.getByRole('heading', { name: 'Events (10,000)' }).waitFor()
    expect(await page.getByRole('listitem').count()).toBeLessThan(300)
    await page.getByLabel('Search people and events').fill('Event 9999')
    await page.getByRole('heading', { name: 'Events (1)' }).waitFor()
  })

  it.each([
    ['light', { width: 1400, height: 1000 }],
    ['dark', { width: 1400, height: 1000 }],
    ['light', { width: 390, height: 844 }]
  ] as const)('has no serious accessibility finding (%s, %j)', async (colorScheme, viewport) => {
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize(viewport)
    await open()
    await send()
    await sent().getByText('200').first().waitFor()
    const script = readFileSync(join(ROOT, 'node_modules/axe-core/axe.min.js'), 'utf8')
    const serious = async () => {
      const { violations } = await page.evaluate(async (source) => {
        if (!('axe' in window)) window.eval(source)
        return axe.run()
      }, script)
      return violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => `${id}: ${nodes[0].html}`)
    }
    expect(await serious()).toStrictEqual([])
    await page.getByRole('button', { name: /^Heap \(people/ }).click()
    await page.getByRole('heading', { name: 'The last minute' }).waitFor()
    expect(await serious()).toStrictEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true)
  })

  it('sends by the keyboard alone', async () => {
    await open()
    await page.getByLabel('Sample').focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Send', exact: true }).focus()
    await page.keyboard.press('Enter')
    await sent().getByText('200').first().waitFor()
  })

  it('warns when what is sent goes to the real Heap', async () => {
    const args = [
      'serve',
      '--live',
      '--app-id',
      '123',
      '--write-key',
      'key',
      '--noUI',
      '--port',
      String(await freePair())
    ]
    const live = await new Running(args).url()
    const livePage = await context.newPage()
    await livePage.goto(live)
    await livePage.getByText('LIVE: what you send goes to the real Heap.').waitFor()
    await livePage.getByRole('button', { name: 'Heap', exact: true }).click()
    await livePage.getByText('Nothing of Heap can be shown').waitFor()
  })

  it('loads less than 250 kB, gzipped, in all', () => {
    const folder = join(ROOT, 'dist/page/client/_page/assets')
    const bytes = readdirSync(folder).map((name) => gzipSync(readFileSync(join(folder, name))).length)
    expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(250 * 1000)
  })
})
