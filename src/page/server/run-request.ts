import type { DestinationDefinition } from '@segment/actions-core'
import { MAX_ITEMS_PER_REQUEST } from '../../lib/heap/limits'
import { BodyError } from '../../segment/json-body'
import { isJsonObject } from '../../segment/json-object'
import type { JsonObject, RunRequest } from '../protocol'

/** The body of a preview or a send, or a BodyError that says what is wrong with it. */
export function runRequest(body: JsonObject, { actions }: DestinationDefinition): RunRequest {
  const { action, event, mapping, settings = {} } = body
  if (typeof action !== 'string' || !Object.keys(actions).includes(action))
    throw new BodyError('there is no such action')
  return {
    action,
    event: checkedEvent(event),
    mapping: objectOr(mapping, 'the mapping must be a JSON object'),
    settings: objectOr(settings, 'the settings must be a JSON object')
  }
}

function checkedEvent(event: unknown): unknown {
  const events: unknown[] = Array.isArray(event) ? event : [event]
  if (events.length === 0) throw new BodyError('the array has no event')
  if (events.length > MAX_ITEMS_PER_REQUEST)
    throw new BodyError(`${events.length} events; a batch has at most ${MAX_ITEMS_PER_REQUEST}`)
  events.forEach((each, index) => objectOr(each, `event ${index + 1} must be a JSON object`))
  return event
}

function objectOr(value: unknown, problem: string): JsonObject {
  if (isJsonObject(value)) return value
  throw new BodyError(problem)
}
