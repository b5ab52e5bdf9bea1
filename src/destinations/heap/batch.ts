import { Attempt, BulkRequests } from './bulk'
import { BULK_CALLS } from './heap-api'
import type { BulkCall, HeapAnswer, HeapClient, HeapItem } from './heap-api'
import { failure, isFailed, isRetryable, notSent, outcomeOf, succeeded, worseOf } from './outcome'
import type { Failed, Outcome } from './outcome'

/** In the order in which a batch's calls go out. */
const BULK_ORDER = Object.keys(BULK_CALLS) as BulkCall[]

/** Heap documents no bulk form of identify. */
const CONCURRENT_LINKS = 5

/** One thing to tell Heap, and the payloads (by index) that it stands for. */
interface Entry {
  part: HeapItem
  payloads: readonly number[]
}

/** What the payloads of a batch tell Heap, and what has come of each so far. */
export class Batch {
  private readonly entries: Entry[] = []
  private readonly outcomes: (Outcome | undefined)[]
  /** By payload: why Heap refuses for good to link its user. That fails nothing else. */
  private readonly notLinked = new Map<number, string>()

  /** What to tell Heap of each payload, or why it cannot be told. */
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

/** What Heap answered to another payload does not count as its answer to this one. */
function behind({ status, errormessage, body }: Failed): Failed {
  const answer = body === undefined ? undefined : notSent({ answered: true, status, body })
  return { status, errormessage: answer?.reason ?? errormessage }
}

/** A new entry for each user, account and link, in which the last write of each property wins. Events stay alone. */
function merge(entries: readonly Entry[]): Entry[] {
  const groups = new Map<string, Entry[]>()
  for (const entry of entries) {
    const key = mergeKey(entry)
    const group = groups.get(key)
    if (group) group.push(entry)
    else groups.set(key, [entry])
  }
  return [...groups.values()].map((group) => (group.length === 1 ? group[0] : merged(group)))
}

/** Equal for what becomes one entry. */
function mergeKey({ part, payloads }: Entry): string {
  switch (part.call) {
    case 'userProperties':
      return part.item.identity
    case 'accountProperties':
      return part.item.account_id
    case 'identify':
      return `${part.item.user_id} ${part.item.identity}`
    default:
      return `payload ${payloads[0]}`
  }
}

function merged(group: readonly Entry[]): Entry {
  const [{ part }] = group
  const payloads = group.flatMap((entry) => entry.payloads)
  if (part.call !== 'userProperties' && part.call !== 'accountProperties') return { part, payloads }
  const properties = Object.fromEntries(group.flatMap((entry) => Object.entries(propertiesOf(entry))))
  return { part: { ...part, item: { ...part.item, properties } } as HeapItem, payloads }
}

function propertiesOf({ part: { item } }: Entry) {
  return 'properties' in item ? item.properties : {}
}
