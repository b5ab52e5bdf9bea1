import type { CallOutcome, CallSummary } from './call-record'

interface Entry {
  revision: number
  outcome: CallOutcome
  messageId: string | null
  json: string
}

/** The summaries of all calls, as JSON: 50,000 take some 20 MB. */
export class CallIndex {
  private readonly entries = new Map<number, Entry>()
  private readonly byMessageId = new Map<string, number>()

  /** The lowest number. */
  get first(): number | undefined {
    return this.entries.keys().next().value
  }

  set(summary: CallSummary): void {
    const { number, revision, outcome, messageId } = summary
    this.entries.set(number, { revision, outcome, messageId, json: JSON.stringify(summary) })
    if (messageId !== null) this.byMessageId.set(messageId, number)
  }

  get(number: number): CallSummary | undefined {
    const entry = this.entries.get(number)
    return entry && (JSON.parse(entry.json) as CallSummary)
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
    return { revision: next[next.length - 1]?.revision ?? revision, calls: next.map(({ json }) => json) }
  }

  /** The oldest first. */
  *summaries(outcome?: CallOutcome): Generator<CallSummary> {
    for (const entry of this.entries.values()) {
      if (outcome === undefined || entry.outcome === outcome) yield JSON.parse(entry.json) as CallSummary
    }
  }

  delete(number: number): void {
    const messageId = this.entries.get(number)?.messageId ?? ''
    if (this.byMessageId.get(messageId) === number) this.byMessageId.delete(messageId)
    this.entries.delete(number)
  }
}
