import type { Outcome } from '../segment/delivery'
import type { Exchange } from '../segment/exchange'
import { redactText } from '../segment/redact'

const MAX_NAME_CHARACTERS = 60
const MAX_RESULT_CHARACTERS = 500

/** `track  Order Completed  user-1  → trackEvent 200`: one attempt at delivering one call. */
export function outcomeLine({ message, action, status, error, attempt, willRetry }: Outcome): string {
  const { type, event, name, groupId, userId, anonymousId } = message
  const names = [type === 'group' ? groupId : (event ?? name), userId ?? anonymousId]
  const reason = status < 300 ? undefined : error
  const notes = [attempt > 1 && `attempt ${attempt}`, willRetry && 'will be retried'].filter(Boolean).join(', ')
  const result = [`→ ${action} ${status}`, reason, notes && `(${notes})`].filter(Boolean).join(' ')
  return columns([type, ...names], result)
}

/** `Heap  POST /api/track  events: 2  → 200`: one request to Heap. Addresses below `base` are shown without it. */
export function exchangeLine({ request, response }: Exchange, base: string): string {
  const url = request.url.startsWith(base) ? request.url.slice(base.length) : request.url
  return columns(
    ['Heap', `${request.method} ${url.split('?')[0]}`, itemCount(request.body)],
    `→ ${response.statusCode}`
  )
}

/** `refused  POST /v1/track  → 400 the reason`: a request that never became a call. */
export function refusalLine(method: string, path: string, status: number, reason: string): string {
  return columns(['refused', `${method} ${path}`], `→ ${status} ${reason}`)
}

/** The time of day before a line that a terminal can show as it is, without the secrets. */
export function logLine(line: string, secrets: string[], now = new Date()): string {
  return `${now.toTimeString().slice(0, 8)}  ${printable(redactText(line, secrets))}`
}

function columns([kind, ...names]: unknown[], result: string): string {
  const shown = names
    .filter((name) => name != null && name !== '')
    .map((name) => shortened(String(name), MAX_NAME_CHARACTERS))
  return [String(kind).padEnd(8), ...shown, shortened(result, MAX_RESULT_CHARACTERS)].join('  ')
}

function shortened(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text
}

/** Names come from whoever sends events: control characters could rewrite the terminal. */
function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
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
