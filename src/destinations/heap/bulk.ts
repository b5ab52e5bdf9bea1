import { MAX_ITEMS_PER_REQUEST } from '../../lib/heap/limits'
import { BULK_CALLS } from './heap-api'
import type { BulkCall, HeapAnswer, HeapClient, HeapItem, Unanswered } from './heap-api'
import { isRetryable, notSent } from './outcome'

/**
 * More would keep Segment's worker busy with one bad batch; what is undecided then is retried later. Halving finds one
 * refused item among 1,000 in 22 requests, and 64 find seven scattered ones in most batches.
 */
export const MAX_REQUESTS_PER_BATCH = 64

/** Enough to find one refused item among 1,000, so that every attempt decides something of each call. */
const REQUESTS_PER_CALL_TO_COME = 16

const UNDECIDED: Unanswered = {
  answered: false,
  status: 500,
  reason: `Not delivered: Heap refuses too many items of this batch to find all of them within ${MAX_REQUESTS_PER_BATCH} requests. Send this item again.`
}

type Item = HeapItem['item']

/** Whether to continue after what Heap answered: not after a 429, nor after two failures in a row that can be retried. */
export class Attempt {
  /** What is not sent any more gets this. */
  over?: Unanswered
  private failuresInRow = 0

  heard(answer: HeapAnswer): HeapAnswer {
    this.failuresInRow = isRetryable(answer.status) ? this.failuresInRow + 1 : 0
    if (answer.status === 429 || this.failuresInRow === 2) this.over = notSent(answer)
    return answer
  }
}

/**
 * The bulk requests of one batch. Heap takes a request whole or refuses it whole, so a refused one is sent again without
 * the item that Heap names, or in halves; each item that gets a final refusal was named by Heap or sent alone.
 */
export class BulkRequests {
  private readonly attempt = new Attempt()
  private requestsLeft = MAX_REQUESTS_PER_BATCH

  constructor(private readonly client: Pick<HeapClient, 'bulk'>) {}

  /** One answer per item, at its own index. Some requests are left to each of the batch's calls that are still to come. */
  async send(call: BulkCall, items: readonly Item[], callsToCome = 0): Promise<HeapAnswer[]> {
    const answers = new Array<HeapAnswer>(items.length)
    const waiting = items.map((_, index) => index)
    const search = new Search()
    while (waiting.length > 0) {
      const portion = waiting.slice(0, search.size)
      const obstacle = this.obstacle(REQUESTS_PER_CALL_TO_COME * callsToCome)
      const answer = obstacle ?? (await this.request(call, pick(items, portion)))
      const { from, count } = obstacle ? { from: 0, count: waiting.length } : search.next(call, portion.length, answer)
      for (const index of waiting.splice(from, count)) answers[index] = answer
    }
    return answers
  }

  private obstacle(reserved: number): Unanswered | undefined {
    return this.attempt.over ?? (this.requestsLeft > reserved ? undefined : UNDECIDED)
  }

  private async request(call: BulkCall, items: readonly Item[]): Promise<HeapAnswer> {
    this.requestsLeft--
    return this.attempt.heard(await this.client.bulk(call, items))
  }
}

/** Which part of the portion that was sent has its answer. */
interface Settled {
  from: number
  count: number
}

const NOTHING: Settled = { from: 0, count: 0 }

/** How many items go out next, given what Heap said of the ones before. */
class Search {
  size = MAX_ITEMS_PER_REQUEST
  private limit = MAX_ITEMS_PER_REQUEST
  /** Heap refused this many next items together, so at least one of them is at fault. */
  private suspects = 0
  private settledSinceRefusal = 0

  next(call: BulkCall, sent: number, answer: HeapAnswer): Settled {
    if (answer.status === 413 && sent > 1) return this.tooLarge(sent)
    if (answer.status !== 400) return this.settled(sent, answer)
    const position = sent > 1 ? namedItem(call, sent, answer) : 0
    return position === undefined ? this.halve(sent) : this.refused(position, sent)
  }

  private tooLarge(sent: number): Settled {
    this.limit = Math.ceil(sent / 2)
    this.resize(this.limit)
    return NOTHING
  }

  /** Once the others of a refused portion are taken, the one at fault is in what is left of it. */
  private settled(sent: number, answer: HeapAnswer): Settled {
    this.settledSinceRefusal += sent
    this.suspects = isRetryable(answer.status) ? 0 : Math.max(0, this.suspects - sent)
    this.resize(this.suspects > 0 ? this.suspects / 2 : sent * 2)
    return { from: 0, count: sent }
  }

  /** Nothing is known of the others. */
  private refused(position: number, sent: number): Settled {
    // After one that was sent alone, the next at fault is likely as far away as it was from the one before.
    if (sent === 1) this.resize(this.settledSinceRefusal)
    this.settledSinceRefusal = 0
    this.suspects = 0
    return { from: position, count: 1 }
  }

  private halve(sent: number): Settled {
    this.suspects = sent
    this.resize(sent / 2)
    return NOTHING
  }

  private resize(size: number): void {
    this.size = Math.min(this.limit, Math.max(1, Math.ceil(size)))
  }
}

/** The position in the request of the item that Heap's text names, as in `postBody.events[3].properties should be object`. */
function namedItem(call: BulkCall, sent: number, answer: HeapAnswer): number | undefined {
  const body = answer.answered ? answer.body : ''
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const match = new RegExp(`\\b${BULK_CALLS[call].list}\\[(\\d+)\\]`).exec(text)
  const position = match ? Number(match[1]) : sent
  return position < sent ? position : undefined
}

function pick(items: readonly Item[], indexes: readonly number[]): readonly Item[] {
  return indexes.length === items.length ? items : indexes.map((index) => items[index])
}
