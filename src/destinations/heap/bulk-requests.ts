import { BULK_CALLS, isRetryable, MAX_ITEMS_PER_REQUEST, succeeded } from './heap-client'
import type { Answered, BulkCall, HeapAnswer, HeapClient, HeapItem, Unanswered } from './heap-client'

/** More would keep Segment's worker busy with one bad batch; what is undecided then is retried later. */
export const MAX_REQUESTS_PER_BATCH = 64

type Item = HeapItem['item']

/** Items that go out in one request, by their position in the list. */
interface Group {
  indexes: number[]
  /** Heap refused a request with these items, and has since taken the rest of it: split before sending. */
  refused?: boolean
  /** The other half of a refused request. */
  sibling?: Group
}

/**
 * The requests of one batch. After a 429, a 5xx or a network failure nothing more is sent: further items get the same
 * status, unanswered. Heap takes a request whole or refuses it whole, so a refused one is sent again without the item
 * that Heap names, or in halves; each item that gets a final refusal was named by Heap or sent alone.
 */
export class BulkRequests {
  private requestsLeft = MAX_REQUESTS_PER_BATCH
  private stopped?: Unanswered

  constructor(private readonly client: HeapClient) {}

  /** One answer per item, at its own index. */
  async send(call: BulkCall, items: readonly Item[]): Promise<HeapAnswer[]> {
    const answers = new Array<HeapAnswer>(items.length)
    const stack = chunks(items.length).reverse()
    for (let group = stack.pop(); group !== undefined; group = stack.pop()) {
      if (group.refused && group.indexes.length > 1) {
        stack.push(...halves(group, true))
        continue
      }
      const answer = await this.answer(() => this.client.bulk(call, pick(items, group)))
      stack.push(...settle(call, group, answer, answers))
    }
    return answers
  }

  /** For calls that take one item a request: outside the limit on requests, which bounds the search for refused items. */
  async sendAlone(request: () => Promise<HeapAnswer>): Promise<HeapAnswer> {
    return this.stopped ?? this.stopOnFailure(await request())
  }

  private async answer(request: () => Promise<HeapAnswer>): Promise<HeapAnswer> {
    if (this.stopped) return this.stopped
    if (this.requestsLeft === 0) return UNDECIDED
    this.requestsLeft--
    return this.stopOnFailure(await request())
  }

  private stopOnFailure(answer: HeapAnswer): HeapAnswer {
    if (isRetryable(answer.status)) this.stopped = { answered: false, status: answer.status, reason: notSent(answer) }
    return answer
  }
}

// A 413 is about size, so it says nothing about the items themselves.
const HALVED = new Set([400, 413])

const UNDECIDED: Unanswered = {
  answered: false,
  status: 500,
  reason: `Not decided within ${MAX_REQUESTS_PER_BATCH} requests, because Heap refuses too many items of this batch; send it again.`
}

function notSent(answer: HeapAnswer): string {
  const cause = answer.answered ? `Heap answered ${answer.status}` : answer.reason
  return `Not sent: an earlier request of this batch failed (${cause}); send it again.`
}

/** Records what the answer decides, and returns the groups that have to be sent again, the first one last. */
function settle(call: BulkCall, group: Group, answer: HeapAnswer, answers: HeapAnswer[]): Group[] {
  const named = answer.status === 400 && answer.answered ? namedItem(call, group, answer) : undefined
  if (named !== undefined) {
    answers[group.indexes[named]] = answer
    return group.indexes.length > 1 ? [{ indexes: group.indexes.filter((_, position) => position !== named) }] : []
  }
  if (group.indexes.length > 1 && HALVED.has(answer.status)) return halves(group, answer.status === 400)
  if (succeeded(answer) && group.sibling) group.sibling.refused = true
  for (const index of group.indexes) answers[index] = answer
  return []
}

/** The right half and the left one, which is sent first. When Heap refused the whole and takes the left half, the right is at fault. */
function halves({ indexes }: Group, refusedForContent: boolean): Group[] {
  const middle = Math.ceil(indexes.length / 2)
  const right: Group = { indexes: indexes.slice(middle) }
  const left: Group = { indexes: indexes.slice(0, middle) }
  return [right, refusedForContent ? { ...left, sibling: right } : left]
}

/** The position in the request of the item that Heap's text names, as in `postBody.events[3].properties should be object`. */
function namedItem(call: BulkCall, group: Group, { body }: Answered): number | undefined {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const match = new RegExp(`\\b${BULK_CALLS[call].list}\\[(\\d+)\\]`).exec(text)
  const position = match ? Number(match[1]) : group.indexes.length
  return position < group.indexes.length ? position : undefined
}

function chunks(length: number): Group[] {
  const groups: Group[] = []
  for (let start = 0; start < length; start += MAX_ITEMS_PER_REQUEST) {
    const size = Math.min(MAX_ITEMS_PER_REQUEST, length - start)
    groups.push({ indexes: Array.from({ length: size }, (_, offset) => start + offset) })
  }
  return groups
}

function pick(items: readonly Item[], { indexes }: Group): readonly Item[] {
  return indexes.length === items.length ? items : indexes.map((index) => items[index])
}
