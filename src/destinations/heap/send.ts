import { IntegrationError, MultiStatusResponse, PayloadValidationError } from '@segment/actions-core'
import type { JSONLikeObject, RequestClient } from '@segment/actions-core'
import { BulkRequests } from './bulk'
import type { Settings } from './generated-types'
import { appIdProblem, HeapClient, isRetryable } from './heap-api'
import type { BulkCall, HeapAnswer, HeapItem } from './heap-api'
import { combine, coreError, invalid, isFailed, notSent } from './outcome'
import type { Outcome, Settled } from './outcome'
import { Payloads } from './merge'

/** What one payload becomes: what to tell Heap, or why it cannot be told. */
export type Conversion = HeapItem[] | IntegrationError

/** The order in which a batch's calls go out. */
const BULK_ORDER: readonly BulkCall[] = ['track', 'partnerTrack', 'userProperties', 'accountProperties']

/** Heap documents no bulk form of identify. */
const CONCURRENT_LINKS = 5

/** Converts each payload; one that Heap cannot take does not stop its neighbours. */
export function convertEach<Payload>(
  payloads: readonly Payload[],
  convert: (payload: Payload, index: number) => HeapItem[]
): Conversion[] {
  return payloads.map((payload, index) => {
    try {
      return convert(payload, index)
    } catch (error) {
      return error instanceof IntegrationError
        ? error
        : new PayloadValidationError(`Cannot be converted: ${String(error)}`)
    }
  })
}

/** `performBatch`: one outcome per payload, at its own index, whatever Heap answers. */
export async function deliverBatch(
  request: RequestClient,
  settings: Settings,
  conversions: readonly Conversion[]
): Promise<MultiStatusResponse> {
  const response = new MultiStatusResponse()
  for (const outcome of await deliver(request, settings, conversions)) {
    if (isFailed(outcome)) response.pushErrorResponse(outcome)
    else response.pushSuccessResponse(outcome)
  }
  return response
}

/** `perform`: a batch of one, which returns Heap's answer or throws what its outcome says in core's own error classes. */
export async function deliverOne(
  request: RequestClient,
  settings: Settings,
  items: HeapItem[]
): Promise<JSONLikeObject | string> {
  const [outcome] = await deliver(request, settings, [items])
  if (isFailed(outcome)) throw coreError(outcome)
  return outcome.body
}

async function deliver(
  request: RequestClient,
  settings: Settings,
  conversions: readonly Conversion[]
): Promise<Outcome[]> {
  const problem = appIdProblem(settings.appId)
  if (problem !== undefined)
    return conversions.map(() => ({ status: 401, errormessage: problem, errortype: 'INVALID_AUTHENTICATION' }))
  const settled = await sendAll(new HeapClient(request, settings), conversions)
  return conversions.map((conversion, index) =>
    conversion instanceof IntegrationError ? invalid(conversion) : combine(settled[index])
  )
}

async function sendAll(client: HeapClient, conversions: readonly Conversion[]): Promise<Settled[][]> {
  const payloads = new Payloads(conversions.map((each) => (each instanceof IntegrationError ? [] : each)))
  const requests = new BulkRequests(client)
  await sendLinks(client, payloads)
  const calls = BULK_ORDER.filter((call) => payloads.have(call))
  for (const [position, call] of calls.entries()) {
    const entries = payloads.entriesFor(call)
    const items = entries.map(({ part }) => part.item)
    const answers = await requests.send(call, items, calls.length - 1 - position)
    entries.forEach((entry, index) => payloads.record(entry, answers[index]))
  }
  return payloads.settled
}

/** A link that fails for now holds up the links behind it, and no payload that is linked already. */
async function sendLinks(client: HeapClient, payloads: Payloads): Promise<void> {
  const links = payloads.entriesFor('identify')
  const queue = links[Symbol.iterator]()
  let failed: HeapAnswer | undefined
  const sendNext = async () => {
    for (const link of queue) {
      const answer = failed ? notSent(failed) : await client.identify(link.part.item)
      if (isRetryable(answer.status)) failed ??= answer
      payloads.record(link, answer)
    }
  }
  await Promise.all(Array.from({ length: Math.min(CONCURRENT_LINKS, links.length) }, sendNext))
}
