import { AsyncLocalStorage } from 'node:async_hooks'
import type { DestinationDefinition, JSONObject } from '@segment/actions-core'
import { Hono } from 'hono'
import type { Context, MiddlewareHandler } from 'hono'
import { HEAP_ORIGINS } from '../destinations/heap/heap-client'
import type { Emulator } from '../emulator'
import { actionsTester } from '../segment/actions-tester'
import { redirectRequests } from '../segment/redirect'
import type { Origins } from '../segment/redirect'
import type { SegmentMessage } from '../segment/message'
import { trackingApi } from '../segment/tracking-api'
import type { CallLog } from './call-log'
import { Deliveries } from './deliveries'
import { localHostOnly } from './local-server'
import { TesterPage } from './page/tester-page'
import type { LoadedDefinition } from './page/tester-page'

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
  /** HTML for whoever cannot see the page at `/`. */
  instructions: string
  log: CallLog
}

interface Refusal {
  status: 401 | 503
  message: string
}

const STOPPING: Refusal = { status: 503, message: 'the server is stopping; nothing was accepted' }

/** A local Segment in front of a destination, and the Heap it sends to, as one application. */
export class Pipeline {
  readonly app = new Hono()
  private readonly deliveries: Deliveries
  private readonly requests = new AsyncLocalStorage<{ refusal?: Refusal }>()
  private tester = new Hono()
  private page?: TesterPage
  private loads = 0
  private stopping = false

  constructor(private readonly options: PipelineOptions) {
    const { settings, log } = options
    this.deliveries = new Deliveries({ settings, log, onOutcome: (outcome) => this.page?.outcome(outcome) })
    this.load(options.definition)
    this.route()
  }

  /**
   * Replaces the definition, for what is accepted from now on. Throws, and keeps the one before, when it cannot be used.
   */
  load(manifest: DestinationDefinition): void {
    const { directoryName, emulator, url, log } = this.options
    const origins: Origins = emulator ? { [HEAP_ORIGINS.US]: url, [HEAP_ORIGINS.EU]: `${url}/eu` } : {}
    const renamed = { ...manifest, name: schemaName(manifest.name, ++this.loads) }
    const definition = redirectRequests(renamed, origins, (exchange) => log.exchange(exchange))
    const tester = actionsTester({ definition, directoryName, manifest })
    this.deliveries.replace(definition, manifest.name)
    this.tester = tester
    this.showPage({ definition: renamed, sending: definition })
  }

  /** Accepts nothing more, delivers what was accepted, and returns what is left after `timeoutMs`. */
  async stop(timeoutMs: number): Promise<SegmentMessage[]> {
    this.stopping = true
    return this.deliveries.stop(timeoutMs)
  }

  private route(): void {
    const { emulator } = this.options
    this.app.use(localHostOnly)
    if (this.page) this.app.route('/', this.page.app)
    this.app.use('/v1/*', this.withRefusals)
    this.app.route('/', trackingApi({ accept: (messages, { writeKey }) => this.accept(messages, writeKey) }))
    if (emulator) this.app.route('/', emulator.app)
    this.app.notFound(async (context) =>
      this.stopping ? refused(context, STOPPING) : this.tester.fetch(context.req.raw)
    )
  }

  private showPage(loaded: LoadedDefinition): void {
    if (this.page) this.page.load(loaded)
    else this.page = new TesterPage(this.options, loaded)
  }

  private accept(messages: SegmentMessage[], writeKey: string): boolean {
    const request = this.requests.getStore()
    if (request) request.refusal = this.refusalFor(writeKey)
    const accepted = !request?.refusal && this.deliveries.enqueue(messages)
    if (accepted) this.page?.accepted(messages)
    return accepted
  }

  private refusalFor(writeKey: string): Refusal | undefined {
    if (this.stopping) return STOPPING
    const known = this.options.writeKey ?? writeKey
    return writeKey === known
      ? undefined
      : { status: 401, message: 'unknown write key; the server accepts another one' }
  }

  /** The Tracking API knows one reason to accept nothing, a full queue; here are two more. */
  private readonly withRefusals: MiddlewareHandler = async (context, next) => {
    const request: { refusal?: Refusal } = {}
    await this.requests.run(request, next)
    if (request.refusal) {
      context.res = refused(context, request.refusal)
      if (request.refusal.status === 401) context.res.headers.delete('Retry-After')
    }
    if (context.res.status >= 400) await this.logRefusal(context)
  }

  private async logRefusal({ req, res }: Context): Promise<void> {
    const body = (await res
      .clone()
      .json()
      .catch(() => ({}))) as { error?: { message?: string } }
    this.options.log.refusal(req.method, req.path, res.status, body.error?.message ?? '')
  }
}

function refused(context: Context, { status, message }: Refusal): Response {
  return context.json({ success: false, error: { message } }, status)
}

/**
 * Core keeps the schemas of a definition under its name for as long as the process lives, so each load needs a name of
 * its own; and it must look like a URI scheme, or fast-uri refuses it.
 */
function schemaName(name: string, load: number): string {
  const plain = name.replace(/[^A-Za-z0-9]+/g, '-').replace(/^[^A-Za-z]+|-+$/g, '') || 'Destination'
  return load === 1 ? plain : `${plain}-${load}`
}
