import { setOwn } from '../../lib/set-own'
import { isRetryable, succeeded } from './heap-api'
import type { HeapAnswer, HeapItem } from './heap-api'
import { notSent } from './outcome'
import type { Settled } from './outcome'

type Call = HeapItem['call']
type PartFor<C extends Call> = Extract<HeapItem, { call: C }>

/** Something to send, and the payloads (by index) that it stands for. */
export interface Entry<C extends Call> {
  part: PartFor<C>
  payloads: number[]
}

/** What the payloads of a batch tell Heap, and what has come of it so far. */
export class Payloads {
  /** By payload. */
  readonly settled: Settled[][]

  /** The parts of each payload; none when it is invalid. */
  constructor(private readonly parts: readonly HeapItem[][]) {
    this.settled = parts.map(() => [])
  }

  have(call: Call): boolean {
    return this.parts.some((parts) => parts.some((part) => part.call === call))
  }

  record<C extends Call>({ part, payloads }: Entry<C>, answer: HeapAnswer): void {
    for (const payload of payloads) this.settled[payload].push({ part, answer })
  }

  /**
   * What to send of payloads that have not failed. Items for one user, account or link become one, in order, so that the
   * last write wins; therefore, behind one that is to be sent again, the others for the same user wait as well.
   */
  entriesFor<C extends Call>(call: C): Entry<C>[] {
    const entries = new Entries<C>()
    this.parts.forEach((parts, payload) => {
      const failure = this.failureOf(payload)
      if (failure && !isRetryable(failure.status)) return
      for (const part of parts) {
        if (!isFor(call, part)) continue
        const obstacle = entries.add(part, payload, failure)
        if (obstacle) this.record({ part, payloads: [payload] }, obstacle)
      }
    })
    return entries.list
  }

  /** A link that Heap refuses for good is none. */
  private failureOf(payload: number): HeapAnswer | undefined {
    const isFailure = ({ part, answer }: Settled) =>
      part.call === 'identify' ? isRetryable(answer.status) : !succeeded(answer)
    return this.settled[payload].find(isFailure)?.answer
  }
}

class Entries<C extends Call> {
  readonly list: Entry<C>[] = []
  private readonly merged = new Map<string, Entry<C>>()
  private readonly obstacles = new Map<string, HeapAnswer>()

  /** Returns what the payload has to wait for, if anything. */
  add(part: PartFor<C>, payload: number, failure: HeapAnswer | undefined): HeapAnswer | undefined {
    const key = mergeKey(part) ?? `payload ${payload}`
    const obstacle = failure ?? this.obstacles.get(key)
    if (obstacle) this.obstacles.set(key, obstacle)
    else this.merge(key, part, payload)
    return obstacle?.answered ? notSent(obstacle) : obstacle
  }

  private merge(key: string, part: PartFor<C>, payload: number): void {
    const known = this.merged.get(key)
    if (known) {
      overwriteProperties(known.part.item, part.item)
      known.payloads.push(payload)
      return
    }
    const entry: Entry<C> = { part, payloads: [payload] }
    this.list.push(entry)
    this.merged.set(key, entry)
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
