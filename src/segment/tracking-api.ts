import { Hono } from 'hono'
import type { Context } from 'hono'
import { cors } from 'hono/cors'
import { errorBody } from './http-errors'
import { BodyError, readJson } from './json-body'
import { isJsonObject } from './json-object'
import { MEMORY_PER_JSON_BYTE, MESSAGE_TYPES, parseMessage } from './message'
import type { Arrival, MessageType, SegmentMessage } from './message'
import { nestingProblem } from './nesting'

/** @see https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/#max-request-size */
export const MAX_BATCH_BYTES = 500 * 1024
export const MAX_MESSAGE_BYTES = 32 * 1024
const MAX_LISTED_REFUSALS = 20

/** Memory for what the messages of a batch share, counted for each of them: a small request could become a huge one. */
const MAX_SHARED_BYTES = 8 * 1024 * 1024

/** A page's retries carry `X-Retry-Count`, and it may read `Retry-After` only when told so. */
const ANY_PAGE = {
  origin: '*',
  allowMethods: ['POST'],
  allowHeaders: ['content-type', 'authorization', 'x-retry-count'],
  exposeHeaders: ['retry-after']
}

export interface TrackingApiOptions {
  /** Takes all the messages or, by returning why not, none. */
  accept: (messages: SegmentMessage[], context: { writeKey: string }) => Promise<Refusal | undefined>
  /** Called with what was refused for good: a message, or the whole body where that is at fault. */
  onRejected?: (rejected: Rejected[], context: { writeKey?: string }) => void
  now?: () => Date
}

export interface Rejected {
  /** As it was sent; null for a body that cannot be read. */
  value: unknown
  status: 400 | 401
  reason: string
}

/** Why nothing of a request was accepted. Clients send again after a 429 or 503, never after a 401. */
export interface Refusal {
  status: 401 | 429 | 503
  message: string
  /** Sent as `Retry-After`. */
  retryAfterSeconds?: number
}

export const QUEUE_FULL: Refusal = {
  status: 429,
  message: 'the queue is full and nothing was accepted; send the request again',
  retryAfterSeconds: 1
}

interface Refused {
  index?: number
  message: string
  value: unknown
}

/** Analytics.js sends to the first letter of the type. */
const SHORT_ROUTES: Record<string, MessageType> = {
  i: 'identify',
  t: 'track',
  p: 'page',
  s: 'screen',
  g: 'group',
  a: 'alias'
}

/**
 * Segment's HTTP Tracking API under `/v1`. Answers 200 `{success: true}`, or `{success: false, error: {message, refused?}}`
 * with 400 (the good messages of a batch are accepted all the same), 401 without a write key, or what `accept` answers.
 */
export function trackingApi({ accept, onRejected = () => {}, now = () => new Date() }: TrackingApiOptions): Hono {
  const app = new Hono().basePath('/v1')
  app.use('*', cors(ANY_PAGE))
  const rejectAll = (c: Context, status: 400 | 401, reason: string, value: unknown) => {
    onRejected([{ value, status, reason }], {})
    return refuse(c, status, reason)
  }
  app.onError((error, c) =>
    error instanceof BodyError
      ? rejectAll(c, 400, describe(error), null)
      : refuse(c, 500, `unexpected error: ${error.message}`)
  )

  const receive = async (c: Context, toParts: (body: Record<string, unknown>) => Parts) => {
    const body = await readJson(c.req.raw, MAX_BATCH_BYTES)
    if (!isJsonObject(body)) return rejectAll(c, 400, 'the body must be a JSON object', body)
    const writeKey = basicUser(c.req.header('authorization')) ?? nonEmptyString(body.writeKey)
    if (!writeKey)
      return rejectAll(
        c,
        401,
        'no write key; send it as the user of Basic authentication or as writeKey in the body',
        body
      )
    const parts = toParts(body)
    if ('problem' in parts) return rejectAll(c, 400, parts.problem, body)
    const { messages, refused } = sort(
      parts.values,
      { type: parts.type, receivedAt: now(), sentAt: body.sentAt },
      parts.inBatch
    )
    const refusal = messages.length > 0 ? await accept(messages, { writeKey }) : undefined
    if (refusal) return nothingAccepted(c, refusal)
    if (refused.length === 0) return c.json({ success: true })
    onRejected(
      refused.map(({ value, message }) => ({ value, status: 400, reason: message })),
      { writeKey }
    )
    return refuse(c, 400, summary(refused, messages.length), refused)
  }

  for (const [path, type] of singleRoutes())
    app.post(path, (c) => receive(c, (body) => ({ values: [body], type, inBatch: false })))
  app.on('POST', ['/batch', '/import', '/b'], (c) => receive(c, batchParts))
  app.post('/m', (c) => c.json({ success: true }))
  return app
}

