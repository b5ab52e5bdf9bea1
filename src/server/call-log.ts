import pico from 'picocolors'
import type { CallSummary } from '../segment/calls/call-record'
import type { AttemptOutcome, CallChange } from '../segment/calls/calls'
import { printable } from '../segment/printable'
import { redactText, spellingsOf } from '../segment/redact'

const MAX_NAME_CHARACTERS = 60
const MAX_REASON_CHARACTERS = 500

export interface CallLogOptions {
  print: (line: string) => void
  /** Texts that are never printed. */
  secrets: string[]
  /** A line of JSON for each call, as `GET /_segment/calls` has it, instead of words. */
  json?: boolean
  now?: () => Date
}

type Paint = (text: string) => string

/** The outcome of the calls, for people: a line for each attempt, with the local time, safe to show in a terminal. */
export class CallLog {
  private readonly secrets: string[]
  /** Batches whose failure was told: their calls fail together, and one of them is enough. */
  private readonly told = new WeakSet<object>()

  /** A terminal takes a thousand lines at once in the time of a few one by one. */
  private readonly waiting: string[] = []

  constructor(private readonly options: CallLogOptions) {
    this.secrets = spellingsOf(options.secrets)
  }

  /** `✓ track  Order Completed  user-1  → /api/track 200 4 ms`, with the reason below when it failed. */
  call(change: CallChange): void {
    const { outcome, attempt } = change
    if (outcome === 'waiting' && !attempt) return
    if (this.options.json) return this.json(change.summary())
    if (attempt?.retryAt !== undefined && this.told.has(attempt.run)) return
    if (attempt?.retryAt !== undefined) this.told.add(attempt.run)
    const [sign, paint] = signOf(change)
    const summary = change.summary()
    const { type, event, userId, anonymousId, status } = summary
    const names = [event, userId ?? anonymousId].map((name) => name && this.shown(name, MAX_NAME_CHARACTERS))
    const result = attempt
      ? `→ ${targetOf(change)} ${attempt.status} ${attempt.run.milliseconds} ms${triesOf(attempt, summary.attempts)}`
      : `→ ${[outcome, status].filter(Boolean).join(' ')}`
    this.print([`${paint(sign)} ${type.padEnd(8)}`, ...names, result].filter(Boolean).join('  '))
    const reason = attempt ? attempt.error : summary.reason
    if (reason) this.line(paint(`            ${this.shown(reason, MAX_REASON_CHARACTERS)}`))
  }

  /** A request that never became a call: `✗ POST /v1/track → 429 the reason`. */
  refusal(method: string, path: string, status: number, reason: string): void {
    this.note(`${pico.red('✗')} ${method} ${path} → ${status} ${reason}`)
  }

  note(text: string): void {
    if (this.options.json) this.line(JSON.stringify({ note: redactText(text, this.secrets) }))
    else this.print(this.shown(text, MAX_REASON_CHARACTERS))
  }

  /** Prints what waits for the end of the turn. */
  flush(): void {
    if (this.waiting.length > 0) this.options.print(this.waiting.splice(0).join('\n'))
  }

  private line(text: string): void {
    if (this.waiting.push(text) === 1) setImmediate(() => this.flush())
  }

  private json(summary: CallSummary): void {
    this.line(redactText(JSON.stringify(summary), this.secrets))
  }

  /** Secrets go before the text is cut, or half of one could stay. */
  private shown(text: string, length: number): string {
    const clean = printable(redactText(text, this.secrets))
    return clean.length > length ? `${clean.slice(0, length - 1)}…` : clean
  }

  private print(text: string): void {
    const { now = () => new Date() } = this.options
    this.line(`${pico.dim(now().toTimeString().slice(0, 8))}  ${text}`)
  }
}

function signOf({ outcome, attempt }: CallChange): [string, Paint] {
  if (attempt?.retryAt !== undefined) return ['↻', pico.yellow]
  if (attempt && attempt.status < 300) return ['✓', pico.green]
  return outcome === 'unmatched' ? ['–', pico.dim] : ['✗', pico.red]
}

/** The endpoint, where all requests of the attempt went to one; else the action. */
function targetOf({ attempt }: CallChange): string {
  const [first, ...others] = attempt?.run.exchanges ?? []
  const isOne = first && others.every(({ request }) => request.url === first.request.url)
  return isOne ? first.request.url.replace(/^\w+:\/\/[^/]*|\?.*$/g, '') : (attempt?.action ?? '')
}

function triesOf({ retryAt, run }: AttemptOutcome, attempts: number): string {
  const notes = [
    retryAt !== undefined && run.size > 1 && `in a batch of ${run.size}`,
    attempts > 1 && `attempt ${attempts}`,
    retryAt !== undefined && 'will be retried'
  ].filter(Boolean)
  return notes.length > 0 ? ` (${notes.join(', ')})` : ''
}
