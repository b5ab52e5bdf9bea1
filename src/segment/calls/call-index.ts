import type { CallOutcome, CallSummary } from './call-record'

interface Entry {
  revision: number
  outcome: CallOutcome
  messageId: string | null
  /** As JSON once the call is finished: it takes less memory, and less time to send. */
  summary: CallSummary | string
}

/** The summaries of all calls: 50,000 take some 20 MB. */
export class CallIndex {
  private readonly entries = new Map<number, Entry>()
  private readonly byMessageId = new Map<string, number>()

  /** The lowest number. */
  get first(): number | undefined {
    return this.entries.keys().next().value
  }

  set(summary: CallSummary): void {
    this.enter(summary, summary)
  }

  /** Returns the JSON that is kept. */
  setFinished(summary: CallSummary): string {
    const json = JSON.stringify(summary)
    this.enter(summary, json)
    return json
  }

  get(number: number): CallSummary | undefined {
    const entry = this.entries.get(number)
    return entry && summaryIn(entry)
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
    const changed = [...this.entries.values()].filter((entry) => entry.revision > revision)
    const next = changed.sort((a, b) => a.revision - b.revision).slice(0, limit)
    return {
      revision: next[next.length - 1]?.revision ?? revision,
      calls: next.map(({ summary }) => (typeof summary === 'string' ? summary : JSON.stringify(summary)))
    }
  }

  /** The oldest first. */
  *summaries(outcome?: CallOutcome): Generator<CallSummary> {
    for (const entry of this.entries.values()) {
      if (outcome === undefined || entry.outcome === outcome) yield summaryIn(entry)
    }
  }

  delete(number: number): void {
    const messageId = this.entries.get(number)?.messageId ?? ''
    if (this.byMessageId.get(messageId) === number) this.byMessageId.delete(messageId)
    this.entries.delete(number)
  }

  private enter({ number, revision, outcome, messageId }: CallSummary, summary: Entry['summary']): void {
    this.entries.set(number, { revision, outcome, messageId, summary })
    if (messageId !== null) this.byMessageId.set(messageId, number)
  }
}

function summaryIn({ summary }: Entry): CallSummary {
  return typeof summary === 'string' ? (JSON.parse(summary) as CallSummary) : summary
}
