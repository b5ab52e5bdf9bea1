import { readdirSync, readFileSync } from 'fs'
import { join } from 'path'
import { gzipSync } from 'zlib'
import { ROOT, Running } from '../cli/__helpers__/command-line'
import { freePair } from '../cli/__helpers__/ports'
import { OpenedPage } from './__helpers__/opened-page'

const HOSTILE = '<img src=x onerror=window.hacked=1>'
const NAMES = [HOSTILE, '\u202egnp.exe', 'x'.repeat(10_000), '👩‍👩‍👧 café', 'bell\u0007 and nul\u0000']

const VIEWS = ['/', '/try', '/people', '/accounts', '/requests', '/faults', '/settings']

describe('the views of the page', () => {
  const tab = new OpenedPage()
  beforeAll(() => tab.start(), 60000)
  beforeEach(() => tab.fresh())
  afterEach(() => tab.close())
  afterAll(() => tab.stop())

  const link = (name: string) => tab.page.getByRole('link', { name, exact: true })

  /** One call of most kinds. */
  async function filled(): Promise<void> {
    await tab.calls(
      { type: 'identify', userId: 'ada', anonymousId: 'anon-1', traits: { email: 'ada@example.com', company: 'acme' } },
      { type: 'group', userId: 'ada', groupId: 'acme', traits: { name: 'Acme', employees: 20 } },
      { type: 'track', userId: 'ada', event: 'Order Completed', messageId: 'order-1' },
      { type: 'track', event: 'Nobody' }
    )
    await tab.open()
    await tab.row('Order Completed').getByText('Delivered').waitFor()
  }

  it('show a person with properties, accounts and time line, and lead from an event to its call', async () => {
    await filled()
    await link('People').click()
    await link('ada').click()
    await tab.page.getByText('acme by the property company').waitFor()
    await tab.page.getByRole('row', { name: 'email "ada@example.com"' }).waitFor()
    await tab.page.getByText('Order Completed').click()
    await tab.page.getByRole('link', { name: /^call \d+$/ }).click()
    await tab.story().getByRole('heading', { name: 'Order Completed' }).waitFor()
    await tab.page.goBack()
    await tab.page.getByRole('heading', { name: 'ada' }).waitFor()
    expect(await tab.page.getByText(/left out|dropped/).count()).toBe(0)
  })

  it('show accounts, and say nothing of their traits on a person', async () => {
    await filled()
    await link('Accounts').click()
    await tab.page.getByRole('row', { name: /acme 1 .*employees 20/ }).waitFor()
  })

  it('list requests to Heap with what was sent and answered', async () => {
    await tab.faults({ next: [{ status: 503 }] })
    await filled()
    await link('Requests').click()
    await tab.row('fault 503').getByText('Show').click()
    await tab.page.getByLabel('Request body').getByText('"app_id": "11"').waitFor()
    await tab.page.getByLabel('Search requests').fill('account')
    await tab.row('/api/add_account_properties').waitFor()
  })

  it('switch faults on and off, with a badge everywhere while any is on', async () => {
    await tab.open('/faults')
    await tab.page.getByLabel(/^Too many requests \(429\)/).fill('100')
    await tab.page.getByRole('link', { name: 'Faults on' }).waitFor()
    expect(await (await fetch(`${tab.url}/_emulator/faults`)).json()).toStrictEqual({ status: { '429': 1 } })
    await link('Calls').click()
    await tab.page.getByRole('link', { name: 'Faults on' }).click()
    await tab.page.getByRole('button', { name: 'Switch all off' }).click()
    await tab.page.getByRole('link', { name: 'Faults on' }).waitFor({ state: 'detached' })
  })

  it('draw plots where the browser names a language that Intl does not know', async () => {
    await tab.page.addInitScript(() =>
      Object.defineProperty(navigator, 'language', { value: 'en-US@posix', configurable: true })
    )
    await filled()
    await tab.page.locator('canvas').first().waitFor()
  })

  it('keep the theme that was chosen', async () => {
    await tab.open('/settings')
    await tab.page.getByLabel('dark').check()
    await tab.page.reload()
    expect(await tab.page.getByLabel('dark').isChecked()).toBe(true)
    const color = await tab.page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
    expect(color).toBe('rgb(14, 17, 22)')
  })

  it('show hostile names as text, within the window', async () => {
    const calls = NAMES.flatMap((name, index) => [
      {
        type: 'track',
        userId: name.slice(0, 200),
        event: name.slice(0, 1000),
        messageId: `hostile-${index}`,
        properties: { [name]: name }
      },
      { type: 'identify', userId: name.slice(0, 200), traits: { [name]: name } },
      { type: 'group', userId: 'ada', groupId: name.slice(0, 200), traits: { [name]: name } }
    ])
    await tab.calls(...calls)
    const fits = () => tab.page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)
    await tab.open()
    await tab.page.getByText(`Calls: ${calls.length}`).waitFor()
    await tab.page.getByRole('button', { name: `Delivered ${calls.length}` }).waitFor()
    for (const row of await tab.page.locator('.line').all()) {
      await row.click()
      await tab.story().getByText('200 OK').first().waitFor()
      expect(await fits()).toBe(true)
    }
    for (const view of ['/people', '/accounts', '/requests']) {
      await tab.open(view)
      await tab.page.getByRole('row').nth(1).waitFor()
      expect(await fits()).toBe(true)
    }
    await tab.open('/people')
    await tab.page.getByRole('link', { name: HOSTILE }).click()
    await tab.page.getByRole('heading', { name: HOSTILE }).waitFor()
    expect(await tab.page.evaluate(() => 'hacked' in window)).toBe(false)
    expect(await tab.page.locator('img').count()).toBe(0)
  })

  it.each([
    ['light', 1440, 900],
    ['dark', 1440, 900],
    ['light', 390, 844],
    // As a window of 1440 pixels is at 200 %.
    ['dark', 720, 450]
  ] as const)(
    'have no serious accessibility finding and fit the window (%s, %i × %i)',
    async (theme, width, height) => {
      await filled()
      await tab.page.emulateMedia({ colorScheme: theme })
      await tab.page.setViewportSize({ width, height })
      const found: string[] = []
      const look = async (view: string) => {
        const findings = await tab.seriousFindings()
        const fits = await tab.page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)
        found.push(...findings.map((finding) => `${view} ${finding}`), ...(fits ? [] : [`${view} is too wide`]))
      }
      for (const view of VIEWS) {
        await tab.open(view)
        await tab.page.getByRole('main').waitFor()
        if (view === '/try') await tab.page.locator('.cm-content').first().waitFor({ state: 'attached' })
        await look(view)
      }
      await tab.open()
      await tab.row('Order Completed').click()
      await tab.story().getByRole('heading').first().waitFor()
      await look('a story')
      await tab.open('/people')
      await link('ada').click()
      await tab.page.getByRole('heading', { name: 'ada' }).waitFor()
      await look('a person')
      expect(found).toStrictEqual([])
    }
  )

  it('say LIVE where calls go to the real Heap, and show nothing of the emulator', async () => {
    const args = ['--live', '--app-id', '123', '--write-key', 'key', '--noUI', '--port', '0']
    const live = await new Running(['serve', ...args]).url()
    const page = await tab.context.newPage()
    await page.goto(live)
    await page.getByText('LIVE', { exact: true }).waitFor()
    expect(await page.getByRole('link', { name: 'Faults' }).count()).toBe(0)
  })

  it('say in one place that the server is gone, keep what was typed, and continue once it is back', async () => {
    const port = String(await freePair())
    const args = ['serve', '--noUI', '--no-rate-limits', '--port', port]
    const server = new Running(args)
    const page = await tab.context.newPage()
    await page.goto(`${await server.url()}/try`)
    await page.getByRole('combobox', { name: 'Identity', exact: true }).fill('$.anonymousId')
    await page.getByText('"anon-1"').first().waitFor()
    server.kill('SIGKILL')
    await server.exited
    const gone = page.getByText('The server does not answer')
    await gone.first().waitFor()
    expect(await gone.count()).toBe(1)
    await new Running(args).url()
    await gone.waitFor({ state: 'detached' })
    expect(await page.getByRole('combobox', { name: 'Identity', exact: true }).inputValue()).toBe('$.anonymousId')
    await page.getByRole('button', { name: 'Ctrl+Enter' }).click()
    await page.getByText(/^Heap accepted it/).waitFor()
  })

  it('load less than 170 kB at first and 340 kB in all, gzipped', () => {
    const folder = join(ROOT, 'dist/page/client/_page/assets')
    const sizes = readdirSync(folder).map((name) => [name, gzipSync(readFileSync(join(folder, name))).length] as const)
    const sum = (names: readonly (readonly [string, number])[]) => names.reduce((total, [, size]) => total + size, 0)
    expect(sum(sizes.filter(([name]) => name.startsWith('index')))).toBeLessThan(170 * 1000)
    expect(sum(sizes)).toBeLessThan(340 * 1000)
  })
})
