import { spawn } from 'child_process'
import { once } from 'events'
import { readFileSync } from 'fs'
import { ROOT } from '../cli/__helpers__/command-line'
import { OpenedPage } from './__helpers__/opened-page'

const ORDER = {
  type: 'track',
  userId: 'ada',
  event: 'Order Completed',
  messageId: 'order-1',
  properties: { list: [1, 2] }
}

describe('the calls on the page', () => {
  const tab = new OpenedPage()
  beforeAll(() => tab.start(), 60000)
  beforeEach(() => tab.fresh())
  afterEach(() => tab.close())
  afterAll(() => tab.stop())

  const { row, story } = { row: tab.row.bind(tab), story: tab.story.bind(tab) }
  const attempts = () => story().getByRole('list').filter({ hasText: ' ms' })

  it('tell at first how to send one to this very port, and send a sample', async () => {
    await tab.open()
    await tab.page.getByText(`host: '${tab.url}'`).waitFor()
    await tab.page.getByRole('button', { name: 'Send a sample' }).click()
    await row('Order Completed').getByText('Delivered').waitFor()
    expect(await tab.events()).toHaveLength(1)
  })

  it('come in as an SDK sends them, and tell their story from path to request', async () => {
    await tab.open()
    const program = `const { Analytics } = require('@segment/analytics-node')
      const analytics = new Analytics({ writeKey: 'any', host: '${tab.url}', flushAt: 1 })
      analytics.track({ userId: 'sdk-user', event: 'From The SDK', properties: { list: [1, 2], none: null } })
      analytics.closeAndFlush()`
    await once(spawn(process.execPath, ['-e', program], { cwd: ROOT, stdio: 'inherit' }), 'exit')
    await row('From The SDK').getByText('Delivered').click()
    await story()
      .getByText(/through the tracking API · @segment\/analytics-node/)
      .waitFor()
    await story().getByRole('row', { name: 'userId "sdk-user" kept identity same' }).waitFor()
    await story().getByRole('row', { name: 'properties.list [1,2] converted properties.list "[1,2]"' }).waitFor()
    await story().getByRole('row', { name: 'properties.none null dropped' }).waitFor()
    await story().getByText('POST /api/track to the emulator').waitFor()
    await story().getByText('200 OK').waitFor()
    await story().getByText('Request headers').click()
    await story().getByText('user-agent: Segment (Actions)').waitFor()
  })

  it('say why one was rejected, and why no subscription takes one', async () => {
    await tab.open()
    await tab.calls({ type: 'track', event: 'Nobody' }, { type: 'alias', userId: 'ada', previousId: 'x' })
    await row('Nobody').getByText('Rejected').click()
    await story()
      .getByText(/The Tracking API rejected it: .*userId/)
      .waitFor()
    await row('alias').getByText('No match').click()
    await story().getByText('Matched by no subscription').waitFor()
    await story().getByText('needed: type = "track"').first().waitFor()
  })

  it('show a refusal with its reason', async () => {
    await tab.faults({ next: [{ status: 404 }] })
    await tab.calls(ORDER)
    await tab.open()
    await row('Order Completed').getByText('Refused').click()
    await story()
      .getByText(/^Refused with 404: .*Heap answered 404/)
      .waitFor()
  })

  it('do not count a retried 429 as a refusal, and show each attempt', async () => {
    await tab.faults({ next: [{ status: 429, retryAfter: 0 }] })
    await tab.calls(ORDER)
    await tab.open()
    await row('Order Completed').getByText('Delivered').click()
    await story()
      .getByText(/Heap accepted it after 2 attempts/)
      .waitFor()
    await story()
      .getByRole('img', { name: /^2 attempts within/ })
      .waitFor()
    expect(await attempts().getByRole('listitem').count()).toBe(2)
    expect(await story().getByRole('row', { name: 'added' }).count()).toBe(1)
    expect(await tab.page.getByRole('button', { name: /^Refused/ }).count()).toBe(0)
    await tab.page.getByText('Answered with 429 and retried: 1').waitFor()
  })

  it('say of a repeated message ID that Heap kept one event', async () => {
    await tab.calls(ORDER)
    await tab.open()
    await row('Order Completed').getByText('Delivered').waitFor()
    await tab.calls(ORDER)
    await row('Repeat').click()
    await story()
      .getByText(/has seen this message ID before: it stores one event for each ID/)
      .waitFor()
    expect(await tab.events()).toHaveLength(1)
  })

  it('show the request whose connection broke after Heap had stored it', async () => {
    await tab.faults({ next: [{ reset: 'after' }] })
    await tab.calls(ORDER)
    await tab.open()
    await row('Order Completed').getByText('Delivered').click()
    await story().getByText('No answer').waitFor()
    expect(await story().getByText('POST /api/track to the emulator').count()).toBe(2)
  })

  it('are filtered by outcome and text, as the address says', async () => {
    await tab.calls(ORDER, { ...ORDER, messageId: 'b', event: 'Signed Up' }, { type: 'track', event: 'Nobody' })
    await tab.open()
    await tab.page.getByText('Calls: 3', { exact: true }).waitFor()
    await tab.page.getByRole('button', { name: 'Rejected 1' }).click()
    await tab.page.getByText('Calls: 1 of 3', { exact: true }).waitFor()
    await tab.page.getByRole('button', { name: 'Rejected 1' }).click()
    await tab.page.getByLabel('Filter calls').fill('signed ada')
    await tab.page.getByText('Calls: 1 of 3', { exact: true }).waitFor()
    await tab.page.reload()
    await tab.page.getByText('Calls: 1 of 3', { exact: true }).waitFor()
    await row('Signed Up').waitFor()
  })

  it('stand still while they are paused', async () => {
    await tab.calls(ORDER)
    await tab.open()
    await tab.page.getByText('Calls: 1', { exact: true }).waitFor()
    await tab.page.getByRole('button', { name: 'Pause' }).click()
    await tab.calls({ ...ORDER, messageId: 'b', event: 'Later' })
    await tab.page.getByText('Calls: 1 of 2', { exact: true }).waitFor()
    expect(await row('Later').count()).toBe(0)
    await tab.page.getByRole('button', { name: 'Resume' }).click()
    await row('Later').waitFor()
  })

  it('are exported as NDJSON', async () => {
    await tab.calls(ORDER, { ...ORDER, messageId: 'b', event: 'Signed Up' })
    await tab.open()
    await tab.page.getByText('Calls: 2', { exact: true }).waitFor()
    const download = tab.page.waitForEvent('download')
    await tab.page.getByRole('button', { name: 'Export' }).click()
    const lines = readFileSync(await (await download).path(), 'utf8')
      .trim()
      .split('\n')
    const events = lines.map((line) => (JSON.parse(line) as { event: string }).event)
    expect(events.sort()).toStrictEqual(['Order Completed', 'Signed Up'])
  })

  it('are gone through by the keyboard, and Back closes a story', async () => {
    await tab.calls(ORDER, { ...ORDER, messageId: 'b', event: 'Signed Up' })
    await tab.open()
    await row('Signed Up').waitFor()
    await tab.page.getByRole('grid').focus()
    await tab.page.keyboard.press('ArrowDown')
    await tab.page.keyboard.press('End')
    await story().getByRole('heading', { name: 'Order Completed' }).waitFor()
    await tab.page.keyboard.press('ArrowUp')
    await story().getByRole('heading', { name: 'Signed Up' }).waitFor()
    await tab.page.goBack()
    await story().waitFor({ state: 'detached' })
  })

  it('are sent again by a click', async () => {
    await tab.calls({ ...ORDER, type: 'identify', traits: { plan: 'pro' } })
    await tab.open()
    await row('identify').click()
    await tab.post('/_emulator/reset')
    await story().getByRole('button', { name: 'Send again' }).click()
    await tab.page.goto(`${tab.url}/people`)
    await tab.page.getByRole('link', { name: 'ada' }).waitFor()
  })

  it('open in the editor with the mapping that they had', async () => {
    await tab.calls(ORDER)
    await tab.open()
    await row('Order Completed').click()
    await story().getByRole('button', { name: 'Edit and send' }).click()
    await tab.page.getByRole('region', { name: 'Preview' }).getByText('"ada"').first().waitFor()
  })

  it('tell their story in a sheet on a phone', async () => {
    await tab.page.setViewportSize({ width: 390, height: 844 })
    await tab.calls(ORDER)
    await tab.open()
    await row('Order Completed').click()
    const sheet = tab.page.getByRole('dialog', { name: "The call's story" })
    await sheet.getByText('converted').waitFor()
    await tab.page.keyboard.press('Escape')
    await sheet.waitFor({ state: 'detached' })
  })
})
