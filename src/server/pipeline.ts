import type { DestinationDefinition, JSONObject } from '@segment/actions-core'
import { Hono } from 'hono'
import type { Context, MiddlewareHandler } from 'hono'
import partition from 'lodash/partition'
import type { Emulator } from '../emulator'
import { errorBody } from '../segment/http-errors'
import { actionsTester } from '../segment/tester/actions-tester'
import type { Calls } from '../segment/calls/calls'
import { callsApi } from '../segment/calls/calls-api'
import { isDeliveredInCloud } from '../segment/connection'
import type { ConnectionMode } from '../segment/connection'
import { Engine } from '../segment/engine'
import { toEmulator } from '../segment/redirect'
import type { Origins } from '../segment/redirect'
import type { SegmentMessage } from '../segment/message'
import { nestingProblem } from '../segment/nesting'
import type { Arrival } from '../segment/calls/open-call'
import { settingsCdn } from '../segment/settings-cdn'
import type { SettingsCdnOptions } from '../segment/settings-cdn'
import { QUEUE_FULL, trackingApi } from '../segment/tracking-api'
import type { Refusal, Rejected } from '../segment/tracking-api'
import type { CallLog } from './call-log'
import { Deliveries } from './deliveries'
import { exampleSite } from './example-site'
import { noForeignWrites, noSniffing } from './cross-origin'
import { localHostOnly } from './listen'
import { TesterPage } from '../page/server/tester-page'

export interface PipelineOptions {
  /** Where the pipeline is served: its destination sends to the emulator below it. */
  url: string
  definition: DestinationDefinition
  directoryName: string
  settings: JSONObject
  /** Only this write key is accepted. Default: any. */
  writeKey?: string
  /** Absent: requests go to the real Heap. */
  emulator?: Emulator
  /** Where requests go instead. Default: Heap's origins to the emulator, if there is one. */
  origins?: Origins
  mode: ConnectionMode
  /** What pages are given by Segment's CDN. */
  cdn: SettingsCdnOptions
  /** The record of what becomes of them. */
  calls: Calls
  /** HTML for whoever cannot see the page at `/`. */
  instructions: (url: string) => string
  log: CallLog
}

const STOPPING: Refusal = { status: 503, message: 'the server is stopping; nothing was accepted' }
/** As on a full disk. */
function notKept({ message }: Error): Refusal {
  return { status: 503, message: `nothing was accepted: ${message}`, retryAfterSeconds: 1 }
}

const UNKNOWN_WRITE_KEY = {
  status: 401,
  message: 'unknown write key; send the one that serve was started with (--write-key)'
} as const

/** A local Segment in front of a destination, and the Heap it sends to, as one application. */
export class Pipeline {
  readonly app = new Hono()
  private readonly deliveries: Deliveries
  private tester = new Hono()
  private page?: TesterPage
  private loads = 0
  private stopping = false

  constructor(private readonly options: PipelineOptions) {
    const { settings, log, calls } = options
    this.deliveries = new Deliveries({ settings, calls, note: (line) => log.note(line) })
    calls.onChange((change) => log.call(change))
    this.load(options.definition)
    this.route()
  }

  /**
   * Replaces the definition, for what is accepted from now on. Throws, and keeps the one before, when it cannot be used.
   */
  load(manifest: DestinationDefinition): void {
    const { directoryName, emulator, url, origins = emulator && toEmulator(url) } = this.options
    const renamed = { ...manifest, name: schemaName(manifest.name, ++this.loads) }
    const engine = new Engine({ definition: renamed, origins })
    const tester = actionsTester({ engine, directoryName, manifest })
    this.deliveries.replace(engine, manifest.name)
    this.tester = tester
    this.showPage(engine)
  }

  /** Delivers what an earlier run has left; returns how many calls that are. */
  resume(): Promise<number> {
    return this.deliveries.resume()
  }

  /** Sends what waits at once; returns how many calls still wait after `timeoutMs`. */
  idle(timeoutMs: number): Promise<number> {
    return this.deliveries.idle(timeoutMs)
  }

  /** Forgets all calls, those that wait too, and what the emulator holds. */
  async reset(): Promise<void> {
    await this.deliveries.clear()
    this.options.emulator?.reset()
  }

