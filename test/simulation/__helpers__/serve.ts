import type { DestinationDefinition } from '@segment/actions-core'
import definition from '../../../src/destinations/heap'
import { AcceptedMessages } from '../../../src/segment/calls/accepted-messages'
import { Calls } from '../../../src/segment/calls/calls'
import type { CallChange } from '../../../src/segment/calls/calls'
import { Engine } from '../../../src/segment/engine'
import { QUEUE_FULL, trackingApi } from '../../../src/segment/tracking-api'
import { Deliveries } from '../../../src/server/deliveries'
import { accountOf } from '../../../src/store/account'
import { Store } from '../../../src/store/store'
import type { Database } from '../../../src/store/sublevel'

const SETTINGS = { appId: '11' }

/** One life of the local Segment: what `serve` puts together, without its port and its page. */
export class Serve {
  private constructor(
    private readonly deliveries: Deliveries,
    private readonly api: ReturnType<typeof trackingApi>,
    private readonly accepted: AcceptedMessages,
    /** False while writes fail. */
    readonly keeps: () => boolean
  ) {}

  static async start(database: Database, rich: boolean, onChange: (change: CallChange) => void): Promise<Serve> {
    let isOut = false
    const store = new Store(database, {
      account: await accountOf(database),
      reopen: () => accountOf(database),
      onOutage: (problem) => (isOut = problem !== undefined),
      close: () => Promise.resolve()
    })
    const calls = await Calls.in(store)
    calls.onChange(onChange)
    const deliveries = new Deliveries({ settings: SETTINGS, calls, note: () => undefined })
    deliveries.replace(rich ? RICH : PLAIN, 'Heap')
    const accept: Parameters<typeof trackingApi>[0]['accept'] = async (messages) => {
      const isTaken = await deliveries
        .enqueue({ via: 'tracking API', at: Date.now() }, messages)
        .catch((error: Error) => error)
      if (isTaken instanceof Error) return { status: 503, message: isTaken.message }
      return isTaken ? undefined : QUEUE_FULL
    }
    await deliveries.resume()
    return new Serve(deliveries, trackingApi({ accept }), new AcceptedMessages(store), () => !isOut)
  }

  async receive(body: string): Promise<{ status: number; body: unknown }> {
    const headers = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }
    const answer = await this.api.request('/v1/batch', { method: 'POST', body, headers })
    return { status: answer.status, body: await answer.json() }
  }

  pending(): number {
    return this.deliveries.pending()
  }

  /** Calls that the next life would deliver. */
  async waiting(): Promise<number> {
    let waiting = 0
    for await (const { routes } of this.accepted.all()) if (routes.length > 0) waiting++
    return waiting
  }
}

/** The fields that are empty by default, and that an event or a user can have. */
const RICH_FIELDS: Record<string, Record<string, unknown>> = {
  trackEvent: { traits: { '@path': '$.context.traits' } },
  identifyUser: { heap_user_id: { '@path': '$.context.heapUser' } }
}

// Built once: core keeps the schemas of a definition under its name.
const PLAIN = new Engine({ definition: definition as DestinationDefinition<unknown> })
const RICH = new Engine({ definition: withRichMappings(definition as DestinationDefinition<unknown>) })

function withRichMappings(plain: DestinationDefinition<unknown>): DestinationDefinition<unknown> {
  const presets = plain.presets?.map((preset) => {
    if (preset.type !== 'automatic') return preset
    return { ...preset, mapping: { ...preset.mapping, ...RICH_FIELDS[preset.partnerAction] } }
  })
  return { ...plain, presets } as DestinationDefinition<unknown>
}
