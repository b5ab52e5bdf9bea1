import { BULK_CALLS, isRetryable } from './heap-api'
import type { Answered, BulkCall, HeapAnswer, HeapClient, HeapItem, Unanswered } from './heap-api'
import { notSent } from './outcome'
import { Portions } from './portions'

/** More would keep Segment's worker busy with one bad batch; what is undecided then is retried later. */
export const MAX_REQUESTS_PER_BATCH = 64

/** Enough to find one refused item among 1,000, so that every attempt decides something of each call. */
const REQUESTS_PER_CALL_TO_COME = 16

type Item = HeapItem['item']

/**
 * The requests of one batch. After a 429, a 5xx or a network failure nothing more is sent: further items get the same
 * status, unanswered. Heap takes a request whole or refuses it whole, so a refused one is sent again without the item
 * that Heap names, or in halves; each item that gets a final refusal was named by Heap or sent alone.
 */
export class BulkRequests {
  private requestsLeft = MAX_REQUESTS_PER_BATCH
  private stopped?: Unanswered

  constructor(private readonly client: Pick<HeapClient, 'bulk'>) {}

  /** One answer per item, at its own index. Some requests are left to each of the batch's calls that are still to come. */
  async send(call: BulkCall, items: readonly Item[], callsToCome = 0): Promise<HeapAnswer[]> {
    const answers = new Array<HeapAnswer>(items.length)
    const reserved = REQUESTS_PER_CALL_TO_COME * callsToCome
    const portions = new Portions(items.length)
    for (let portion = portions.next(); portion.length > 0; portion = portions.next()) {
      const obstacle = this.obstacle(reserved)
      if (obstacle) {
        for (const index of portions.rest()) answers[index] = obstacle
        break
      }
      const answer = await this.sendPortion(call, pick(items, portion))
      for (const index of settle(call, portions, answer)) answers[index] = answer
    }
    return answers
  }

  private obstacle(reserved: number): Unanswered | undefined {
    return this.stopped ?? (this.requestsLeft > reserved ? undefined : UNDECIDED)
  }

  private async sendPortion(call: BulkCall, items: readonly Item[]): Promise<HeapAnswer> {
    this.requestsLeft--
    const answer = await this.client.bulk(call, items)
    if (isRetryable(answer.status)) this.stopped = notSent(answer)
    return answer
  }
}

const UNDECIDED: Unanswered = {
  answered: false,
  status: 500,
  reason: `Not decided within ${MAX_REQUESTS_PER_BATCH} requests, because Heap refuses too many items of this batch; send it again.`
}

/** Records what the answer says about the portion that was sent; returns the indexes of the items that it settles. */
function settle(call: BulkCall, portions: Portions, answer: HeapAnswer): readonly number[] {
  const { length } = portions.next()
  if (answer.status === 413 && length > 1) return portions.shrink()
  if (answer.status !== 400 || !answer.answered) return portions.settle()
  const position = length > 1 ? namedItem(call, length, answer) : 0
  return position === undefined ? portions.halve() : portions.refuse(position)
}

/** The position in the request of the item that Heap's text names, as in `postBody.events[3].properties should be object`. */
function namedItem(call: BulkCall, length: number, { body }: Answered): number | undefined {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const match = new RegExp(`\\b${BULK_CALLS[call].list}\\[(\\d+)\\]`).exec(text)
  const position = match ? Number(match[1]) : length
  return position < length ? position : undefined
}

function pick(items: readonly Item[], indexes: readonly number[]): readonly Item[] {
  return indexes.length === items.length ? items : indexes.map((index) => items[index])
}
