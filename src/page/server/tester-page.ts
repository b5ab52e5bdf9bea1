import type { JSONObject } from '@segment/actions-core'
import { Hono } from 'hono'
import type { Context, MiddlewareHandler } from 'hono'
import { faultWords } from '../../emulator'
import type { Emulator } from '../../emulator'
import { Engine } from '../../segment/engine'
import type { Calls } from '../../segment/calls/calls'
import { BodyError, readJsonObject } from '../../segment/json-body'
import { callRoutes } from './call-routes'
import { heapRoutes } from './heap-routes'
import { HeapView } from './heap-view'
import { KeptSettings, testSettings } from './kept-settings'
import { liveStream } from './live-stream'
import { pageFiles } from './page-files'
import { matchPresets } from './preset-match'
import { eventsOf, runEvents } from './run-events'
import { runRequest } from './run-request'
import { PAGE_SAMPLES } from './samples'
import type { LiveState, PageState, PreviewResult, RunRequest, RunResult } from '../protocol'

const MAX_BODY_BYTES = 5 * 1024 * 1024

export interface TesterPageOptions {
  url: string
  settings: JSONObject
  calls: Calls
  /** Absent: events go to the real Heap, and the page cannot show what it holds. */
  emulator?: Emulator
  /** HTML that tells what to do without the page. */
  instructions: string
}

/** The page at `/` and what it asks for under `/_page`. */
export class TesterPage {
  readonly app = new Hono()
  private readonly settings: KeptSettings
  private readonly heap?: HeapView
  private readonly listeners = new Set<() => void>()
  private loads = 0
  /** Runs the same definition without sending anything. */
  private previewing: Engine

  constructor(
    private readonly options: TesterPageOptions,
    private engine: Engine
  ) {
    this.settings = new KeptSettings(options.settings)
    this.previewing = previewing(engine)
    this.heap = options.emulator && new HeapView(options.emulator, () => this.tell())
    options.calls.onChange(() => this.tell())
    this.load(engine)
    this.route()
  }

  load(engine: Engine): void {
    this.engine = engine
    this.previewing = previewing(engine)
    this.loads += 1
    this.tell()
  }

  private route(): void {
    const { app } = this
    app.onError(readableError)
    app.route('/', pageFiles(this.options.instructions))
    app.use('/_page/*', sameOrigin)
    app.get('/_page/state', (context) => context.json(this.state()))
    app.get('/_page/live', (context) => this.live(context))
    app.post('/_page/preview', async (context) => context.json(await this.preview(await this.asked(context))))
    app.post('/_page/send', async (context) => context.json(await this.send(await this.asked(context))))
    app.post('/_page/settings', async (context) => {
      const sent = await readJsonObject(context.req.raw, MAX_BODY_BYTES)
      return context.json(await testSettings(this.engine, this.settings.complete(this.engine.definition, sent)))
    })
    app.route('/_page', callRoutes(this.options.calls))
    const { emulator } = this.options
    if (this.heap && emulator) app.route('/_page', heapRoutes(this.heap, emulator))
  }

  private state(): PageState {
    const { url, emulator } = this.options
    const { definition } = this.engine
    const settings = this.settings.withoutSecrets(definition)
    const keptSettings = this.settings.secretKeys(definition)
    return { url, live: !emulator, settings, keptSettings, samples: PAGE_SAMPLES }
  }

  private live(context: Context): Response {
    return liveStream(
      context,
      () => this.liveState(),
      (listener) => {
        this.listeners.add(listener)
        return () => this.listeners.delete(listener)
      }
    )
  }

  private liveState(): LiveState {
    const { calls, emulator } = this.options
    const faults = emulator ? faultWords(emulator.faults()) : []
    return { revision: calls.revision, loads: this.loads, heap: this.heap?.state(), faults }
  }

  private async asked(context: Context): Promise<RunRequest> {
    const { definition } = this.engine
    const request = runRequest(await readJsonObject(context.req.raw, MAX_BODY_BYTES), definition)
    return { ...request, settings: this.settings.complete(definition, request.settings) }
  }

  private async preview(request: RunRequest): Promise<PreviewResult> {
    const { definition } = this.engine
    const result = await runEvents(this.previewing, request)
    return { ...result, presets: matchPresets(definition, eventsOf(request.event)) }
  }

  private async send(request: RunRequest): Promise<RunResult> {
    const { action, mapping, event } = request
    const subscription = {
      name: 'sent from the page',
      partnerAction: action,
      mapping: mapping as JSONObject,
      subscribe: ''
    }
    return runEvents(this.engine, request, (outcomes) =>
      this.options.calls.ran('page', subscription, eventsOf(event), outcomes)
    )
  }

  private tell(): void {
    this.listeners.forEach((listener) => listener())
  }
}

function previewing({ definition }: Engine): Engine {
  return new Engine({ definition, dryRun: true })
}

/** Another site's page may reach this server, but not what is kept here. A body in JSON cannot come from it unasked. */
const sameOrigin: MiddlewareHandler = async (context, next) => {
  const site = context.req.header('sec-fetch-site') ?? 'none'
  if (['same-origin', 'none'].includes(site)) return next()
  return context.json({ error: 'Only the page of this server may request this.' }, 403)
}

function readableError(error: Error, context: Context): Response {
  return context.json({ error: error.message }, error instanceof BodyError ? error.status : 500)
}
