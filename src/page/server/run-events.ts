import type { DestinationDefinition, JSONObject } from '@segment/actions-core'
import mapValues from 'lodash/mapValues'
import type { Engine } from '../../segment/engine'
import type { EngineOutcome } from '../../segment/engine-outcome'
import type { AttemptOutcome } from '../../segment/calls'
import { isAnswered } from '../../segment/exchange'
import type { Exchange } from '../../segment/exchange'
import { redactExchange, redactText, secretsIn } from '../../segment/redact'
import { isRetryable } from '../../segment/retry'
import { fieldsIn, problemOf } from './field-problems'
import { isJsonObject } from '../../segment/json-object'
import { propertyNotes } from './property-notes'
import type { EventOutcome, JsonObject, RunRequest, RunResult } from '../protocol'

/**
 * Runs the action for an event, or for an array of events as one batch. Never throws for what an event contains.
 * `onRun` is told what became of each event.
 */
export async function runEvents(
  engine: Engine,
  request: RunRequest,
  onRun?: (outcomes: AttemptOutcome[]) => void
): Promise<RunResult> {
  const { action, event, mapping, settings } = request
  const call = { action, mapping: mapping as JSONObject, settings }
  const batched = Array.isArray(event)
  const startedAt = Date.now()
  const { outcomes, exchanges } = await engine.run(call, eventsOf(event) as JSONObject[], { batched })
  const milliseconds = Math.max(0, Date.now() - startedAt)
  const run = { startedAt, milliseconds, size: outcomes.length, exchanges }
  onRun?.(outcomes.map(({ status, error, sent }) => ({ status, error, sent, run })))
  const secrets = secretsIn(engine.definition, settings, undefined)
  const keys = fieldKeys(engine.definition, action)
  return {
    milliseconds,
    exchanges: exchanges.filter(isAnswered).map((exchange) => redactExchange(exchange, secrets)),
    outcomes: outcomes.map((outcome) => shown(outcome, batched ? [outcome.sent] : sentIn(exchanges), keys, secrets))
  }
}

export function eventsOf(event: unknown): JsonObject[] {
  return (Array.isArray(event) ? event : [event]) as JsonObject[]
}

function fieldKeys({ actions, authentication }: DestinationDefinition, action: string): string[] {
  return [...Object.keys(actions[action].fields), ...Object.keys(authentication?.fields ?? {})]
}

function shown(outcome: EngineOutcome, sent: unknown[], keys: string[], secrets: string[]): EventOutcome {
  const { status, payload } = outcome
  const { error, fields } = problemIn(outcome, keys)
  const hide = (text: string) => redactText(text, secrets)
  return {
    status,
    error: error === undefined ? undefined : hide(error),
    retryable: isRetryable(status),
    fields: mapValues(fields, hide),
    payload,
    notes: payload && sent.some(isJsonObject) ? propertyNotes(objectsIn(payload), sent.flatMap(propertiesOf)) : []
  }
}

function problemIn(
  { thrown, error }: EngineOutcome,
  keys: string[]
): { error?: string; fields: Record<string, string> } {
  if (!thrown) return { error, fields: error === undefined ? {} : fieldsIn(error, keys) }
  const { message, fields } = problemOf(thrown, keys)
  return { error: message, fields }
}

function objectsIn(payload: JsonObject): JsonObject[] {
  return Object.values(payload).filter(isJsonObject)
}

/** Whatever Heap calls them: `properties`, or `custom_properties` at the partner endpoint. */
function propertiesOf(item: unknown): JsonObject[] {
  if (!isJsonObject(item)) return []
  return [item.properties, item.custom_properties].filter(isJsonObject)
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
