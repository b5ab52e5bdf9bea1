import { defaultValues } from '@segment/actions-core'
import type { ActionDefinition, Destination, ExecuteInput, JSONObject, SegmentEvent } from '@segment/actions-core'
import type { Engine } from '../engine'
import type { EngineOutcome } from '../engine-outcome'
import { isAnswered } from '../exchange'
import type { AnsweredExchange, Exchange } from '../exchange'
import { redactExchange, redactText, secretsIn } from '../redact'
import type { TesterError } from './tester-error'

/** The JSON body of a tester call. Anything may be missing or of another type: to check it is core's task. */
export interface TesterCall<Settings> extends Omit<
  ExecuteInput<Settings, JSONObject | JSONObject[], JSONObject>,
  'mapping'
> {
  readonly mapping?: JSONObject
}

export type HookName = keyof NonNullable<ActionDefinition<unknown>['hooks']>
type DynamicFunction<Settings> = Parameters<Destination<Settings>['executeDynamicField']>[3]
type TesterExchange = Pick<AnsweredExchange, 'request' | 'response'>
type ListedExchange = TesterExchange | (TesterError & { index: number })

/** The requests that the action made for the event, or for an array of events as one batch, then the events that failed. */
export async function runAction<Settings>(
  engine: Engine<Settings>,
  slug: string,
  call: TesterCall<Settings>
): Promise<ListedExchange[]> {
  const { payload = {}, settings, auth, features, subscriptionMetadata } = call
  const mapping = mappingOver(engine.definition.actions[slug], call)
  const run = await engine.run(
    { action: slug, mapping, settings, auth, features, subscriptionMetadata },
    Array.isArray(payload) ? payload : [payload],
    { batched: Array.isArray(payload) }
  )
  const thrown = run.outcomes.find((outcome) => outcome.thrown)?.thrown
  if (thrown) throw namingPaths(thrown, mapping)
  const secrets = secretsIn(engine.definition, settings, auth)
  return [...redacted(run.exchanges, secrets), ...failuresOf(run.outcomes, secrets)]
}

/** The requests that deleting a user made. */
export async function runDeletion<Settings>(
  engine: Engine<Settings>,
  { payload = {}, settings, auth }: TesterCall<Settings>
): Promise<TesterExchange[]> {
  const seen: Exchange[] = []
  const destination = engine.destination((exchange) => seen.push(exchange))
  await destination.onDelete?.(payload as JSONObject & SegmentEvent, settings as Settings & JSONObject)
  return redacted(seen, secretsIn(engine.definition, settings, auth))
}

export async function runDynamicField<Settings>(
  engine: Engine<Settings>,
  slug: string,
  field: string,
  call: TesterCall<Settings>,
  dynamic?: DynamicFunction<Settings>
): Promise<unknown> {
  return engine.destination().executeDynamicField(slug, field, call, dynamic)
}

export async function runHook<Settings>(
  engine: Engine<Settings>,
  slug: string,
  hook: HookName,
  call: TesterCall<Settings>
): Promise<unknown> {
  return engine.destination().actions[slug].executeHook(hook, call)
}

function redacted(exchanges: Exchange[], secrets: string[]): TesterExchange[] {
  return exchanges
    .filter(isAnswered)
    .map(({ request, response }): TesterExchange => redactExchange({ request, response }, secrets))
}

/** The sent mapping over the defaults of the fields, key by key; an action without either gets the event as it is. */
function mappingOver<Settings>(
  action: ActionDefinition<Settings>,
  { mapping, payload }: TesterCall<Settings>
): JSONObject {
  const merged = { ...(defaultValues(action.fields) as JSONObject), ...mapping }
  const unmapped = Object.keys(merged).length === 0 && !Array.isArray(payload)
  return unmapped ? (payload ?? {}) : merged
}

/** Core names the field that is missing; whoever sent the event knows it by the path that it is mapped from. */
function namingPaths(error: Error, mapping: JSONObject): Error {
  error.message = error.message.replace(/missing the required field '(\w+)'/g, (text, field: string) => {
    const path = (mapping[field] as { '@path'?: string } | undefined)?.['@path']
    return path ? `${text}, which is mapped from ${path}` : text
  })
  return error
}

function failuresOf(outcomes: EngineOutcome[], secrets: string[]): (TesterError & { index: number })[] {
  return outcomes.flatMap(({ status, error = `status ${status}`, errortype, errorreporter }, index) => {
    if (status < 400) return []
    const message = redactText(error, secrets)
    return [{ statusCode: status, message, stack: [], index, errortype, errorreporter, requestError: true as const }]
  })
}
