import { Destination, transform } from '@segment/actions-core'
import type {
  ActionDefinition,
  DestinationDefinition,
  ExecuteInput,
  JSONObject,
  RequestClient
} from '@segment/actions-core'
import { failed, isRetryableThrow, nodeOutcome } from './engine-outcome'
import type { EngineOutcome } from './engine-outcome'
import { observedClient } from './exchange'
import type { Exchange } from './exchange'
import { withoutNullContext } from './message'
import { redirectRequests, wrapRequests } from './redirect'
import type { Origins } from './redirect'
import { unsentRequests } from './unsent-requests'

export interface EngineOptions<Settings> {
  definition: DestinationDefinition<Settings>
  /** Where requests go instead. Default: where the definition sends them. */
  origins?: Origins
  /** True: no request leaves the process; each is answered with 200 and `{}`. */
  dryRun?: boolean
}

type Bundle<Settings> = ExecuteInput<Settings, JSONObject, JSONObject>

/** What an action is run with. */
export interface EngineCall<Settings = unknown> extends Partial<
  Pick<Bundle<Settings>, 'auth' | 'features' | 'subscriptionMetadata'>
> {
  action: string
  mapping: JSONObject
  settings: Settings
}

export interface Run {
  /** One for each event, in order. */
  outcomes: EngineOutcome[]
  /** Every request, in order, those without an answer too. Nothing is redacted. */
  exchanges: Exchange[]
}

/** The only place that runs a definition. */
export class Engine<Settings = unknown> {
  /** The definition as it is run, its requests redirected. */
  readonly prepared: DestinationDefinition<Settings>

  constructor(private readonly options: EngineOptions<Settings>) {
    const { definition, origins = {}, dryRun = false } = options
    this.prepared = redirectRequests(dryRun ? unsentRequests(definition) : definition, origins)
  }

  get definition(): DestinationDefinition<Settings> {
    return this.options.definition
  }

  /** Runs an action for its events: as one batch, or each by itself in order. Never throws. */
  async run(call: EngineCall<Settings>, events: JSONObject[], { batched }: { batched: boolean }): Promise<Run> {
    if (batched) return this.runBatch(call, events)
    const runs: Run[] = []
    for (const event of events) runs.push(await this.runOne(call, event))
    return joined(runs)
  }

  /**
   * The same for events that have nothing to do with each other: where one makes the engine throw for the whole batch,
   * it is refused alone and the others go as a batch.
   */
  async runApart(call: EngineCall<Settings>, events: JSONObject[], how: { batched: boolean }): Promise<Run> {
    const run = await this.run(call, events, how)
    if (!how.batched || !run.outcomes.some(({ thrown, status }) => thrown && !isRetryableThrow(thrown, status)))
      return run
    const failures = events.map((event) => mappingFailure(call.mapping, event))
    const mapped = events.filter((_, index) => failures[index] === undefined)
    if (mapped.length === events.length) return this.run(call, events, { batched: false })
    const rest = mapped.length > 0 ? await this.runApart(call, mapped, how) : NOTHING
    const outcomes = rest.outcomes.values()
    return {
      outcomes: failures.map((failure) => failure ?? (outcomes.next().value as EngineOutcome)),
      exchanges: rest.exchanges
    }
  }

  /**
   * A destination to call otherwise. Each call has one of its own, because it keeps every response it ever saw; core
   * caches the costly part, the schemas.
   */
  destination(onRequest?: (exchange: Exchange) => void): Destination<Settings> {
    const { prepared } = this
    return new Destination(
      onRequest ? wrapRequests(prepared, (request) => observedClient(request, onRequest)) : prepared
    )
  }

  private async runOne(call: EngineCall<Settings>, event: JSONObject): Promise<Run> {
    const { action, exchanges, payloads } = this.start(call.action)
    const data = withoutNullContext(event)
    const outcome = await action
      .execute({ ...bundle(call, data), data })
      .then((): EngineOutcome => ({ status: 200 }), failed)
    const failure = outcome.thrown && mappingFailure(call.mapping, event)
    return { outcomes: [{ payload: payloads[0] ?? mapped(call.mapping, data), ...outcome, ...failure }], exchanges }
  }

  private async runBatch(call: EngineCall<Settings>, events: JSONObject[]): Promise<Run> {
    const { action, exchanges, payloads } = this.start(call.action)
    const data = events.map(withoutNullContext)
    const outcomes = await action.executeBatch({ ...bundle(call, data[0]), data }).then(
      (nodes) => data.map((_, index) => nodeOutcome(nodes[index])),
      (error: unknown) => data.map(() => failed(error))
    )
    // What does not pass the schema never reaches the action: then nothing tells whose the payloads are.
    const isComplete = payloads.length === data.length
    const payloadOf = (index: number) => (isComplete ? payloads[index] : mapped(call.mapping, data[index]))
    return { outcomes: outcomes.map((outcome, index) => ({ payload: payloadOf(index), ...outcome })), exchanges }
  }

  private start(key: string) {
    const exchanges: Exchange[] = []
    const payloads: JSONObject[] = []
    const watched = watchedAction(this.prepared.actions[key], exchanges, payloads)
    const destination = new Destination({ ...this.prepared, actions: { [key]: watched } })
    return { action: destination.actions[key], exchanges, payloads }
  }
}

const NOTHING: Run = { outcomes: [], exchanges: [] }

function joined(runs: Run[]): Run {
  return {
    outcomes: runs.flatMap(({ outcomes }) => outcomes),
    exchanges: runs.flatMap(({ exchanges }) => exchanges)
  }
}

/** The action, which notes what it is given and what it asks for. */
function watchedAction<Settings>(
  action: ActionDefinition<Settings>,
  exchanges: Exchange[],
  payloads: JSONObject[]
): ActionDefinition<Settings> {
  const { perform, performBatch } = action
  const observed = (request: RequestClient) => observedClient(request, (exchange) => exchanges.push(exchange))
  return {
    ...action,
    perform: (request, data) => {
      payloads.push(data.payload as JSONObject)
      return perform(observed(request), data) as unknown
    },
    performBatch:
      performBatch &&
      ((request, data) => {
        payloads.push(...(data.payload as JSONObject[]))
        return performBatch(observed(request), data)
      })
  }
}

interface Context {
  personas?: { audience_settings?: JSONObject } & JSONObject
}

/** What core's own `onEvent` and `onBatch` hand to an action beside the events; of a batch, the first event decides. */
function bundle<Settings>(
  { mapping, settings, auth, features, subscriptionMetadata }: EngineCall<Settings>,
  first: JSONObject
) {
  const { personas } = (first?.context ?? {}) as Context
  return {
    mapping,
    settings,
    auth,
    features,
    subscriptionMetadata,
    audienceSettings: personas ? personas.audience_settings : {},
    personasContext: personas as Bundle<Settings>['personasContext']
  }
}

/** Final: a mapping that fails for an event now fails for it whenever it is sent. */
function mappingFailure(mapping: JSONObject, event: JSONObject): EngineOutcome | undefined {
  try {
    transform(mapping, event)
    return undefined
  } catch (error) {
    return { ...failed(error), status: 400 }
  }
}

/** What the mapping makes of an event; undefined when it fails. */
export function mapped(mapping: JSONObject, event: JSONObject): JSONObject | undefined {
  try {
    return transform(mapping, event)
  } catch {
    return undefined
  }
}
