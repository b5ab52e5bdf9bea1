import { Hono } from 'hono'
import type { Context, Handler, MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'
import type { ActionDefinition } from '@segment/actions-core'
import type { Engine } from '../engine'
import { errorBody, jsonNotFound } from '../http-errors'
import { BodyError, readJsonObject } from '../json-body'
import { redactText, secretsIn } from '../redact'
import { hasAudienceCall, runAudience, runTokenRefresh } from './tester-account'
import { fieldErrors, testerError } from './tester-error'
import { runAction, runDeletion, runDynamicField, runHook } from './tester-run'
import type { HookName, TesterCall } from './tester-run'

export interface ActionsTesterOptions<Settings> {
  engine: Engine<Settings>
  directoryName: string
  /** What `GET /manifest` shows when it is not the definition that runs. */
  manifest?: object
}

/** Segment's own local server refuses larger bodies too: it is the default of its JSON parser. */
const MAX_BODY_BYTES = 100 * 1024

/** Where Segment's hosted Actions Tester is served from. */
export const SEGMENT_APP_ORIGINS = [
  'https://app.segment.com',
  'https://eu1.app.segment.com',
  'https://app.segment.build',
  'https://eu1.app.segment.build',
  'http://localhost:8000'
]
const ALLOWED_METHODS = ['GET', 'HEAD', 'PUT', 'PATCH', 'POST', 'DELETE']

/** The server that Segment's hosted Actions Tester and `curl` talk to. It looks at no subscription: actions run as asked. */
export function actionsTester<Settings>({ engine, directoryName, manifest }: ActionsTesterOptions<Settings>): Hono {
  const app = new Hono()
  app.notFound(jsonNotFound)
  app.onError((error, c) => c.json(errorBody(error.message), error instanceof BodyError ? error.status : 500))
  const at: Route = (method, path, handler) => {
    app.use(path, allowPrivateNetwork, cors({ origin: SEGMENT_APP_ORIGINS, allowMethods: ALLOWED_METHODS }))
    app.on(method, path, handler)
  }
  at('GET', '/manifest', (c) => c.json({ ...(manifest ?? engine.definition), directoryName }))
  const post = poster(engine, at)
  accountRoutes(engine, post)
  for (const [slug, action] of Object.entries(engine.prepared.actions)) actionRoutes(engine, slug, action, post)
  return app
}

type Route = (method: 'GET' | 'POST', path: string, handler: Handler) => void
type Failed = (c: Context, error: Error, secrets: string[]) => Response
type Post<Settings> = (
  path: string,
  run: (call: TesterCall<Settings>, c: Context) => Promise<unknown>,
  failed: Failed
) => void

function poster<Settings>({ definition }: Engine<Settings>, at: Route): Post<Settings> {
  return (path, run, failed) =>
    at('POST', path, async (c) => {
      const body = await readBody(c)
      const call = (path === '/authenticate' ? { settings: body } : { settings: {}, ...body }) as TesterCall<Settings>
      try {
        return c.json(await run(call, c))
      } catch (error) {
        const secrets = secretsIn(definition, call.settings, call.auth)
        return failed(c, error instanceof Error ? error : new Error(String(error)), secrets)
      }
    })
}

function accountRoutes<Settings>(engine: Engine<Settings>, post: Post<Settings>): void {
  const { definition } = engine
  post('/authenticate', ({ settings }) => authenticate(engine, settings), badSettings)
  post('/refreshAccessToken', (call) => runTokenRefresh(engine, call), notOk)
  if (definition.onDelete) post('/delete', (call) => runDeletion(engine, call), listed)
  for (const name of ['createAudience', 'getAudience'] as const) {
    if (hasAudienceCall(definition, name)) post(`/${name}`, (call) => runAudience(engine, name, call), notOk)
  }
}

function actionRoutes<Settings>(
  engine: Engine<Settings>,
  slug: string,
  action: ActionDefinition<Settings>,
  post: Post<Settings>
): void {
  const dynamicField = (call: TesterCall<Settings>, c: Context) => runDynamicField(engine, slug, lastSegment(c), call)
  post(`/${slug}`, (call) => runAction(engine, slug, call), listed)
  // A nested field is asked for by its path, such as `products.id`
  for (const field of Object.keys(action.dynamicFields ?? {}))
    post(`/${slug}/:field{${field}(\\..+)?}`, dynamicField, serverError)
  for (const [name, hook] of Object.entries(action.hooks ?? {})) {
    post(`/${slug}/hooks/${name}`, (call) => runHook(engine, slug, name as HookName, call), serverError)
    for (const [field, { dynamic }] of Object.entries(hook.inputFields ?? {})) {
      const run = (call: TesterCall<Settings>) => runDynamicField(engine, slug, field, call, dynamic)
      if (dynamic) post(`/${slug}/hooks/${name}/dynamic/${field}`, run, serverError)
    }
  }
}

async function authenticate<Settings>(engine: Engine<Settings>, settings: Settings): Promise<{ ok: true }> {
  await engine.destination().testAuthentication(settings)
  return { ok: true }
}

/** A missing body counts as `{}`. */
async function readBody(c: Context): Promise<object> {
  const isEmpty = !c.req.raw.body || c.req.header('content-length') === '0'
  return isEmpty ? {} : readJsonObject(c.req.raw, MAX_BODY_BYTES)
}

const allowPrivateNetwork: MiddlewareHandler = async (c, next) => {
  const asked = c.req.header('access-control-request-private-network') === 'true'
  if (asked && SEGMENT_APP_ORIGINS.includes(c.req.header('origin') ?? '')) {
    c.header('Access-Control-Allow-Private-Network', 'true')
  }
  await next()
}

const lastSegment = (c: Context): string => decodeURIComponent(c.req.path.split('/').pop() ?? '')

const listed: Failed = (c, error, secrets) => c.json([testerError(error, secrets)])

const serverError: Failed = (c, error, secrets) => c.json([testerError(error, secrets)], 500)

const notOk: Failed = (c, error, secrets) => c.json({ ok: false, error: redactText(error.message, secrets) }, 400)

const badSettings: Failed = (c, error, secrets) =>
  c.json({ ok: false, error: redactText(error.message, secrets), fields: fieldErrors(error) ?? {} })
