import type { Region } from './environment'
import type { Dropped } from './reply'
import { parsed } from './sent-body'

/** Requests kept for read-back; older ones are forgotten. */
const KEPT_REQUESTS = 1000

/** Bytes of body kept over all of them, as text, so that a thousand full batches do not fill the memory. */
const KEPT_BODY_BYTES = 8 * 1024 * 1024

/** One request to Heap's API, whether it was stored, refused or cut off. Credentials are not recorded. */
export interface RecordedRequest {
  /** 1 for the first since the start or the last reset: the newest one's number is the count of all. */
  number: number
  received_at: string
  method: string
  region: Region
  /** The path without its region, e.g. `/api/track`. */
  path: string
  app_id: string | null
  /** Events, users or accounts in the body; 0 for calls that have no list. */
  items: number
  bytes: number
  /** Parsed JSON; the text when it was not JSON; null when there was none. */
  body: unknown
  /** null until answered, and for a connection that was reset. */
  status: number | null
  /** Text, or JSON where it was JSON. */
  response: unknown
  /** The fault that struck it, e.g. `429`, `reset-before`. */
  fault: string | null
  /** Whether Heap took it, also when the caller never heard of that. */
  accepted: boolean
  /** What was accepted with success and silently not applied. */
  dropped: Dropped[]
}

/** The newest requests, in order of arrival. */
export class RequestLog {
  readonly requests: RecordedRequest[] = []
  private total = 0
  private bytes = 0

  get count(): number {
    return this.total
  }

  /** The body is kept as text, and parsed whenever it is read. */
  add({ text, ...request }: Omit<RecordedRequest, 'number' | 'body'> & { text: string }): RecordedRequest {
    const record = {
      number: (this.total += 1),
      ...request,
      get body() {
        return bodyOf(text)
      }
    }
    this.requests.push(record)
    this.bytes += record.bytes
    while (this.requests.length > KEPT_REQUESTS || (this.bytes > KEPT_BODY_BYTES && this.requests.length > 1)) {
      this.bytes -= this.requests.shift()?.bytes ?? 0
    }
    return record
  }

  clear(): void {
    this.requests.length = 0
    this.total = 0
    this.bytes = 0
  }
}

function bodyOf(text: string): unknown {
  const { json, malformed } = parsed(text)
  return malformed ? text : (json ?? null)
}
