import { defaultValues, Destination, PayloadValidationError } from '@segment/actions-core'
import type {
  ActionDefinition,
  DestinationDefinition,
  ExecuteInput,
  JSONObject,
  SegmentEvent
} from '@segment/actions-core'
import { observeRequests } from './exchange'
import type { Exchange } from './exchange'
import { mappingSizeProblem } from './mapping-size'
import { withoutNullContext } from './message'
import { redactExchange, redactText, secretsIn } from './redact'
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
type BatchNode = Awaited<ReturnType<Destination['executeBatch']>>[number]
type ListedExchange = Exchange | (TesterError & { index: number })

/** The requests that the action made for the event, or for an array of events as one batch, then the events that failed. */
export async function runAction<Settings>(
  definition: DestinationDefinition<Settings>,
  slug: string,
  call: TesterCall<Settings>
): Promise<ListedExchange[]> {
  const { destination, exchanges } = observedEngine(definition, call)
  const action = destination.actions[slug]
  const { payload = {}, settings, auth, features, subscriptionMetadata } = call
  const shared = {
    settings,
    auth,
    features,
    subscriptionMetadata,
    mapping: mappingOver(definition.actions[slug], call)
  }
  if (!Array.isArray(payload)) {
    await action.execute({
      ...shared,
      data: withoutNullContext(payload),
      audienceSettings: audienceSettingsOf(payload)
    })
    return exchanges()
  }
  const data = payload.map(withoutNullContext)
  const nodes = await action.executeBatch({ ...shared, data, audienceSettings: audienceSettingsOf(payload[0]) })
  return [...exchanges(), ...failuresOf(nodes, secretsIn(definition, settings, auth))]
}

/** The requests that deleting a user made. */
export async function runDeletion<Settings>(
  definition: DestinationDefinition<Settings>,
  call: TesterCall<Settings>
): Promise<Exchange[]> {
  const { destination, exchanges } = observedEngine(definition, call)
  const { payload = {}, settings } = call
  await destination.onDelete?.(payload as JSONObject & SegmentEvent, settings as Settings & JSONObject)
  return exchanges()
}

export async function runDynamicField<Settings>(
  definition: DestinationDefinition<Settings>,
  slug: string,
  field: string,
  call: TesterCall<Settings>,
  dynamic?: DynamicFunction<Settings>
): Promise<unknown> {
  return new Destination(definition).executeDynamicField(slug, field, call, dynamic)
}

export async function runHook<Settings>(
  definition: DestinationDefinition<Settings>,
  slug: string,
  hook: HookName,
  call: TesterCall<Settings>
): Promise<unknown> {
  return new Destination(definition).actions[slug].executeHook(hook, call)
}

/** The engine of this call alone: concurrent calls never see one another's requests. */
function observedEngine<Settings>(
  definition: DestinationDefinition<Settings>,
  { settings, auth }: TesterCall<Settings>
) {
  const seen: Exchange[] = []
  const destination = new Destination(observeRequests(definition, (exchange) => seen.push(exchange)))
  const secrets = secretsIn(definition, settings, auth)
  return { destination, exchanges: () => seen.map((exchange) => redactExchange(exchange, secrets)) }
}

/**
 * The sent mapping over the defaults of the fields, key by key; an action without either gets the event as it is.
 * @throws PayloadValidationError for a mapping that would take all memory
 */
function mappingOver<Settings>(
  action: ActionDefinition<Settings>,
  { mapping, payload }: TesterCall<Settings>
): JSONObject {
  const problem = mappingSizeProblem(mapping, [payload].flat())
  if (problem !== undefined) throw new PayloadValidationError(problem)
  const merged = { ...(defaultValues(action.fields) as JSONObject), ...mapping }
  const unmapped = Object.keys(merged).length === 0 && !Array.isArray(payload)
  return unmapped ? (payload ?? {}) : merged
}

function audienceSettingsOf(event: JSONObject | undefined): JSONObject | undefined {
  const { context } = (event ?? {}) as { context?: { personas?: { audience_settings?: JSONObject } | null } | null }
  return context?.personas?.audience_settings
}

interface FailedNode {
  status: number
  errormessage?: string
  errortype?: string
  errorreporter?: string
}

const NO_OUTCOME: FailedNode = { status: 500, errormessage: 'the action returned no outcome for this event' }

function failuresOf(nodes: (BatchNode | undefined)[], secrets: string[]): (TesterError & { index: number })[] {
  return Array.from(nodes).flatMap((node, index) => {
    const { status, errormessage = `status ${node?.status}`, errortype, errorreporter }: FailedNode = node ?? NO_OUTCOME
    if (status < 400) return []
    const message = redactText(errormessage, secrets)
    return [{ statusCode: status, message, stack: [], index, errortype, errorreporter, requestError: true as const }]
  })
}
