import { readFileSync } from 'fs'
import { join } from 'path'
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core'
import { endAll, ROOT, Running } from '../../cli/__helpers__/command-line'
import { launch } from './chromium'

interface Violation {
  id: string
  impact: string
  nodes: { html: string }[]
}

/** Runs in the page. */
declare const axe: { run(): Promise<{ violations: Violation[] }> }

/** The page of a server of its own, and a browser that looks at it. What the browser complains of fails the test. */
export class OpenedPage {
  url = ''
  page!: Page
  context!: BrowserContext
  errors: string[] = []
  private browser!: Browser

  async start(...args: string[]): Promise<void> {
    this.browser = await launch()
    this.url = await new Running(['serve', '--noUI', '--no-rate-limits', '--port', '0', ...args]).url()
  }

  async stop(): Promise<void> {
    await this.browser?.close()
    await endAll()
  }

  /** A new browser window, and a server that has seen nothing. */
  async fresh(options: BrowserContextOptions = {}): Promise<void> {
    await this.post('/_emulator/reset')
    await this.post('/_segment/reset')
    this.context = await this.browser.newContext({
      viewport: { width: 1440, height: 900 },
      locale: 'en-US',
      ...options
    })
    this.page = await this.context.newPage()
    this.errors = []
    this.page.on('pageerror', (error) => this.errors.push(error.message))
    this.page.on('console', (message) => message.type() === 'error' && this.errors.push(message.text()))
    this.page.on('request', (request) => {
      if (!request.url().startsWith(this.url) && !request.url().startsWith('blob:')) this.errors.push(request.url())
    })
  }

  async close(): Promise<void> {
    expect(this.errors).toStrictEqual([])
    await this.context.close()
  }

  open(address = '/'): Promise<unknown> {
    return this.page.goto(this.url + address)
  }

  async post(path: string, body: object = {}, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(this.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body)
    })
  }

  /** Calls as an SDK would send them. */
  calls(...batch: object[]): Promise<Response> {
    return this.post('/v1/batch', { batch }, { authorization: `Basic ${btoa('key:')}` })
  }

  faults(faults: object): Promise<Response> {
    return this.post('/_emulator/faults', faults)
  }

  async events(): Promise<{ event: string }[]> {
    return (await (await fetch(`${this.url}/_emulator/events`)).json()) as { event: string }[]
  }

  row(text: string | RegExp): Locator {
    return this.page.getByRole('row').filter({ hasText: text })
  }

  story(): Locator {
    return this.page.getByRole('article')
  }

  /** What axe calls serious or critical. */
  async seriousFindings(): Promise<string[]> {
    const script = readFileSync(join(ROOT, 'node_modules/axe-core/axe.min.js'), 'utf8')
    const { violations } = await this.page.evaluate(async (source) => {
      if (!('axe' in window)) window.eval(source)
      return axe.run()
    }, script)
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes[0].html}`)
  }
}
