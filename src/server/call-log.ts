import type { Outcome } from '../segment/queue'
import type { Exchange } from '../segment/exchange'
import { redactText, spellingsOf } from '../segment/redact'
import { printable } from '../segment/printable'

const MAX_NAME_CHARACTERS = 60
const MAX_RESULT_CHARACTERS = 500

export interface CallLogOptions {
  print: (line: string) => void
  /** Addresses below this one are shown without it. */
  url: string
  /** Texts that are never printed. */
  secrets: string[]
  now?: () => Date
}

/** What happens to the calls, for people: a line each, with the local time, safe to show in a terminal. */
export class CallLog {
  private readonly secrets: string[]

  constructor(private readonly options: CallLogOptions) {
    this.secrets = spellingsOf(options.secrets)
  }

  /** One attempt at delivering a call: `track  Order Completed  user-1  → trackEvent 200`. */
  outcome({ message, action, status, error, attempt, willRetry }: Outcome): void {
    const { type, event, name, groupId, userId, anonymousId } = message
    const names = [type === 'group' ? groupId : (event ?? name), userId ?? anonymousId]
    const reason = status < 300 ? undefined : error
    const notes = [attempt > 1 && `attempt ${attempt}`, willRetry && 'will be retried'].filter(Boolean).join(', ')
    this.line(type, names, [`→ ${action} ${status}`, reason, notes && `(${notes})`])
  }

  /** One request to Heap: `Heap  POST /api/track  events: 2  → 200`. */
  exchange({ request, response }: Exchange): void {
    const { url: base } = this.options
    const url = request.url.startsWith(base) ? request.url.slice(base.length) : request.url
    this.line('Heap', [`${request.method} ${url.split('?')[0]}`, itemCount(request.body)], [`→ ${response.statusCode}`])
  }

  /** A request that never became a call: `refused  POST /v1/track  → 400 the reason`. */
  refusal(method: string, path: string, status: number, reason: string): void {
    this.line('refused', [`${method} ${path}`], [`→ ${status}`, reason])
  }

  note(text: string): void {
    this.print(this.shown(text, MAX_RESULT_CHARACTERS))
  }

  private line(kind: string, names: unknown[], result: unknown[]): void {
    const shownNames = names.filter(isPresent).map((name) => this.shown(text(name), MAX_NAME_CHARACTERS))
    const shownResult = this.shown(result.filter(isPresent).join(' '), MAX_RESULT_CHARACTERS)
    this.print([kind.padEnd(8), ...shownNames, shownResult].join('  '))
  }

  /** Secrets go before the text is cut, or half of one could stay. */
  private shown(text: string, length: number): string {
    const clean = printable(redactText(text, this.secrets))
    return clean.length > length ? `${clean.slice(0, length - 1)}…` : clean
  }

  private print(text: string): void {
    const { print, now = () => new Date() } = this.options
    print(`${now().toTimeString().slice(0, 8)}  ${text}`)
  }
}

/** Whoever sends events may send anything for a name. */
function text(name: unknown): string {
  return typeof name === 'string' ? name : JSON.stringify(name)
}

function isPresent(part: unknown): boolean {
  return part !== undefined && part !== null && part !== ''
}

function itemCount(body: string): string | undefined {
  const list = Object.entries(parsed(body)).find(([, value]) => Array.isArray(value))
  return list && `${list[0]}: ${(list[1] as unknown[]).length}`
}

function parsed(body: string): object {
  try {
    return Object(JSON.parse(body)) as object
  } catch {
    return {}
  }
}
