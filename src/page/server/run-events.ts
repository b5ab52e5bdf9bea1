import { performance } from 'node:perf_hooks'
import { Destination, transform } from '@segment/actions-core'
import type { ActionDefinition, DestinationDefinition, JSONObject } from '@segment/actions-core'
import { observeRequests } from '../../segment/exchange'
import type { Exchange } from '../../segment/exchange'
import { withoutNullContext } from '../../segment/message'
import { redactExchange, redactText, secretsIn } from '../../segment/redact'
import { isRetryable } from '../../segment/retry'
import { fieldsIn, problemOf } from './field-problems'
import type { Problem } from './field-problems'
import { isPlainObject, propertyNotes } from './property-notes'
import type { EventOutcome, JsonObject, RunRequest, RunResult } from '../protocol'

/** An event as far as the mapping goes. */
export interface ResolvedEvent {
  payload?: JsonObject
  problem?: Problem
}

interface Settled {
  status: number
  error?: string
  fields: Record<string, string>
  /** What was sent for the event, as far as it is known. */
  sent: unknown[]
}

type Call = RunRequest & { events: JsonObject[] }

/** Runs the action for an event, or for an array of events as one batch. Never throws for what an event contains. */
export async function runEvents(definition: DestinationDefinition, request: RunRequest): Promise<RunResult> {
  const call = { ...request, events: eventsOf(request.event) }
  const seen: Exchange[] = []
  const engine = new Destination(observeRequests(definition, (exchange) => seen.push(exchange)))
  const keys = fieldKeys(definition, call.action)
  const resolved = await Promise.all(call.events.map((event) => resolveEvent(definition, { ...call, event })))
  const startedAt = performance.now()
  const settled = await settle(engine, call, keys, seen)
  const secrets = secretsIn(definition, call.settings, undefined)
  return {
    milliseconds: Math.round(performance.now() - startedAt),
    exchanges: seen.map((exchange) => redactExchange(exchange, secrets)),
    outcomes: settled.map((each, index) => outcomeOf(each, resolved[index], secrets))
  }
}

/** What the mapping makes of an event, checked as core checks it, and why the action would not get it. */
export async function resolveEvent(
  definition: DestinationDefinition,
  { action, event, mapping, settings }: RunRequest
): Promise<ResolvedEvent> {
  const found: { payload?: JsonObject } = {}
  const perform: ActionDefinition<unknown>['perform'] = (_request, data) => {
    found.payload = data.payload as JsonObject
  }
  const reading = { ...definition, actions: { [action]: { ...definition.actions[action], perform } } }
  const data = withoutNullContext(event as JSONObject)
  try {
    await new Destination(reading).actions[action].execute({
      data,
      mapping: mapping as JSONObject,
      settings,
      auth: undefined
    })
    return found
  } catch (error) {
    return { payload: mapped(mapping, data), problem: problemOf(error, fieldKeys(definition, action)) }
  }
}

export function eventsOf(event: unknown): JsonObject[] {
  return (Array.isArray(event) ? event : [event]) as JsonObject[]
}

function mapped(mapping: JsonObject, event: JSONObject): JsonObject | undefined {
  try {
    return transform(mapping as JSONObject, event)
  } catch {
    return undefined
  }
}

function fieldKeys({ actions, authentication }: DestinationDefinition, action: string): string[] {
  return [...Object.keys(actions[action].fields), ...Object.keys(authentication?.fields ?? {})]
}

async function settle(engine: Destination<unknown>, call: Call, keys: string[], seen: Exchange[]): Promise<Settled[]> {
  const action = engine.actions[call.action]
  const shared = { mapping: call.mapping as JSONObject, settings: call.settings, auth: undefined }
  const data = call.events.map((event) => withoutNullContext(event as JSONObject))
  try {
    if (Array.isArray(call.event))
      return batchSettled(await action.executeBatch({ ...shared, data }), data.length, keys)
    await action.execute({ ...shared, data: data[0] })
    const status = seen[seen.length - 1]?.response.statusCode ?? 200
    return [{ status, fields: {}, sent: sentIn(seen) }]
  } catch (error) {
    const { status, message, fields } = problemOf(error, keys)
    return data.map(() => ({ status, error: message, fields, sent: sentIn(seen) }))
  }
}

type BatchNode = Awaited<ReturnType<Destination['executeBatch']>>[number]
interface Node {
  status: number
  errormessage?: string
  sent?: unknown
}

const NO_OUTCOME: Node = { status: 500, errormessage: 'the action returned no outcome for this event' }

function batchSettled(nodes: (BatchNode | undefined)[], length: number, keys: string[]): Settled[] {
  return Array.from({ length }, (_, index) => {
    const { status, errormessage, sent }: Node = nodes[index] ?? NO_OUTCOME
    const error = status < 300 ? undefined : (errormessage ?? `status ${status}`)
    return { status, error, fields: error ? fieldsIn(error, keys) : {}, sent: [sent] }
  })
}

function outcomeOf(settled: Settled, { payload, problem }: ResolvedEvent, secrets: string[]): EventOutcome {
  const { status, error, sent } = settled
  const hide = (text: string) => redactText(text, secrets)
  const fields = { ...settled.fields, ...problem?.fields }
  return {
    status,
    error: error === undefined ? undefined : hide(problem?.message ?? error),
    retryable: isRetryable(status),
    fields: Object.fromEntries(Object.entries(fields).map(([key, message]) => [key, hide(message)])),
    payload,
    notes: payload && sent.some(isPlainObject) ? propertyNotes(objectsIn(payload), sent.flatMap(propertiesOf)) : []
  }
}

function objectsIn(payload: JsonObject): JsonObject[] {
  return Object.values(payload).filter(isPlainObject)
}

/** Whatever Heap calls them: `properties`, or `custom_properties` at the partner endpoint. */
function propertiesOf(item: unknown): JsonObject[] {
  if (!isPlainObject(item)) return []
  return [item.properties, item.custom_properties].filter(isPlainObject)
}

function sentIn(exchanges: Exchange[]): unknown[] {
  return exchanges.flatMap(({ request }) => {
    const lists = Object.values(parsed(request.body)).filter(Array.isArray)
    return lists.flat() as unknown[]
  })
}

function parsed(body: string): object {
  try {
    return Object(JSON.parse(body)) as object
  } catch {
    return {}
  }
}
