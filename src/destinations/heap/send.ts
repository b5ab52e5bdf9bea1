import { MultiStatusResponse } from '@segment/actions-core'
import type { JSONLikeObject, RequestClient } from '@segment/actions-core'
import { Attempt, BulkRequests } from './bulk'
import type { Settings } from './generated-types'
import { appIdProblem, HeapClient } from './heap-api'
import type { BulkCall, HeapAnswer, HeapItem } from './heap-api'
import { merge, mergeKey } from './merge'
import type { Entry } from './merge'
import {
  accepted,
  coreError,
  failure,
  invalid,
  isFailed,
  isRetryable,
  notSent,
  outcomeOf,
  succeeded,
  worseOf
} from './outcome'
import type { Failed, Outcome } from './outcome'

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
  const outcomes = problem
    ? payloads.map((): Failed => ({ status: 401, errormessage: problem, errortype: 'INVALID_AUTHENTICATION' }))
    : await new Batch(payloads.map((payload, index) => tryConvert(() => convert(payload, index)))).send(
        new HeapClient(request, settings)
      )
  const response = new MultiStatusResponse()
  for (const outcome of outcomes) {
    if (isFailed(outcome)) response.pushErrorResponse(outcome)
    else response.pushSuccessResponse(outcome)
  }
  return response
}

/** The order in which a batch's calls go out. */
const BULK_ORDER: readonly BulkCall[] = ['track', 'partnerTrack', 'userProperties', 'accountProperties']

/** Heap documents no bulk form of identify. */
const CONCURRENT_LINKS = 5

/** What the payloads of a batch tell Heap, and what has come of each so far. */
class Batch {
  private readonly entries: Entry[] = []
  private readonly outcomes: (Outcome | undefined)[]
  /** By payload: why Heap refuses for good to link its user. That fails nothing else. */
  private readonly notLinked = new Map<number, string>()

  /** A payload that Heap cannot take does not stop its neighbours. */
  constructor(conversions: readonly (HeapItem[] | Failed)[]) {
    this.outcomes = conversions.map((conversion, payload) => {
      if (!Array.isArray(conversion)) return conversion
      for (const part of conversion) this.entries.push({ part, payloads: [payload] })
      return undefined
    })
  }

  async send(client: HeapClient): Promise<Outcome[]> {
    await this.sendLinks(client)
    const requests = new BulkRequests(client)
    const calls = BULK_ORDER.filter((call) => this.entries.some(({ part }) => part.call === call))
    for (const [position, call] of calls.entries()) {
      const due = this.due(call)
      const items = due.map(({ part }) => part.item)
      const answers = await requests.send(call, items, calls.length - 1 - position)
      due.forEach(({ part, payloads }, index) => this.record(payloads, outcomeOf(part, answers[index])))
    }
    return this.outcomes.map((outcome, payload) => this.withLink(outcome as Outcome, payload))
  }

  private async sendLinks(client: HeapClient): Promise<void> {
    const attempt = new Attempt()
    const links = this.due('identify')
    const queue = links.values()
    const sendNext = async () => {
      for (const link of queue) this.recordLink(link, attempt.over ?? attempt.heard(await client.send(link.part)))
    }
    await Promise.all(Array.from({ length: Math.min(CONCURRENT_LINKS, links.length) }, sendNext))
  }

  /**
   * What to send of payloads that have not failed. Behind an entry that has to be sent again, the others for the same
   * user wait as well, so that the last write wins.
   */
  private due(call: HeapItem['call']): Entry[] {
    const waiting = new Map<string, Failed>()
    const due = this.entries.filter((entry) => {
      const [payload] = entry.payloads
      const failed = this.failureOf(payload)
      if (entry.part.call !== call || (failed && !isRetryable(failed.status))) return false
      const obstacle = failed ?? waiting.get(mergeKey(entry))
      if (!obstacle) return true
      waiting.set(mergeKey(entry), obstacle)
      this.record(entry.payloads, behind(obstacle))
      return false
    })
    return merge(due)
  }

  private failureOf(payload: number): Failed | undefined {
    const outcome = this.outcomes[payload]
    return isFailed(outcome) ? outcome : undefined
  }

  private record(payloads: readonly number[], outcome: Outcome): void {
    for (const payload of payloads) this.outcomes[payload] = worseOf(this.outcomes[payload], outcome)
  }

  private recordLink({ part, payloads }: Entry, answer: HeapAnswer): void {
    if (isRetryable(answer.status)) this.record(payloads, outcomeOf(part, answer))
    else if (!succeeded(answer)) for (const payload of payloads) this.notLinked.set(payload, failure(answer))
  }

  private withLink(outcome: Outcome, payload: number): Outcome {
    const reason = this.notLinked.get(payload)
    if (reason === undefined || outcome.body === undefined) return outcome
    const body = typeof outcome.body === 'object' ? outcome.body : {}
    return { ...outcome, body: { ...body, heap_user_id: `Not linked. ${reason}` } }
  }
}

function tryConvert(convert: () => HeapItem[]): HeapItem[] | Failed {
  try {
    return convert()
  } catch (error) {
    return invalid(error)
  }
}

/** What Heap answered to another payload does not count as its answer to this one. */
function behind({ status, errormessage, body }: Failed): Failed {
  const answer = body === undefined ? undefined : notSent({ answered: true, status, body })
  return { status, errormessage: answer?.reason ?? errormessage }
}
