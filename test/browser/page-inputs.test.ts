import { compileFunction } from 'vm'
import { createTestIntegration } from '@segment/actions-core'
import nock from 'nock'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import ts from 'typescript'
import heap from '../../src/destinations/heap'
import { endAll, Running } from '../cli/__helpers__/command-line'
import { launch } from './__helpers__/chromium'

describe('the page, typed into', () => {
  let browser: Browser
  let url: string
  let context: BrowserContext
  let page: Page
  let errors: string[]
  beforeAll(async () => {
    browser = await launch()
    url = await new Running(['serve', '--noUI', '--no-rate-limits', '--port', '0', '--api-key', 'kept-secret']).url()
  }, 60000)
  beforeEach(async () => {
    await fetch(`${url}/_emulator/reset`, { method: 'POST' })
    context = await browser.newContext({ viewport: { width: 1400, height: 1000 } })
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: url })
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

  const preview = () => page.getByRole('region', { name: 'Preview' })
  const sent = () => page.getByRole('region', { name: 'Sent' })
  const mapping = () => page.getByRole('region', { name: 'Mapping' })

  async function open(hash = ''): Promise<void> {
    await page.goto(`${url}/${hash}`)
    await preview().getByText('POST https://heapanalytics.com/api/track').waitFor()
  }

  /** What the button puts on the clipboard, once it begins as it should. */
  async function copied(name: 'Copy as curl' | 'Copy as test case'): Promise<string> {
    const start = name === 'Copy as curl' ? 'curl ' : 'import '
    await page.getByRole('button', { name }).click()
    const text = await page.waitForFunction(async (expected) => {
      const found = await navigator.clipboard.readText()
      return found.startsWith(expected) && found
    }, start)
    return String(await text.jsonValue())
  }

  it('keeps the keyboard in a field from the first letter to the last', async () => {
    await open()
    const identity = mapping().getByRole('textbox', { name: 'Identity' })
    await identity.focus()
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.type('$.anonymousId')
    expect(await identity.inputValue()).toBe('$.anonymousId')
    await preview().getByText('"identity": "anon-1"').first().waitFor()
  })

  it('takes a mapping as JSON, tells what is no JSON and what is no mapping, and resets it', async () => {
    await open()
    await mapping().getByRole('combobox', { name: 'Identity: kind' }).selectOption('json')
    const field = mapping().getByRole('group', { name: /^Identity/ })
    const text = field.getByRole('textbox', { name: 'Identity' })
    await text.focus()
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.type('{"@path": "$.anonymousId"')
    await field.getByText(/^Not JSON:/).waitFor()
    await page.keyboard.type('}')
    await preview().getByText('"identity": "anon-1"').first().waitFor()
    await text.fill('{"@nope": 1}')
    await field.getByText('/identity has an invalid directive: @nope.').waitFor()
    await mapping().getByRole('button', { name: 'Reset Identity' }).click()
    await preview().getByText('"identity": "user-1"').first().waitFor()
    expect(await text.inputValue()).toBe('$.userId')
  })

  it('asks for a preview once for each change, not without end', async () => {
    await open()
    await preview().getByText('"identity": "user-1"').first().waitFor()
    const asked: string[] = []
    page.on('request', (request) => request.method() === 'POST' && asked.push(new URL(request.url()).pathname))
    await mapping().getByRole('textbox', { name: 'Identity' }).fill('$.anonymousId')
    await preview().getByText('"identity": "anon-1"').first().waitFor()
    await page.getByLabel('API Key').fill('x')
    await page.waitForResponse(/preview/)
    expect(asked).toStrictEqual(['/_page/preview', '/_page/preview'])
  })

  it.each([
    ['no JSON', '{'],
    ['not an object', '[1]'],
    ['values of other types', '{"view":1,"action":{},"event":{},"changes":null,"settings":"x"}'],
    ['names that every object has', '{"action":"constructor","changes":{"trackEvent":null,"__proto__":{}}}']
  ])('opens with a link that is broken: %s', async (_name, hash) => {
    await open(`#${encodeURIComponent(hash)}`)
    expect(await preview().textContent()).toContain('"identity": "user-1"')
  })

  it('shows the headers of a request, and those of the answer once it is sent', async () => {
    await open()
    expect(await preview().textContent()).toContain('user-agent: Segment (Actions)')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    expect(await sent().getByLabel('Answer').textContent()).toMatch(
      /^200 OK\n[^]*content-type: application\/json\n[^]*\{\}$/
    )
  })

  it('copies no password', async () => {
    await open()
    await page.getByLabel('API Key').fill('typed-secret')
    await page.waitForResponse(/preview/)
    expect(await copied('Copy as curl')).not.toMatch(/secret/)
    expect(await copied('Copy as test case')).not.toMatch(/secret/)
  })

  it.each([
    ['Track', '/api/track'],
    ['Track, anonymous', '/api/integrations/track'],
    ['Identify', '/api/add_user_properties'],
    ['Group', '/api/add_account_properties'],
    ['Batch with one bad event', '3 events, 1 of them refused']
  ])('copies the sample "%s" as a test case that passes', async (name, shown) => {
    await open()
    await page.getByLabel('Sample').selectOption(name)
    await preview().getByText(shown).waitFor()
    await run(await copied('Copy as test case'))
  })

  it('copies an event that is refused as a test case that passes', async () => {
    await open()
    await mapping().getByRole('combobox', { name: 'Message ID: kind' }).selectOption('nothing')
    await preview().getByText('No request to Heap.').waitFor()
    await run(await copied('Copy as test case'))
  })

  it('says that a result is older than what is shown, and gives an event a new ID to be sent again', async () => {
    await open()
    const send = page.getByRole('button', { name: 'Send', exact: true })
    await send.click()
    await sent()
      .getByRole('heading', { name: /^Sent, in \d+ ms$/ })
      .waitFor()
    await page.getByRole('button', { name: 'New message ID' }).click()
    await sent()
      .getByRole('heading', { name: /before the last change$/ })
      .waitFor()
    await send.click()
    await page.getByRole('button', { name: /events: 2/ }).waitFor()
  })

  it('starts a search at its first result', async () => {
    const events = Array.from({ length: 120 }, (_, index) => ({
      event: index === 7 ? 'Needle' : `Event ${index}`,
      identity: `user-${index}`,
      idempotency_key: `paged-${index}`
    }))
    await fetch(`${url}/api/track`, { method: 'POST', body: JSON.stringify({ app_id: '11', events }) })
    await open()
    await page.getByRole('button', { name: /events: 120/ }).click()
    const list = page.getByRole('region', { name: /^Events/ })
    await list.getByRole('button', { name: 'Older' }).click()
    await list.getByText('51 to 100 of 120').waitFor()
    await page.getByLabel('Search people and events').fill('Needle')
    await list.getByText('user-7').waitFor()
  })
})

/** Runs a copied test case as it would run beside the destination. */
async function run(source: string): Promise<void> {
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, esModuleInterop: true }
  })
  const modules: Record<string, unknown> = {
    '@segment/actions-core': { createTestIntegration },
    nock,
    '../index': { __esModule: true, default: heap }
  }
  const cases: (() => Promise<void>)[] = []
  const program = compileFunction(outputText, ['require', 'exports', 'it', 'expect']) as (...given: unknown[]) => void
  program(
    (name: string) => modules[name],
    {},
    (_name: string, test: () => Promise<void>) => cases.push(test),
    expect
  )
  try {
    expect(cases).toHaveLength(1)
    await cases[0]()
  } finally {
    nock.cleanAll()
    nock.restore()
    nock.activate()
  }
}
