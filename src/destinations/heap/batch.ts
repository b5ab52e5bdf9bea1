import { IntegrationError, MultiStatusResponse, PayloadValidationError } from '@segment/actions-core'
import type { JSONLikeObject, RequestClient } from '@segment/actions-core'
import { setOwn } from '../../lib/set-own'
import { BulkRequests } from './bulk-requests'
import type { Settings } from './generated-types'
import { appIdProblem, HeapClient, isRetryable } from './heap-client'
import type { BulkCall, HeapAnswer, HeapItem } from './heap-client'
import { combine, coreError, invalid, isFailed, notSent } from './outcome'
import type { Outcome, Settled } from './outcome'

/** What one payload becomes: what to tell Heap, or why it cannot be told. */
export type Conversion = HeapItem[] | IntegrationError

/** The order in which a batch's calls go out. */
const BULK_ORDER: readonly BulkCall[] = ['track', 'partnerTrack', 'userProperties', 'accountProperties']

/** Heap documents no bulk form of identify. */
const CONCURRENT_LINKS = 5

type Call = HeapItem['call']
type PartFor<C extends Call> = Extract<HeapItem, { call: C }>

/** Something to send, and the payloads (by index) that it stands for. */
interface Entry<C extends Call> {
  part: PartFor<C>
  payloads: number[]
}

type Recorder = <C extends Call>(entry: Entry<C>, answer: HeapAnswer) => void

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
  const requests = new BulkRequests(client)
  const settled: Settled[][] = conversions.map(() => [])
  const record: Recorder = ({ part, payloads }, answer) =>
    payloads.forEach((payload) => settled[payload].push({ part, answer }))
  /** What has to be sent again goes out again as a whole. */
  const isOpen = (payload: number) => !settled[payload].some(({ answer }) => isRetryable(answer.status))

  await sendLinks(client, entriesFor('identify', conversions), record)
  const calls = BULK_ORDER.filter((call) => conversions.flatMap(partsOf).some((part) => isFor(call, part)))
  for (const [position, call] of calls.entries()) {
    const entries = entriesFor(call, conversions, isOpen)
    const items = entries.map(({ part }) => part.item)
    const answers = await requests.send(call, items, calls.length - 1 - position)
    entries.forEach((entry, index) => record(entry, answers[index]))
  }
  return settled
}

/** A link that fails for now holds up the links behind it, and no payload that is linked already. */
async function sendLinks(client: HeapClient, links: Entry<'identify'>[], record: Recorder): Promise<void> {
  const queue = links[Symbol.iterator]()
  let failed: HeapAnswer | undefined
  const sendNext = async () => {
    for (const link of queue) {
      const answer = failed ? notSent(failed) : await client.identify(link.part.item)
      if (isRetryable(answer.status)) failed ??= answer
      record(link, answer)
    }
  }
  await Promise.all(Array.from({ length: Math.min(CONCURRENT_LINKS, links.length) }, sendNext))
}

function partsOf(conversion: Conversion): HeapItem[] {
  return conversion instanceof IntegrationError ? [] : conversion
}

/** Items for one user, account or link become one, in order, so that the last write wins. */
function entriesFor<C extends Call>(
  call: C,
  conversions: readonly Conversion[],
  isOpen = (_payload: number) => true
): Entry<C>[] {
  const entries: Entry<C>[] = []
  const merged = new Map<string, Entry<C>>()
  conversions.forEach((conversion, payload) => {
    if (!isOpen(payload)) return
    for (const part of partsOf(conversion)) if (isFor(call, part)) add(part, payload)
  })
  return entries

  function add(part: PartFor<C>, payload: number) {
    const key = mergeKey(part)
    const known = key === undefined ? undefined : merged.get(key)
    if (known) {
      overwriteProperties(known.part.item, part.item)
      known.payloads.push(payload)
      return
    }
    const entry: Entry<C> = { part, payloads: [payload] }
    entries.push(entry)
    if (key !== undefined) merged.set(key, entry)
  }
}

function isFor<C extends Call>(call: C, part: HeapItem): part is PartFor<C> {
  return part.call === call
}

function mergeKey(part: HeapItem): string | undefined {
  switch (part.call) {
    case 'userProperties':
      return part.item.identity
    case 'accountProperties':
      return part.item.account_id
    case 'identify':
      return `${part.item.user_id} ${part.item.identity}`
    default:
      return undefined
  }
}

function overwriteProperties(target: HeapItem['item'], source: HeapItem['item']) {
  if (!('properties' in target && 'properties' in source)) return
  for (const key of Object.keys(source.properties)) setOwn(target.properties, key, source.properties[key])
}
