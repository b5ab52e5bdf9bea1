import { MultiStatusResponse } from '@segment/actions-core'
import type {
  ActionDefinition,
  DestinationDefinition,
  JSONLikeObject,
  ModifiedResponse,
  RequestClient
} from '@segment/actions-core'
import mapValues from 'lodash/mapValues'

/** A request that an action would make for one event. */
export interface EventRequest {
  method: string
  url: string
  /** JSON, or text. */
  body: unknown
}

/**
 * The same definition, whose actions send nothing. Each takes batches, event by event through its `perform`, so that the
 * outcome of an event has its own requests: {@link requestsOf}. Every request is answered with 200 and `{}`.
 */
export function requestsByEvent<Settings>(
  definition: DestinationDefinition<Settings>
): DestinationDefinition<Settings> {
  return { ...definition, actions: mapValues(definition.actions, eventByEvent) }
}

/** The requests of an event that was run by such a definition. */
export function requestsOf({ sent }: { sent?: unknown }): EventRequest[] {
  return (sent as { requests?: EventRequest[] } | undefined)?.requests ?? []
}

type Batch<Settings> = Parameters<NonNullable<ActionDefinition<Settings>['performBatch']>>[1]

/** The requests that an action would make for one payload of a batch. Rejects when it refuses that one. */
export async function requestsFor<Settings>(
  { perform }: ActionDefinition<Settings>,
  data: Batch<Settings>,
  index: number
): Promise<EventRequest[]> {
  const requests: EventRequest[] = []
  const payload = (data.payload as unknown[])[index]
  const audienceMembership = data.audienceMembership?.[index]
  await perform(notingClient(requests), { ...data, payload, audienceMembership } as Parameters<typeof perform>[1])
  return requests
}

function eventByEvent<Settings>(action: ActionDefinition<Settings>): ActionDefinition<Settings> {
  return {
    ...action,
    performBatch: async (_request, data) => {
      const response = new MultiStatusResponse()
      for (const index of (data.payload as unknown[]).keys()) {
        try {
          const sent: object = { requests: await requestsFor(action, data, index) }
          response.pushSuccessResponse({ status: 200, sent: sent as JSONLikeObject, body: {} })
        } catch (error) {
          response.pushErrorResponse(failureOf(error))
        }
      }
      return response
    }
  }
}

function failureOf(error: unknown) {
  const { message, status = 400 }: Error & { status?: number } =
    error instanceof Error ? error : new Error(String(error))
  return { status, errormessage: message }
}

function notingClient(requests: EventRequest[]): RequestClient {
  return <Data>(url: string, options: Parameters<RequestClient>[1] = {}) => {
    const { method = 'get', json, body } = options
    requests.push({ method: method.toUpperCase(), url, body: json ?? body })
    const answer = Object.assign(new Response('{}'), { content: '{}', data: {} as Data })
    return Promise.resolve(answer as ModifiedResponse<Data>)
  }
}
