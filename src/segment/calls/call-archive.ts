import type { Store } from '../../store/store'
import { numberKey } from '../../store/sublevel'
import type { Change, Notes } from '../../store/sublevel'
import type { CallSummary, RecordedExchange } from './call-record'

export interface ArchiveLimits {
  /** Finished calls. The oldest go first. */
  calls: number
  /** Characters of JSON that they take, requests and answers included. */
  characters: number
}

/** What a page shows without effort, at 2.5 KB a call of usual size. */
export const DEFAULT_LIMITS: ArchiveLimits = { calls: 50_000, characters: 128 * 1024 * 1024 }

/** The most characters kept of a request or an answer. A full batch has some 700,000. */
const MAX_BODY_CHARACTERS = 1024 * 1024

interface Kept {
  characters: number
  /** Attempts that it shares with others. */
  batches: number[]
}

interface FinishedCall {
  number: number
  /** As JSON. */
  summary: string
  batches: number[]
  detail: string
  /** Characters of the message that stands beside it in the store; 0 when the detail has it. */
  messageLength: number
}

interface Batch {
  characters: number
  /** Calls that it was an attempt at, and that are not forgotten. */
  calls: number
}

/** Finished calls and the exchanges of their attempts, as text in the store, bounded in number and size. */
export class CallArchive {
  private readonly calls: Notes
  private readonly exchanges: Notes
  /** The oldest first. */
  private readonly kept = new Map<number, Kept>()
  private readonly batches = new Map<number, Batch>()
  private characters = 0
  private lastBatch = 0

  private constructor(
    store: Store,
    private readonly limits: ArchiveLimits
  ) {
    this.calls = store.notes('calls')
    this.exchanges = store.notes('exchanges')
  }

  /** The archive, what it holds, the oldest first, and what frees the store of exchanges that no call names. */
  static async in(store: Store, limits: ArchiveLimits): Promise<[CallArchive, CallSummary[], Change[]]> {
    const archive = new CallArchive(store, limits)
    for await (const chunk of archive.exchanges.entries()) {
      for (const [key, text] of chunk) archive.count(Number(key), text.length, 0)
    }
    const summaries: CallSummary[] = []
    for await (const chunk of archive.calls.entries()) {
      for (const [key, text] of chunk) summaries.push(archive.found(Number(key), text))
    }
    const unnamed = [...archive.batches].filter(([, { calls }]) => calls === 0)
    return [archive, summaries, unnamed.map(([id]) => archive.forgetBatch(id))]
  }

  /** The exchanges of an attempt at so many calls: its ID, and what puts them into the store. */
  addBatch(exchanges: RecordedExchange[], calls: number): [id: number, change: Change] {
    const text = JSON.stringify(exchanges.map(bounded))
    const id = this.count(this.lastBatch + 1, text.length, calls)
    return [id, this.exchanges.put(numberKey(id), text)]
  }

  /** A call no longer names these attempts. */
  release(batches: number[]): Change[] {
    return batches.flatMap((id) => {
      const batch = this.batches.get(id)
      if (!batch || --batch.calls > 0) return []
      return [this.forgetBatch(id)]
    })
  }

  /** What puts a finished call into the store, and others out of it. */
  put({ number, summary, batches, detail, messageLength }: FinishedCall): { changes: Change[]; forgotten: number[] } {
    const text = `[${summary},${JSON.stringify(batches)},${messageLength}]\n${detail}`
    this.enter(number, { characters: text.length + messageLength, batches })
    const changes = [this.calls.put(numberKey(number), text)]
    const forgotten: number[] = []
    for (const oldest of this.kept.keys()) {
      const fits = this.kept.size <= this.limits.calls && this.characters <= this.limits.characters
      if (fits || oldest === number) break
      changes.push(...this.forget(oldest))
      forgotten.push(oldest)
    }
    return { changes, forgotten }
  }

  /** What `put` was given; undefined when it is no longer there. */
  async detail(number: number): Promise<string | undefined> {
    const text = await this.calls.get(numberKey(number))
    return text?.slice(text.indexOf('\n') + 1)
  }

  async exchangesOf(batch: number): Promise<RecordedExchange[]> {
    const text = await this.exchanges.get(numberKey(batch))
    return text === undefined ? [] : (JSON.parse(text) as RecordedExchange[])
  }

  clear(): Change[] {
    return [...this.kept.keys()].flatMap((number) => this.forget(number))
  }

  private found(number: number, text: string): CallSummary {
    const head = JSON.parse(text.slice(0, text.indexOf('\n'))) as [CallSummary, number[], number]
    const [summary, batches, messageLength] = head
    this.enter(number, { characters: text.length + messageLength, batches })
    for (const id of batches) {
      const batch = this.batches.get(id)
      if (batch) batch.calls += 1
    }
    return summary
  }

  private enter(number: number, kept: Kept): void {
    this.characters += kept.characters - (this.kept.get(number)?.characters ?? 0)
    this.kept.delete(number)
    this.kept.set(number, kept)
  }

  private count(id: number, characters: number, calls: number): number {
    this.batches.set(id, { characters, calls })
    this.characters += characters
    this.lastBatch = Math.max(this.lastBatch, id)
    return id
  }

  private forget(number: number): Change[] {
    const { characters, batches } = this.kept.get(number) as Kept
    this.kept.delete(number)
    this.characters -= characters
    return [this.calls.del(numberKey(number)), ...this.release(batches)]
  }

  private forgetBatch(id: number): Change {
    this.characters -= this.batches.get(id)?.characters ?? 0
    this.batches.delete(id)
    return this.exchanges.del(numberKey(id))
  }
}

function bounded(exchange: RecordedExchange): RecordedExchange {
  const { request, response } = exchange
  const body = typeof response?.body === 'string' ? cut(response.body) : response?.body
  return { ...exchange, request: { ...request, body: cut(request.body) }, response: response && { ...response, body } }
}

function cut(text: string): string {
  return text.length > MAX_BODY_CHARACTERS ? `${text.slice(0, MAX_BODY_CHARACTERS)}… (${text.length} characters)` : text
}