type Parts = { values: unknown[]; inBatch: boolean; type?: MessageType } | { problem: string }

function singleRoutes(): [string, MessageType][] {
  const long = MESSAGE_TYPES.map((type): [string, MessageType] => [`/${type}`, type])
  const short = Object.entries(SHORT_ROUTES).map(([letter, type]): [string, MessageType] => [`/${letter}`, type])
  return [...long, ...short]
}

function batchParts(body: Record<string, unknown>): Parts {
  const { batch, context, integrations } = body
  if (!Array.isArray(batch)) return { problem: 'batch must be an array of messages' }
  const shared = Object.entries({ context, integrations }).filter(([, value]) => value !== undefined && value !== null)
  const wrong = shared.find(([, value]) => !isJsonObject(value))
  if (wrong) return { problem: `${wrong[0]} of the batch must be a JSON object` }
  const tooDeep = nestingProblem(shared, 'the batch')
  if (tooDeep !== undefined) return { problem: tooDeep }
  if (jsonBytes(Object.fromEntries(shared)) * MEMORY_PER_JSON_BYTE * batch.length > MAX_SHARED_BYTES) {
    return { problem: 'context and integrations of the batch are too large for so many messages; send fewer at once' }
  }
  return { values: batch.map((message: unknown) => withShared(message, shared)), inBatch: true }
}

/** The `context` and `integrations` of a batch count for each of its messages, whose own entries win. */
function withShared(message: unknown, shared: [string, unknown][]): unknown {
  if (!isJsonObject(message) || shared.length === 0) return message
  const merged = { ...message }
  for (const [name, value] of shared) {
    const own = message[name] ?? {}
    if (isJsonObject(own) && isJsonObject(value)) merged[name] = { ...value, ...own }
  }
  return merged
}

function sort(
  values: unknown[],
  arrival: Arrival,
  inBatch: boolean
): { messages: SegmentMessage[]; refused: Refused[] } {
  const messages: SegmentMessage[] = []
  const refused: Refused[] = []
  values.forEach((value, index) => {
    const parsed = parseMessage(value, arrival)
    const problem = 'error' in parsed ? parsed.error : oversize(value)
    if (problem) refused.push({ ...(inBatch ? { index } : {}), message: problem, value: typed(value, arrival) })
    else if ('message' in parsed) messages.push(parsed.message)
  })
  return { messages, refused }
}

/** With the type that the route names, so that a call that is refused can be told from others. */
function typed(value: unknown, { type }: Arrival): unknown {
  return type !== undefined && isJsonObject(value) ? { type, ...value } : value
}

function oversize(value: unknown): string | undefined {
  const bytes = jsonBytes(value)
  return bytes > MAX_MESSAGE_BYTES
    ? `the message takes ${bytes} bytes; the limit is 32 KB (${MAX_MESSAGE_BYTES} bytes)`
    : undefined
}

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value))
}

function summary(refused: Refused[], accepted: number): string {
  const texts = refused
    .slice(0, MAX_LISTED_REFUSALS)
    .map(({ index, message }) => (index === undefined ? message : `batch[${index}]: ${message}`))
  const more = refused.length - texts.length
  const rest = refused[0]?.index === undefined ? '' : ` (messages accepted: ${accepted}, refused: ${refused.length})`
  return texts.join('; ') + (more > 0 ? `; and ${more} more` : '') + rest
}

function describe({ message, tooLarge }: BodyError): string {
  return tooLarge ? `${message}; the limit is 500 KB a request and 32 KB a message` : message
}

function refuse(c: Context, status: 400 | 401 | 500, message: string, refused?: Refused[]): Response {
  const listed = refused
    ?.filter(({ index }) => index !== undefined)
    .slice(0, MAX_LISTED_REFUSALS)
    .map(({ index, message }) => ({ index, message }))
  return c.json({ success: false, error: { message, ...(listed?.length ? { refused: listed } : {}) } }, status)
}

function nothingAccepted(c: Context, { status, message, retryAfterSeconds }: Refusal): Response {
  if (retryAfterSeconds !== undefined) c.header('Retry-After', String(retryAfterSeconds))
  return c.json(errorBody(message), status)
}

function basicUser(authorization: string | undefined): string | undefined {
  const encoded = /^Basic +(\S+)$/i.exec(authorization ?? '')?.[1]
  return encoded ? nonEmptyString(Buffer.from(encoded, 'base64').toString('utf8').split(':')[0]) : undefined
}

function nonEmptyString(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined
}
