import { compileFunction } from 'vm'
import { createTestIntegration } from '@segment/actions-core'
import nock from 'nock'
import ts from 'typescript'
import heap from '../../src/destinations/heap'
import { OpenedPage } from './__helpers__/opened-page'

describe('trying a mapping on the page', () => {
  const tab = new OpenedPage()
  beforeAll(() => tab.start('--api-key', 'kept-secret'), 60000)
  beforeEach(() => tab.fresh())
  afterEach(() => tab.close())
  afterAll(() => tab.stop())

  const preview = () => tab.page.getByRole('region', { name: 'Preview' })
  const sent = () => tab.page.getByRole('region', { name: 'Sent' })
  const field = (name: string) => tab.page.getByRole('textbox', { name, exact: true })
  const path = (name: string) => tab.page.getByRole('combobox', { name, exact: true })
  const request = () => preview().getByLabel('Request body')
  const send = () => tab.page.getByRole('button', { name: /^Send( Ctrl|$)/ })

  async function open(hash = ''): Promise<void> {
    await tab.open(`/try${hash}`)
    await preview().getByText('POST /api/track').waitFor()
  }

  async function choose(menu: string, item: string): Promise<void> {
    await tab.page.getByRole('button', { name: menu, exact: true }).click()
    await tab.page.getByRole('menuitem', { name: item, exact: true }).click()
  }

  async function write(text: string): Promise<void> {
    await tab.page.getByRole('textbox', { name: 'Event as JSON' }).click()
    await tab.page.keyboard.press('ControlOrMeta+a')
    await tab.page.keyboard.insertText(text)
  }

  async function copied(item: 'As curl' | 'As test case'): Promise<string> {
    await tab.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: tab.url })
    await choose('Copy', item)
    const text = await tab.page.waitForFunction(
      async (expected) => {
        const found = await navigator.clipboard.readText()
        return found.startsWith(expected) && found
      },
      item === 'As curl' ? 'curl ' : 'import '
    )
    return String(await text.jsonValue())
  }

  it.each([
    ['Track, anonymous', '/api/integrations/track'],
    ['Page', '/api/track'],
    ['Screen', '/api/track'],
    ['Identify', '/api/add_user_properties'],
    ['Group', '/api/add_account_properties'],
    ['Audience entered (identify)', '/api/add_user_properties'],
    ['Audience exited (track)', '/api/add_user_properties'],
    ['Computed trait', '/api/add_user_properties']
  ])('previews the sample "%s" as a request to %s, and Heap takes it', async (name, address) => {
    await open()
    await choose('Sample', name)
    await preview().getByText(`POST ${address} to the emulator`).waitFor()
    await send().click()
    await sent().getByText('Delivered').waitFor()
    await sent().getByText('200 OK').waitFor()
  })

  it('stores an event for each time that a sample is sent', async () => {
    await open()
    for (const name of ['Track', 'Track, nested with arrays', 'Track']) {
      await choose('Sample', name)
      await preview().getByText('POST /api/track').waitFor()
      await send().click()
      await sent()
        .getByText(/^Heap accepted it/)
        .waitFor()
    }
    expect(await tab.events()).toHaveLength(3)
  })

  it('says that Heap keeps one event when a message ID is sent twice', async () => {
    await open()
    await tab.page.getByLabel('Keep the message ID').check()
    await send().click()
    await sent()
      .getByText(/^Heap accepted it/)
      .waitFor()
    await send().click()
    await sent()
      .getByText(/it stores one event for each ID/)
      .waitFor()
    expect(await tab.events()).toHaveLength(1)
  })

  it('sends with Ctrl+Enter, from the editor too', async () => {
    await open()
    await path('Identity').press('Control+Enter')
    await sent()
      .getByText(/^Heap accepted it/)
      .waitFor()
    await write(JSON.stringify({ type: 'track', event: 'Typed', userId: 'ada', messageId: 'typed' }))
    await preview().getByText('"Typed"').first().waitFor()
    await tab.page.keyboard.press('Control+Enter')
    await sent().getByRole('heading', { name: 'Typed' }).waitFor()
  })

  it('tells where JSON is broken and sends nothing of it', async () => {
    await open()
    await write('{"type": "track", ')
    await tab.page.getByText(/Not JSON:/).waitFor()
    expect(await send().isDisabled()).toBe(true)
    await tab.page.locator('.cm-lint-marker-error').waitFor()
  })

  it('follows a mapping letter by letter, and resets it', async () => {
    await open()
    await path('Identity').focus()
    await tab.page.keyboard.press('ControlOrMeta+a')
    await tab.page.keyboard.type('$.anonymousId')
    expect(await path('Identity').inputValue()).toBe('$.anonymousId')
    await preview().getByRole('row', { name: 'anonymousId "anon-1" kept identity same' }).waitFor()
    await tab.page.getByRole('combobox', { name: 'Event Name: kind' }).selectOption('template')
    await field('Event Name').fill('Shop: {{event}}')
    await request().getByText('"event": "Shop: Order Completed"').waitFor()
    await tab.page.getByRole('button', { name: 'Reset Identity' }).click()
    await request().getByText('"identity": "user-1"').waitFor()
    await tab.page.getByRole('button', { name: 'Reset all' }).click()
    await request().getByText('"event": "Order Completed"').waitFor()
  })

  it('says at the field that a path is not in the event, and completes paths from it', async () => {
    await open()
    await path('Identity').fill('$.user')
    const group = tab.page.getByRole('group', { name: /^Identity/ })
    await group.getByText('Not in the event: $.user').waitFor()
    const offered = await tab.page
      .locator('datalist option')
      .evaluateAll((all) => all.map((each) => each.getAttribute('value')))
    expect(offered).toStrictEqual(expect.arrayContaining(['$.userId', '$.properties.total']))
    expect(await path('Identity').getAttribute('list')).toBe(await tab.page.locator('datalist').getAttribute('id'))
  })

  it('shows a validation error beside the field it is about', async () => {
    await open()
    await tab.page.getByRole('combobox', { name: 'Message ID: kind' }).selectOption('nothing')
    await tab.page
      .getByRole('group', { name: /^Message ID/ })
      .getByText(/message_id/)
      .last()
      .waitFor()
    await preview().getByText('No request to Heap.').waitFor()
  })

  it('takes a mapping as JSON, and tells what is not JSON and what is not a mapping', async () => {
    await open()
    await tab.page.getByRole('combobox', { name: 'Identity: kind' }).selectOption('json')
    const group = tab.page.getByRole('group', { name: /^Identity/ })
    await field('Identity').focus()
    await tab.page.keyboard.press('ControlOrMeta+a')
    await tab.page.keyboard.type('{"@path": "$.anonymousId"')
    await group.getByText(/^Not JSON:/).waitFor()
    await tab.page.keyboard.type('}')
    await request().getByText('"identity": "anon-1"').waitFor()
    await field('Identity').fill('{"@nope": 1}')
    await group.getByText('/identity has an invalid directive: @nope.').waitFor()
    await tab.page.getByRole('button', { name: 'Reset Identity' }).click()
    await request().getByText('"identity": "user-1"').waitFor()
    expect(await path('Identity').inputValue()).toBe('$.userId')
  })

  it('says in one line which presets take the event, and why the others do not', async () => {
    await open()
    await choose('Sample', 'Audience entered (identify)')
    await tab.page.getByText('Matched: Engage Audiences').click()
    const preset = (name: string) => tab.page.getByRole('listitem').filter({ hasText: name })
    await preset('Track Calls').filter({ hasText: 'needed: type = "track"' }).waitFor()
  })

  it('shows one outcome for each event of a batch', async () => {
    await open()
    await choose('Sample', 'Batch with one bad event')
    await preview().getByText('3 events, 1 of them refused').waitFor()
    await send().click()
    await sent().getByRole('row').nth(3).waitFor()
    const rows = await sent().getByRole('row').allTextContents()
    expect(rows.slice(1)).toStrictEqual([
      expect.stringMatching(/^call \d+200taken/),
      expect.stringMatching(/^call \d+400No event name/),
      expect.stringMatching(/^call \d+200taken/)
    ])
    await sent().getByRole('link').nth(1).click()
    await tab
      .story()
      .getByText(/^Refused with 400/)
      .waitFor()
  })

  it('asks for a preview once for each change, not without end', async () => {
    await open()
    const asked: string[] = []
    tab.page.on('request', (each) => each.method() === 'POST' && asked.push(new URL(each.url()).pathname))
    await path('Identity').fill('$.anonymousId')
    await request().getByText('"identity": "anon-1"').waitFor()
    expect(asked).toStrictEqual(['/_page/preview'])
  })

  it('keeps its state in the address and over views, but no password', async () => {
    await open()
    await path('Identity').fill('$.anonymousId')
    await tab.page.getByRole('link', { name: 'Settings' }).click()
    await tab.page.getByLabel('API Key').fill('very-secret')
    await tab.page.getByRole('link', { name: 'Try' }).click()
    await request().getByText('"identity": "anon-1"').waitFor()
    await tab.page.waitForURL(/anonymousId%22/)
    expect(decodeURIComponent(tab.page.url())).not.toContain('secret')
    await tab.page.reload()
    await request().getByText('"identity": "anon-1"').waitFor()
  })

  it('previews what came with a link only after a click', async () => {
    const state = {
      action: 'trackEvent',
      event: '{"type":"track","event":"Linked","userId":"x","messageId":"linked"}',
      changes: {}
    }
    const asked: string[] = []
    tab.page.on('request', (each) => asked.push(new URL(each.url()).pathname))
    await tab.open(`/try#${encodeURIComponent(JSON.stringify(state))}`)
    await tab.page.getByText('This event and mapping came with a link').waitFor()
    await tab.page.getByText('"Linked"').first().waitFor()
    expect(await send().isDisabled()).toBe(true)
    expect(asked).not.toContain('/_page/preview')
    await tab.page.getByRole('button', { name: 'Preview it' }).click()
    await preview().getByText('"Linked"').first().waitFor()
    expect(await send().isEnabled()).toBe(true)
  })

  it.each([
    ['no JSON', '{'],
    ['not an object', '[1]'],
    ['values of other types', '{"action":{},"event":{},"changes":null,"settings":"x"}'],
    ['names that every object has', '{"action":"constructor","changes":{"trackEvent":null,"__proto__":{}}}']
  ])('opens with a link that is broken: %s', async (_name, hash) => {
    await tab.open(`/try#${encodeURIComponent(hash)}`)
    await tab.page.getByRole('button', { name: 'Preview it' }).click()
    await request().getByText('"identity": "user-1"').waitFor()
  })

  it('copies a curl command that works, without a password', async () => {
    await open()
    const command = await copied('As curl')
    const [, address, body] = /^curl http:\/\/[^/]+(\S+) .* -d '([\s\S]*)'$/.exec(command) ?? []
    expect(command).not.toMatch(/secret/)
    const answer = await tab.post(address, JSON.parse(body) as object)
    expect(await answer.json()).toMatchObject([{ response: { statusCode: 200 } }])
  })

  it.each([
    ['Track', '/api/track'],
    ['Track, anonymous', '/api/integrations/track'],
    ['Identify', '/api/add_user_properties'],
    ['Group', '/api/add_account_properties'],
    ['Batch with one bad event', '3 events, 1 of them refused']
  ])('copies the sample "%s" as a test case that passes', async (name, shown) => {
    await open()
    await choose('Sample', name)
    await preview().getByText(shown).first().waitFor()
    await run(await copied('As test case'))
  })

  it('copies an event that is refused as a test case that passes', async () => {
    await open()
    await tab.page.getByRole('combobox', { name: 'Message ID: kind' }).selectOption('nothing')
    await preview().getByText('No request to Heap.').waitFor()
    await run(await copied('As test case'))
  })

  it('keeps Send in sight, and fields near the top, on a phone', async () => {
    await tab.page.setViewportSize({ width: 390, height: 844 })
    await tab.open('/try')
    await tab.page.getByRole('tab', { name: 'Mapping' }).click()
    const first = await path('Message ID').boundingBox()
    expect(first?.y).toBeLessThan(400)
    const button = await send().boundingBox()
    expect(button?.y).toBeLessThan(800)
    await tab.page.getByRole('tab', { name: 'Result' }).click()
    await preview().getByText('POST /api/track').waitFor()
  })

  it('claims nothing of settings that Heap cannot check, and names the one that is wrong', async () => {
    await tab.open('/settings')
    await tab.page.getByLabel('App ID').fill('abc')
    await tab.page.getByRole('button', { name: 'Test the settings' }).click()
    await tab.page
      .getByText(/must be Heap's numeric App ID, but is "abc"/)
      .first()
      .waitFor()
    await tab.page.getByLabel('App ID').fill('11')
    await tab.page.getByRole('button', { name: 'Test the settings' }).click()
    await tab.page.getByText('The emulator accepts them.').waitFor()
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
