import type { Socket } from 'node:net'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Context, Handler, Hono } from 'hono'
import type { DeletionApi } from './deletion'
import type { Region } from './environment'
import { settle } from './exchange'
import type { FaultDealer, Strike } from './faults'
import { heapJsSource } from './heap-js'
import { INGESTION, VISITOR_PATH } from './ingestion'
import { MAX_BODY_BYTES, MAX_VISITOR_BYTES } from './limits'
import type { RateLimits } from './rate-limits'
import { toResponse } from './reply'
import type { Reply } from './reply'
import type { RecordedRequest, RequestLog } from './request-log'
import { appIdOf, listOf, readBody, tooLarge } from './sent-body'
import type { SentBody } from './sent-body'
import type { Store } from './store'

/** What the routes work on. */
export interface Heap {
  store: Store
  log: RequestLog
  faults: FaultDealer
  deletion: DeletionApi
  /** Absent: no rate limits. */
  limits?: RateLimits
  now(): number
  onRequest(request: RecordedRequest): void
}

interface Route {
  method: 'GET' | 'POST'
  region: Region
  /** Without the region. */
  path: string
  answer(json: unknown, context: Context): Reply | Promise<Reply>
}

const PREFIX: Record<Region, string> = { US: '', EU: '/eu' }

/** Heap's API: ingestion at the root (US) and under /eu; the deletion API at the root alone, as Heap documents it. */
export function serveHeap(app: Hono, heap: Heap): void {
  for (const region of ['US', 'EU'] as const) {
    for (const [path, ingest] of Object.entries(INGESTION)) {
      const answer = (sent: unknown) => ingest({ sent, region, store: heap.store, limits: heap.limits })
      serve(app, heap, { method: 'POST', region, path, answer })
    }
  }
  serveHeapJs(app)
  for (const route of deletionRoutes(heap.deletion)) serve(app, heap, { region: 'US', ...route })
}

/** heap.js, at the paths that Heap's CDNs have, the second for the classic SDK: it posts to the host that it came from. */
const HEAP_JS_PATHS = ['/config/:appId{[0-9]+}/heap_config.js', '/js/:name{heap-[0-9]+\\.js}']

function serveHeapJs(app: Hono): void {
  for (const prefix of Object.values(PREFIX)) {
    for (const path of HEAP_JS_PATHS) app.get(prefix + path, (context) => heapJs(context, prefix))
  }
}

function heapJs(context: Context, prefix: string): Response {
  const [appId] = /[0-9]+/.exec(context.req.path.slice(prefix.length)) ?? []
  const collectUrl = new URL(prefix + VISITOR_PATH, context.req.url).href
  return context.body(heapJsSource({ appId: appId ?? '', collectUrl }), 200, {
    'Content-Type': 'text/javascript; charset=utf-8',
    'Cache-Control': 'no-store'
  })
}

function deletionRoutes(deletion: DeletionApi): Omit<Route, 'region'>[] {
  const base = '/api/public/v0'
  const authorization = (context: Context) => context.req.header('authorization')
  return [
    {
      method: 'POST',
      path: `${base}/auth_token`,
      answer: (_json, context) => deletion.issueToken(authorization(context))
    },
    {
      method: 'POST',
      path: `${base}/user_deletion`,
      answer: (json, context) => deletion.request(authorization(context), json)
    },
    {
      method: 'GET',
      path: `${base}/deletion_status/:id`,
      answer: (_json, context) => deletion.status(authorization(context), context.req.param('id') ?? '')
    }
  ]
}

function serve(app: Hono, heap: Heap, route: Route): void {
  const path = PREFIX[route.region] + route.path
  app.on(route.method, path, handler(heap, route, path))
  app.all(path, (context) => {
    const error = `${context.req.method} is not allowed here, only ${route.method}`
    return context.json({ error }, 405, { Allow: route.method })
  })
}

function handler(heap: Heap, route: Route, path: string): Handler {
  return async (context) => {
    const maxBytes = route.path === VISITOR_PATH ? MAX_VISITOR_BYTES : MAX_BODY_BYTES
    const sent = await readBody(context, maxBytes)
    if (!sent) return context.json(tooLarge(maxBytes), 413)
    const strike = heap.faults.strike(path)
    const record = heap.log.add({ ...observed(heap, route, sent), fault: nameOf(strike) })
    const reply = await settle(sent, heap.faults.for(path), strike, (json) => route.answer(json, context))
    record.accepted = reply !== undefined && reply.status < 300
    record.dropped = reply?.dropped ?? []
    const answered = strike && 'reset' in strike ? undefined : reply
    if (answered) Object.assign(record, { status: answered.status, response: withoutToken(answered.body) })
    heap.onRequest(record)
    return answered ? toResponse(answered) : cut(context)
  }
}

/** Anyone who reads the requests back could use it. */
function withoutToken(body: Reply['body']): Reply['body'] {
  return typeof body === 'object' && 'access_token' in body ? { ...body, access_token: '<redacted>' } : body
}

function observed(
  heap: Heap,
  { method, region, path }: Route,
  sent: SentBody
): Omit<RecordedRequest, 'number' | 'fault' | 'body'> & { text: string } {
  return {
    received_at: new Date(heap.now()).toISOString(),
    method,
    region,
    path,
    app_id: appIdOf(sent.json) ?? null,
    items: listOf(sent.json)?.items.length ?? 0,
    bytes: Buffer.byteLength(sent.text),
    text: sent.text,
    status: null,
    response: null,
    accepted: false,
    dropped: []
  }
}

function nameOf(strike: Strike): string | null {
  if (!strike) return null
  return 'reset' in strike ? `reset-${strike.reset}` : String(strike.status)
}

/** Resets the connection. Without one, as when the app is called in process, a network error stands for it. */
function cut(context: Context): Response {
  const { incoming } = Object(context.env) as { incoming?: { socket: Socket } }
  if (!incoming) return Response.error()
  incoming.socket.resetAndDestroy()
  return RESPONSE_ALREADY_SENT
}
