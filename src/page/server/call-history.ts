import get from 'lodash/get'
import { MEMORY_PER_JSON_BYTE } from '../../segment/message'
import type { CallResult, CallSummary, JsonObject, Listing } from '../protocol'

/** Calls that are kept, so that what became of their properties can be told. */
const KEPT_CALLS = 1000
const KEPT_BYTES = 16 * 1024 * 1024

/** Characters of a name in a list. */
const MAX_SHOWN = 200

/** How an event that the page sent was mapped; calls from SDKs go the way of the presets. */
export interface UsedMapping {
  action: string
  mapping: JsonObject
}

export interface Call {
  number: number
  receivedAt: string
  messageId: string
  /** Read again from the JSON that is kept. */
  readonly message: JsonObject
  used?: UsedMapping
  results: CallResult[]
  bytes: number
}

/** The newest calls, with what became of each. */
export class CallHistory {
  private calls: Call[] = []
  private bytes = 0
  /** Of mappings: one is shared by all events of a batch. */
  private readonly mappingBytes = new WeakMap<UsedMapping, number>()
  private readonly byMessageId = new Map<string, Call>()
  private count = 0
  /** Grows with every call and every result. */
  revision = 0

  add(message: JsonObject, used?: UsedMapping): Call {
    const json = JSON.stringify(message)
    const bytes = json.length * MEMORY_PER_JSON_BYTE + this.costOf(used)
    const call: Call = {
      number: ++this.count,
      receivedAt: new Date().toISOString(),
      messageId: String(message.messageId),
      get message() {
        return JSON.parse(json) as JsonObject
      },
      used,
      results: [],
      bytes
    }
    this.revision += 1
    this.calls.push(call)
    this.bytes += bytes
    this.byMessageId.set(call.messageId, call)
    while (this.calls.length > KEPT_CALLS || this.bytes > KEPT_BYTES) this.forgetOldest()
    return call
  }

  /** Keeps the newest result of each action. */
  settle(call: Call | undefined, result: CallResult): void {
    if (!call) return
    this.revision += 1
    call.results = [...call.results.filter(({ action }) => action !== result.action), result]
  }

  withMessageId(messageId: string): Call | undefined {
    return this.byMessageId.get(messageId)
  }

  numbered(number: number): Call | undefined {
    return this.calls.find((call) => call.number === number)
  }

  /** Those that an action got to Heap, the newest first. */
  delivered(isAsked: (message: JsonObject) => boolean): Call[] {
    return this.calls
      .filter((call) => call.results.some(({ status }) => status < 300) && isAsked(call.message))
      .reverse()
  }

  newest(limit: number): Listing<CallSummary> {
    return { items: this.calls.slice(-limit).reverse().map(summary), total: this.calls.length }
  }

  private costOf(used: UsedMapping | undefined): number {
    if (!used) return 0
    const bytes = this.mappingBytes.get(used) ?? JSON.stringify(used.mapping).length * MEMORY_PER_JSON_BYTE
    this.mappingBytes.set(used, bytes)
    return bytes
  }

  private forgetOldest(): void {
    const [oldest] = this.calls.splice(0, 1)
    this.bytes -= oldest.bytes
    if (this.byMessageId.get(oldest.messageId) === oldest) this.byMessageId.delete(oldest.messageId)
  }
}

function summary({ number, receivedAt, message, used, results }: Call): CallSummary {
  const { type, event, name, groupId, userId, anonymousId } = message
  const title = type === 'group' ? groupId : (event ?? name ?? audienceKey(message))
  const source = used ? 'page' : 'tracking api'
  return {
    number,
    receivedAt,
    source,
    type: text(type),
    name: text(title).slice(0, MAX_SHOWN),
    who: text(userId ?? anonymousId).slice(0, MAX_SHOWN),
    results
  }
}

function audienceKey({ context }: JsonObject): unknown {
  return get(context, ['personas', 'computation_key']) as unknown
}

/** An ID or a name, whatever type it came with. */
export function text(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}
