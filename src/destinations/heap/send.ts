import { MultiStatusResponse } from '@segment/actions-core'
import type { JSONLikeObject, RequestClient } from '@segment/actions-core'
import { Batch } from './batch'
import type { Settings } from './generated-types'
import { appIdProblem, HeapClient } from './heap-api'
import type { HeapItem } from './heap-api'
import { accepted, coreError, invalid, isFailed } from './outcome'
import type { Failed } from './outcome'

/** `perform`: sends the items in order. Returns Heap's last answer; throws what the first that fails says. */
export async function send(
  request: RequestClient,
  settings: Settings,
  items: readonly HeapItem[]
): Promise<JSONLikeObject | string> {
  const problem = appIdProblem(settings.appId)
  if (problem !== undefined) throw coreError(401, problem)
  const client = new HeapClient(request, settings)
  let body: JSONLikeObject | string = {}
  for (const item of items) body = accepted(await client.send(item)).body
  return body
}

/** `performBatch`: one outcome per payload, at its own index, whatever Heap answers. */
export async function sendBatch<Payload>(
  request: RequestClient,
  settings: Settings,
  payloads: readonly Payload[],
  convert: (payload: Payload, index: number) => HeapItem[]
): Promise<MultiStatusResponse> {
  const problem = appIdProblem(settings.appId)
  const batch = new Batch(
    payloads.map((payload, index) => (problem ? unauthenticated(problem) : tryConvert(() => convert(payload, index))))
  )
  const outcomes = await batch.send(new HeapClient(request, settings))
  const response = new MultiStatusResponse()
  for (const outcome of outcomes) {
    if (isFailed(outcome)) response.pushErrorResponse(outcome)
    else response.pushSuccessResponse(outcome)
  }
  return response
}

/** A payload that Heap cannot take does not stop its neighbours. */
function tryConvert(convert: () => HeapItem[]): HeapItem[] | Failed {
  try {
    return convert()
  } catch (error) {
    return invalid(error)
  }
}

function unauthenticated(errormessage: string): Failed {
  return { status: 401, errormessage, errortype: 'INVALID_AUTHENTICATION' }
}
