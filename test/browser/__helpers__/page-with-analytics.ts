import { readFileSync } from 'fs'
import { join } from 'path'
import type { Browser, BrowserContext, Page, Route } from 'playwright-core'
import { ROOT } from '../../cli/__helpers__/command-line'

/** How heap.js answers, wherever a page asks for it. */
export type HeapJs = 'loads' | 'refused' | 'missing' | 'silent' | 'throwing' | Promise<unknown>

export interface PageOptions {
  heapJs?: HeapJs
  /** Laid over the settings that the connection has. */
  settings?: Record<string, unknown>
  /** Laid over the `integrations` of the settings CDN. Segment's own names each destination there. */
  integrations?: Record<string, unknown>
  /** Script of the page, before anything of Segment. */
  script?: string
  /** The path of the example shop instead of an empty page, e.g. `/example?heap=late`. */
  shop?: string
  /** Content-Security-Policy of the shop. */
  csp?: string
}

export interface AnalyticsPage {
  page: Page
  /** URLs of heap.js that were asked for. */
  heapJsRequests: string[]
  warnings: string[]
  errors: string[]
  close(): Promise<void>
}

const bundle = join(ROOT, 'dist/heap-web.js')
const analyticsNext = join(ROOT, 'node_modules/@segment/analytics-next/dist/umd/index.js')

/** A page of the server with Analytics.js loaded from its CDN as `analytics`, and heap-web as it is published. */
export async function openPage(browser: Browser, url: string, options: PageOptions = {}): Promise<AnalyticsPage> {
  const context = await browser.newContext()
  const opened = await observed(context, url, options)
  if (options.shop) {
    await opened.page.goto(url + options.shop)
    return opened
  }
  await opened.page.goto(`${url}/blank`)
  await opened.page.addScriptTag({ path: analyticsNext })
  await opened.page.evaluate(loadAnalytics, url)
  return opened
}

declare const AnalyticsNext: { AnalyticsBrowser: { load(settings: { writeKey: string; cdnURL: string }): unknown } }

/** Runs in the page. The promise is not awaited: calls may come before anything has loaded. */
function loadAnalytics(cdnURL: string): void {
  const loadAnother = () => AnalyticsNext.AnalyticsBrowser.load({ writeKey: 'test', cdnURL })
  Object.assign(window, { loadAnother, analytics: loadAnother() })
}

async function observed(context: BrowserContext, url: string, options: PageOptions): Promise<AnalyticsPage> {
  const page = await context.newPage()
  const opened: AnalyticsPage = { page, heapJsRequests: [], warnings: [], errors: [], close: () => context.close() }
  page.on('pageerror', (error) => opened.errors.push(error.message))
  page.on('console', (message) => message.type() === 'warning' && opened.warnings.push(message.text()))
  await context.route('**/*', (route) => foreign(route, url, opened))
  await context.route(`${url}/blank`, (route) =>
    route.fulfill({ contentType: 'text/html', body: blank(options.script) })
  )
  // Where the published Analytics.js looks for the parts of itself that not every page needs.
  await context.route('https://cdn.segment.com/analytics-next/bundles/*', async (route) => {
    const response = await fetch(url + new URL(route.request().url()).pathname)
    await route.fulfill({ contentType: 'text/javascript', body: await response.text() })
  })
  await context.route(`${url}/example*`, (route) => withPolicy(route, options.csp))
  await context.route(`${url}/heap-web.js`, (route) =>
    route.fulfill({ contentType: 'text/javascript', body: readFileSync(bundle, 'utf8') })
  )
  await context.route('**/v1/projects/*/settings', (route) => changedSettings(route, options))
  await context.route(/\/heap_config\.js$|\/js\/heap-[0-9]+\.js$/, async (route) => {
    opened.heapJsRequests.push(route.request().url())
    await answerHeapJs(route, url, options.heapJs ?? 'loads')
  })
  return opened
}

function blank(script = ''): string {
  return `<!doctype html><title>Test</title><script>${script}</script><p>Test</p>`
}

async function foreign(route: Route, url: string, opened: AnalyticsPage): Promise<void> {
  if (route.request().url().startsWith(url)) return route.continue()
  opened.errors.push(`request to ${route.request().url()}`)
  return route.abort()
}

async function withPolicy(route: Route, csp?: string): Promise<void> {
  if (!csp) return route.fallback()
  const response = await route.fetch()
  return route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': csp } })
}

async function changedSettings(route: Route, { settings: changes, integrations }: PageOptions): Promise<void> {
  const response = await route.fetch()
  const settings = (await response.json()) as { integrations: object; remotePlugins: { settings: object }[] }
  for (const plugin of settings.remotePlugins) Object.assign(plugin.settings, changes)
  Object.assign(settings.integrations, integrations)
  await route.fulfill({ response, json: settings })
}

async function answerHeapJs(route: Route, url: string, heapJs: HeapJs): Promise<void> {
  if (heapJs === 'silent') return
  if (heapJs === 'refused') return route.abort('connectionrefused')
  if (heapJs === 'missing') return route.fulfill({ status: 404, body: 'not found' })
  if (heapJs === 'throwing') {
    return route.fulfill({ contentType: 'text/javascript', body: 'throw new Error("heap.js is broken")' })
  }
  await heapJs
  const body = await (await fetch(`${url}/config/11/heap_config.js`)).text()
  await route.fulfill({ contentType: 'text/javascript', body })
}