  /** Accepts nothing more, delivers what was accepted, and returns how many calls are left after `timeoutMs`. */
  async stop(timeoutMs: number): Promise<number> {
    this.stopping = true
    return this.deliveries.stop(timeoutMs)
  }

  private route(): void {
    const { emulator } = this.options
    this.app.use(noSniffing, localHostOnly, noForeignWrites)
    if (this.page) this.app.route('/', this.page.app)
    this.app.route('/', exampleSite())
    this.app.route('/', settingsCdn(this.options.cdn))
    this.app.route('/', this.readBack())
    this.app.use('/v1/*', this.logRefusals)
    this.app.route(
      '/',
      trackingApi({
        accept: (messages, { writeKey }) => this.accept(messages, writeKey),
        onRejected: (rejected, { writeKey }) => this.reject(rejected, writeKey)
      })
    )
    if (emulator) this.app.route('/', emulator.app)
    this.app.notFound(async (context) =>
      this.stopping ? context.json(errorBody(STOPPING.message), STOPPING.status) : this.tester.fetch(context.req.raw)
    )
  }

  private showPage(engine: Engine): void {
    if (this.page) this.page.load(engine)
    else
      this.page = new TesterPage({ ...this.options, instructions: this.options.instructions(this.options.url) }, engine)
  }

  private readBack(): Hono {
    return callsApi({
      calls: this.options.calls,
      idle: (timeoutMs) => this.idle(timeoutMs),
      replay: (numbers, isAsked) => this.deliveries.replay(numbers, isAsked),
      reset: () => this.reset()
    })
  }

  private async accept(messages: SegmentMessage[], writeKey: string): Promise<Refusal | undefined> {
    const { calls, mode } = this.options
    if (this.stopping) return STOPPING
    if (writeKey !== (this.options.writeKey ?? writeKey)) {
      const { status, message: reason } = UNKNOWN_WRITE_KEY
      this.reject(
        messages.map((value) => ({ value, status, reason })),
        writeKey
      )
      return UNKNOWN_WRITE_KEY
    }
    const [inCloud, onPage] = partition(messages, (message) => isDeliveredInCloud(mode, message))
    const arrival = arrivalOf(writeKey)
    const taken = await this.deliveries.enqueue(arrival, inCloud).catch(notKept)
    if (typeof taken === 'object') return taken
    if (!taken) return QUEUE_FULL
    if (onPage.length === 0) return undefined
    const unmatched = `the page delivers it: mode ${mode}`
    await calls.accept(
      arrival,
      onPage.map((message) => ({ ...calls.numbered(message), routes: [], unmatched }))
    )
    return undefined
  }

  private reject(rejected: Rejected[], writeKey: string | undefined): void {
    for (const { value, status, reason } of rejected) {
      const kept = nestingProblem(value, 'it') === undefined ? value : null
      this.options.calls.reject(arrivalOf(writeKey), kept, status, reason)
    }
  }

  private readonly logRefusals: MiddlewareHandler = async (context, next) => {
    await next()
    const { status } = context.res
    const isNotKept = status === 503 && !this.stopping
    // What is refused for good is a call of its own; of a store that keeps nothing, it is told once.
    if (![200, 204, 400, 401].includes(status) && !isNotKept) await this.logRefusal(context)
  }

  private async logRefusal({ req, res }: Context): Promise<void> {
    const body = (await res
      .clone()
      .json()
      .catch(() => ({}))) as { error?: { message?: string } }
    this.options.log.refusal(req.method, req.path, res.status, body.error?.message ?? '')
  }
}

function arrivalOf(writeKey: string | undefined): Arrival {
  return { via: 'tracking API', at: Date.now(), writeKey: writeKey?.slice(-4) }
}

/**
 * Core keeps the schemas of a definition under its name for as long as the process lives, so each load needs a name of
 * its own; and it must look like a URI scheme, or fast-uri refuses it.
 */
function schemaName(name: string, load: number): string {
  const plain = name.replace(/[^A-Za-z0-9]+/g, '-').replace(/^[^A-Za-z]+|-+$/g, '') || 'Destination'
  return load === 1 ? plain : `${plain}-${load}`
}
