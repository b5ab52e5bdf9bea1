import type { CallOutcome, CallSummary } from './call-record'

/** A call as the index keeps it; the summary is made when somebody asks for it. */
export interface IndexedCall {
  readonly revision: number
  readonly outcome: CallOutcome
  readonly messageId: string | null
  summary(): CallSummary
}

/** A call with its final outcome. As JSON the summary takes less memory, and less time to send. */
class FinishedCall implements IndexedCall {
  readonly revision: number
  readonly outcome: CallOutcome
  readonly messageId: string | null

  constructor(
    { revision, outcome, messageId }: CallSummary,
    readonly json: string
  ) {
    this.revision = revision
    this.outcome = outcome
    this.messageId = messageId
  }

  summary(): CallSummary {
    return JSON.parse(this.json) as CallSummary
  }
}

/** All calls by their numbers: 50,000 take some 20 MB. */
export class CallIndex {
  private readonly entries = new Map<number, IndexedCall>()
  private readonly byMessageId = new Map<string, number>()

  /** The lowest number. */
  get first(): number | undefined {
    return this.entries.keys().next().value
  }

  set(number: number, call: IndexedCall): void {
    this.entries.set(number, call)
    if (call.messageId !== null) this.byMessageId.set(call.messageId, number)
  }

  /** Returns the JSON that is kept. */
  setFinished(summary: CallSummary): string {
    const json = JSON.stringify(summary)
    this.set(summary.number, new FinishedCall(summary, json))
    return json
  }

  get(number: number): CallSummary | undefined {
    return this.entries.get(number)?.summary()
  }

  /** The newest call with this message ID. */
  withMessageId(messageId: string): number | undefined {
    return this.byMessageId.get(messageId)
  }

  get size(): number {
    return this.entries.size
  }

  /** As JSON, calls that changed after this revision, in the order of their changes; `revision` is that of the last. */
  since(revision: number, limit: number): { revision: number; calls: string[] } {
    const changed = [...this.entries.values()].filter((call) => call.revision > revision)
    const next = changed.sort((a, b) => a.revision - b.revision).slice(0, limit)
    return { revision: next[next.length - 1]?.revision ?? revision, calls: next.map(jsonOf) }
  }

  /** The oldest first. */
  *summaries(outcome?: CallOutcome): Generator<CallSummary> {
    for (const call of this.entries.values()) {
      if (outcome === undefined || call.outcome === outcome) yield call.summary()
    }
  }

  delete(number: number): void {
    const messageId = this.entries.get(number)?.messageId ?? ''
    if (this.byMessageId.get(messageId) === number) this.byMessageId.delete(messageId)
    this.entries.delete(number)
  }
}

function jsonOf(call: IndexedCall): string {
  return call instanceof FinishedCall ? call.json : JSON.stringify(call.summary())
}
