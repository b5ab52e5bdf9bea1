import type { DestinationDefinition, JSONObject } from '@segment/actions-core'
import mapValues from 'lodash/mapValues'
import type { Engine } from '../../segment/engine'
import type { EngineOutcome } from '../../segment/engine-outcome'
import type { AttemptOutcome } from '../../segment/calls/calls'
import { redactText, secretsIn } from '../../segment/redact'
import { recorded } from '../../segment/calls/kept-batches'
import { isRetryable } from '../../segment/delivery/retry'
import { fieldsIn, problemOf } from './field-problems'
import { slowLiquid } from './slow-liquid'
import { sentItems } from '../../segment/calls/sent-leaves'
import { missingPaths, storyRows } from '../../segment/calls/story'
import type { EventOutcome, JsonObject, RunRequest, RunResult } from '../protocol'

/**
 * Runs the action for an event, or for an array of events as one batch. Never throws for what an event contains.
 * What has Liquid that would keep the server busy is refused.
 * `record` is told the outcome of each event, and gives their numbers.
 */
export async function runEvents(
  engine: Engine,
  request: RunRequest,
  record: (outcomes: AttemptOutcome[]) => number[] = () => []
): Promise<RunResult> {
  const { action, event, mapping, settings } = request
  const slow = await slowLiquid(mapping, eventsOf(event))
  if (slow !== undefined) return refusedFor(slow, eventsOf(event))
  const call = { action, mapping: mapping as JSONObject, settings }
  const batched = Array.isArray(event)
  const startedAt = Date.now()
  const { outcomes, exchanges } = await engine.run(call, eventsOf(event) as JSONObject[], { batched })
  const milliseconds = Math.max(0, Date.now() - startedAt)
  const run = { startedAt, milliseconds, size: outcomes.length, exchanges }
  const calls = record(outcomes.map(({ status, error, sent }) => ({ status, error, sent, run })))
  const secrets = secretsIn(engine.definition, settings, undefined)
  const keys = fieldKeys(engine.definition, action)
  const events = eventsOf(event)
  return {
    milliseconds,
    calls,
    exchanges: exchanges.map((exchange) => recorded(exchange, secrets)),
    outcomes: outcomes.map((outcome, index) => ({
      ...shown(outcome, keys, secrets),
      ...comparison(call.mapping, events[index], outcome, batched ? [outcome.sent] : sentItems(exchanges))
    }))
  }
}

function refusedFor(field: string, events: JsonObject[]): RunResult {
  const error = `The Liquid of ${field} takes longer than a second. Make it simpler, or send fewer events at once.`
  const outcome = { status: 400, error, retryable: false, fields: { [field]: error }, missing: [], rows: [] }
  return { milliseconds: 0, calls: [], exchanges: [], outcomes: events.map(() => outcome) }
}

export function eventsOf(event: unknown): JsonObject[] {
  return (Array.isArray(event) ? event : [event]) as JsonObject[]
}

function fieldKeys({ actions, authentication }: DestinationDefinition, action: string): string[] {
  return [...Object.keys(actions[action].fields), ...Object.keys(authentication?.fields ?? {})]
}

function shown(outcome: EngineOutcome, keys: string[], secrets: string[]) {
  const { status, payload } = outcome
  const { error, fields } = problemIn(outcome, keys)
  const hide = (text: string) => redactText(text, secrets)
  return {
    status,
    error: error === undefined ? undefined : hide(error),
    retryable: isRetryable(status),
    fields: mapValues(fields, hide),
    payload
  }
}

/** What the mapping did not find, and what the action made of the rest. */
function comparison(
  mapping: JSONObject,
  event: JsonObject,
  { payload }: EngineOutcome,
  sent: unknown[]
): Pick<EventOutcome, 'missing' | 'rows'> {
  const items = sent.filter(Boolean)
  return {
    missing: missingPaths(mapping, event as JSONObject),
    rows: payload && items.length > 0 ? storyRows(mapping, payload, items).rows : []
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
