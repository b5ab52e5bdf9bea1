import type { Browser } from 'playwright-core'
import { endAll, Running } from '../../cli/__helpers__/command-line'
import { freePair } from '../../cli/__helpers__/ports'
import { launch } from './chromium'
import { openPage } from './page-with-analytics'
import type { AnalyticsPage, PageOptions } from './page-with-analytics'

export interface User {
  identity: string | null
  anonymous_ids: string[]
  properties: Record<string, unknown>
}

export interface StoredEvent {
  event: string
  identity: string | null
  user_id: string | null
  anonymous_id: string | null
  session_id: string | null
  /** `heap.js`, or the path that was posted to. */
  endpoint: string
  properties: Record<string, unknown>
}

/** Analytics.js as the functions that run in a page know it. */
export interface PageAnalytics {
  track(event: string, properties?: object, options?: object): Promise<unknown>
  identify(...userIdAndTraits: unknown[]): Promise<unknown>
  page(name: string): Promise<unknown>
  reset(): unknown
  setAnonymousId(id: string): unknown
  register(...plugins: unknown[]): Promise<unknown>
  user(): Promise<{ anonymousId(): string }>
}

/** A browser and a served pipeline for the tests of one file. */
export class Pipeline {
  browser!: Browser
  url = ''
  private server?: Running
  private readonly opened: AnalyticsPage[] = []

  async start(mode: 'cloud' | 'device' | 'both'): Promise<void> {
    this.browser = await launch()
    const port = String(await freePair())
    this.server = new Running(['serve', '--mode', mode, '--noUI', '--no-rate-limits', '--port', port])
    this.url = await this.server.url()
  }

  async stop(): Promise<void> {
    await this.browser?.close()
    await endAll()
  }

  async reset(): Promise<void> {
    await fetch(`${this.url}/_segment/reset`, { method: 'POST' })
  }

  async open(options?: PageOptions): Promise<AnalyticsPage> {
    const page = await openPage(this.browser, this.url, options)
    this.opened.push(page)
    return page
  }

  /** Fails when a page threw, or asked another host than this. */
  async closePages(): Promise<void> {
    for (const page of this.opened.splice(0)) {
      expect(page.errors).toStrictEqual([])
      await page.close()
    }
  }

  async users(): Promise<User[]> {
    return (await (await fetch(`${this.url}/_emulator/users`)).json()) as User[]
  }

  async events(): Promise<StoredEvent[]> {
    return (await (await fetch(`${this.url}/_emulator/events`)).json()) as StoredEvent[]
  }

  async customEvents(): Promise<StoredEvent[]> {
    return (await this.events()).filter(({ properties }) => properties.autocaptured !== true)
  }

  /** Returns once the Tracking API has passed over that many calls, because they are the page's to deliver. */
  async passedOver(count: number): Promise<void> {
    await until(async () => {
      const { headers } = await fetch(`${this.url}/_segment/calls?outcome=unmatched&limit=1`)
      return Number(headers.get('x-total-count')) >= count
    })
  }

  /** A call of a server, as its SDK would post it. */
  async track(message: object): Promise<void> {
    const { status } = await fetch(`${this.url}/v1/track`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa('key:')}` },
      body: JSON.stringify({ ...message, context: { library: { name: 'server' } } })
    })
    expect(status).toBe(200)
  }

  arrivedEvents(count: number): Promise<StoredEvent[]> {
    return until(async () => {
      const events = await this.customEvents()
      return events.length >= count && events
    })
  }
}

/** Asks until there is an answer; the test's own time limit ends it. */
export async function until<Result>(look: () => Promise<Result | undefined | false>): Promise<Result> {
  for (;;) {
    const result = await look()
    if (result) return result
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
