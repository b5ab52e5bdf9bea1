import { Hono } from 'hono'
import type { Context } from 'hono'
import { readCall } from './call-reader'
import { CALL_OUTCOMES } from './call-record'
import type { CallOutcome, CallRecord, CallSummary } from './call-record'
import type { Calls } from './calls'
import { errorBody } from '../http-errors'
import { BodyError, readJsonObject } from '../json-body'
import type { KeptDelivery } from './open-call'
import { QUEUE_FULL } from '../tracking-api'

const MAX_BODY_BYTES = 1024 * 1024
const MAX_LISTED = 1000
const DEFAULT_IDLE_SECONDS = 10
const MAX_IDLE_SECONDS = 600

export interface CallsApiOptions {
  calls: Calls
  /** Delivers what waits at once; resolves when nothing waits any more or the time is over. */
  idle: (timeoutMs: number) => Promise<unknown>
  /** Forgets calls and what Heap holds. */
  reset: () => Promise<void>
  /** Undefined when there is no room for them now. */
  replay: (numbers: number[], isAsked: (delivery: KeptDelivery) => boolean) => Promise<number | undefined>
}

type Filter = (call: CallSummary) => boolean

/** What is said of a call by a name of the query; `since` is a time or a revision. */
const FILTERS: Record<string, (value: string) => Filter> = {
  outcome: (value) => {
    const outcomes = value.split(',')
    const unknown = outcomes.find((each) => !CALL_OUTCOMES.includes(each as CallOutcome))
    if (unknown !== undefined)
      throw new BodyError(`there is no outcome "${unknown}"; the outcomes are ${CALL_OUTCOMES.join(', ')}`)
    return ({ outcome }) => outcomes.includes(outcome)
  },
  action: (value) => (call) => call.actions.includes(value),
  event: (value) => (call) => call.event === value,
  type: (value) => (call) => call.type === value,
  userId: (value) => (call) => call.userId === value,
  anonymousId: (value) => (call) => call.anonymousId === value,
  messageId: (value) => (call) => call.messageId === value,
  since: (value) => {
    const at = /^\d+$/.test(value) ? undefined : Date.parse(value)
    if (Number.isNaN(at)) throw new BodyError(`since "${value}" is not a time in ISO 8601, and not a revision`)
    return (call) => (at === undefined ? call.revision > Number(value) : Date.parse(call.receivedAt) >= at)
  },
  limit: (value) => {
    if (!/^[1-9]\d*$/.test(value)) throw new BodyError(`limit "${value}" is not a number from 1 on`)
    return () => true
  }
}

/** Read-back of the outcome of the calls, for tests and scripts. */
export function callsApi({ calls, idle, reset, replay }: CallsApiOptions): Hono {
  const app = new Hono()
  app.onError((error, c) => c.json(errorBody(error.message), error instanceof BodyError ? error.status : 500))
  app.get('/health', (c) => c.json({ status: 'ok', waiting: calls.pending }))
  app.get('/_segment/calls', async (c) => {
    const found = findCalls(calls, c.req.query())
    c.header('x-total-count', String(found.length))
    const newest = found.slice(-Number(c.req.query('limit') ?? MAX_LISTED))
    const records = await Promise.all(newest.map(({ number }) => readCall(calls, number)))
    return c.json(records.flatMap((record) => (record ? [withoutExchanges(record)] : [])))
  })
  app.get('/_segment/calls/:id', async (c) => {
    const record = await readCall(calls, numberOf(calls, c.req.param('id')))
    return record
      ? c.json(record)
      : c.json(errorBody(`there is no call ${c.req.param('id')}, or it is no longer kept`), 404)
  })
  app.get('/_segment/idle', async (c) => {
    await idle(seconds(c) * 1000)
    const waiting = [...calls.index.summaries('waiting')]
    return c.json({ waiting: waiting.slice(0, MAX_LISTED) }, waiting.length > 0 ? 408 : 200)
  })
  app.post('/_segment/reset', async (c) => {
    await reset()
    return c.json({ success: true })
  })
  app.post('/_segment/replay', async (c) => {
    const asked = asReplay(await readJsonObject(c.req.raw, MAX_BODY_BYTES), calls)
    const replayed = await replay(asked.numbers, asked.isAsked)
    return replayed === undefined ? c.json(errorBody(QUEUE_FULL.message), 429) : c.json({ replayed })
  })
  return app
}

/** What a list of calls is asked for. `since`: a time in ISO 8601, or a revision. */
export interface CallFilter {
  /** One, or several with commas between them. */
  outcome?: string
  action?: string
  event?: string
  type?: string
  userId?: string
  anonymousId?: string
  messageId?: string
  since?: string
}

/** The oldest first. @throws BodyError for a name or a value that means nothing */
export function findCalls(calls: Calls, query: CallFilter): CallSummary[] {
  const filters = Object.entries(query).map(([name, value]: [string, string]) => {
    const filter = Object.entries(FILTERS).find(([known]) => known === name)?.[1]
    if (!filter) throw new BodyError(`there is no filter "${name}"; the filters are ${Object.keys(FILTERS).join(', ')}`)
    return filter(value)
  })
  return [...calls.index.summaries()].filter((call) => filters.every((filter) => filter(call)))
}

/** A message ID, or the number of a call. */
function numberOf(calls: Calls, id: string): number {
  return calls.index.withMessageId(id) ?? (/^\d+$/.test(id) ? Number(id) : NaN)
}

/** A list of a thousand would be as large as a thousand batches. */
function withoutExchanges(record: CallRecord): CallRecord {
  const deliveries = record.deliveries.map((delivery) => ({
    ...delivery,
    attempts: delivery.attempts.map((attempt) => ({ ...attempt, exchanges: [] }))
  }))
  return { ...record, deliveries }
}

function seconds(c: Context): number {
  const asked = c.req.query('timeout')
  const timeout = Number(asked ?? DEFAULT_IDLE_SECONDS)
  if (timeout >= 0 && timeout <= MAX_IDLE_SECONDS) return timeout
  throw new BodyError(`timeout "${asked}" is not a number of seconds from 0 to ${MAX_IDLE_SECONDS}`)
}

/** With numbers: those calls, by all of their subscriptions. Else those with the outcome, where it was that. */
function asReplay({ numbers, outcome, event }: Record<string, unknown>, calls: Calls) {
  if (Array.isArray(numbers)) return { numbers: numbers.map(Number), isAsked: () => true }
  if (outcome !== 'refused' && outcome !== 'given-up')
    throw new BodyError('name the calls: numbers (a list), or outcome (refused or given-up)')
  const found = [...calls.index.summaries()].filter((call) => event === undefined || call.event === event)
  return { numbers: found.map(({ number }) => number), isAsked: (each: KeptDelivery) => each.outcome === outcome }
}
