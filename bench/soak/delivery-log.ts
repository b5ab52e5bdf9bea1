import { appendFileSync } from 'node:fs'
import type { CallSummary } from '../../src/segment/calls/call-record'

const REFUSED = ['refused', 'unmatched']

/** What `serve --json` prints about calls, over all its lives. */
export class DeliveryLog {
  /** Those that were refused for good: reason by message ID. */
  readonly refused = new Map<string, string>()
  /** The identify call accepted last, by user and audience. */
  readonly last = new Map<string, CallSummary>()
  readonly notes: string[] = []
  retries = 0

  /** Keeps the lines in a file, too. */
  constructor(private readonly path: string) {}

  readonly add = (line: string): void => {
    appendFileSync(this.path, `${line}\n`)
    const { note, ...call } = parsed(line)
    if (note !== undefined) this.notes.push(note)
    else if (call.number !== undefined) this.call(call as CallSummary)
  }

  private call(call: CallSummary): void {
    const { messageId, type, outcome, status, reason } = call
    if (outcome === 'waiting') this.retries++
    if (messageId && REFUSED.includes(outcome)) this.refused.set(messageId, `${status ?? ''} ${general(reason ?? '')}`)
    if (type === 'identify' && messageId) this.identified(call)
  }

  private identified(call: CallSummary): void {
    const key = `${call.userId} ${call.event}`
    if (call.number >= (this.last.get(key)?.number ?? 0)) this.last.set(key, call)
  }
}

/** A kill may cut a line off. */
function parsed(line: string): Partial<CallSummary> & { note?: string } {
  try {
    return JSON.parse(line) as Partial<CallSummary>
  } catch {
    return {}
  }
}

/** The same reason in the same words, whatever call it is about. */
function general(reason: string): string {
  return reason
    .replace(/\[\d+\]/, '[N]')
    .replace(/has \d+ characters/, 'has N characters')
    .trim()
}
