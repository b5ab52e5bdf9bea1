import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { createEmulator } from '../../../src/emulator'
import { POISON, userOf } from './calls'
import type { HeapFault, Trouble } from './plan'
import type { VirtualTime } from './virtual-time'

const load = createRequire(__filename)

/** Core's own fetch, below its request client: what is left out is node-fetch and the socket. */
const coreFetch = load(join(dirname(load.resolve('@segment/actions-core')), 'fetch')) as {
  default: unknown
  Response: new (text: string, init: { status: number; headers?: Record<string, string> }) => unknown
}
const realFetch = coreFetch.default

/** What Heap was sent, and what the sender heard of it. */
export interface SeenRequest {
  path: string
  items: unknown[]
  isStored: boolean
  answer: string
}

interface Reply {
  status: number
  text: string
  headers?: Record<string, string>
}

/** One for all worlds: its routes cost more than a world. */
const heap = createEmulator()

/** Between the destination and Heap: an emulator behind a network that has troubles. */
export class Network {
  /** Emptied when the next world begins. */
  readonly heap = heap
  readonly requests: SeenRequest[] = []
  /** What Heap refused although nothing is wrong with it by the plan. */
  readonly brokenRules: string[] = []
  private life = 0

  constructor(
    private readonly time: VirtualTime,
    private readonly troubles: Trouble[],
    private readonly tell: (line: string) => void
  ) {
    heap.reset()
    const fetch = (request: Request) => this.fetch(request)
    Object.assign(coreFetch, { default: fetch })
  }

  /** Nobody hears the answers that are on their way any more. */
  killed(): void {
    this.life++
  }

  end(): void {
    Object.assign(coreFetch, { default: realFetch })
  }

  private async fetch(request: Request): Promise<unknown> {
    const { life } = this
    const sentBody = await request.text()
    return new Promise((resolve, reject) => {
      const path = new URL(request.url).pathname
      const later = (ms: number, run: () => void) => this.time.in(ms, () => life === this.life && run())
      const fault = this.faultFor(path, sentBody)
      this.time.in(this.latency(), async () => {
        const reply = await this.reply(path, sentBody, fault)
        if ('slow' in fault) later(fault.slow, () => resolve(response(reply)))
        else if ('refused' in fault) later(1, () => reject(networkError('ECONNREFUSED', request.url)))
        else if ('reset' in fault) later(1, () => reject(networkError('ECONNRESET', request.url)))
        else if (!('silence' in fault)) later(this.latency(), () => resolve(response(reply)))
      })
    })
  }

  private latency(): number {
    return 5 + Math.floor(this.time.random() * 45)
  }

  private faultFor(path: string, body: string): HeapFault | Record<string, never> {
    for (const trouble of this.active()) {
      if (trouble.kind === 'limited' && body.includes(`"${userOf(trouble.person)}"`)) return { status: trouble.status }
      if (trouble.kind !== 'heap' || path !== (trouble.path ?? path)) continue
      if (this.time.random() < trouble.share) return trouble.fault
    }
    return {}
  }

  private active(): Trouble[] {
    return this.troubles.filter(({ at, ms }) => at <= this.time.now && this.time.now < at + ms)
  }

  private async reply(path: string, body: string, fault: HeapFault | Record<string, never>): Promise<Reply> {
    const { list, items } = contentOf(body)
    const early = isEarly(fault) ? earlyAnswer(fault) : (this.tooLarge(items) ?? poisoned(list, items))
    const reply = early ?? (await this.ask(path, body))
    const isStored = early === undefined && reply.status < 300
    const heard = 'status' in fault || Object.keys(fault).length === 0 ? String(reply.status) : JSON.stringify(fault)
    this.requests.push({ path, items, isStored, answer: heard })
    this.tell(
      `Heap    ${path} ${items.length} items: ${heard}${isStored ? ', stored' : ''}: ${items.map(labelOf).join(', ')}`
    )
    return 'garbage' in fault && isStored ? { status: 200, text: '<html>', headers: JSON_TYPE } : reply
  }

  private tooLarge(items: unknown[]): Reply | undefined {
    const isTooLarge = this.active().some((trouble) => trouble.kind === 'too large' && items.length > trouble.items)
    return isTooLarge ? { status: 413, text: 'Payload Too Large' } : undefined
  }

  private async ask(path: string, body: string): Promise<Reply> {
    const headers = { ...JSON_TYPE, 'content-length': String(Buffer.byteLength(body)) }
    const answer = await this.heap.app.request(path, { method: 'POST', body, headers })
    const text = await answer.text()
    if (!answer.ok) this.brokenRules.push(`${path} ${answer.status} ${text}`)
    return { status: answer.status, text, headers: { 'content-type': answer.headers.get('content-type') ?? '' } }
  }
}

const JSON_TYPE = { 'content-type': 'application/json' }

/** An event by its key, a user or account by what is written. */
function labelOf(item: unknown): string {
  const { idempotency_key, properties, identity, account_id } = item as Record<string, unknown>
  if (typeof idempotency_key === 'string') return idempotency_key
  return `${JSON.stringify(identity ?? account_id)} ${JSON.stringify(properties ?? item)}`
}

function contentOf(body: string): { list: string; items: unknown[] } {
  const content = JSON.parse(body) as Record<string, unknown>
  const [list, items] = Object.entries(content).find(([, value]) => Array.isArray(value)) ?? ['', [content]]
  return { list, items: items as unknown[] }
}

/** Whether it keeps the request from Heap. */
function isEarly(fault: HeapFault | Record<string, never>): boolean {
  return 'status' in fault || 'refused' in fault || Object.values(fault).includes('before')
}

function earlyAnswer(fault: HeapFault | Record<string, never>): Reply {
  if (!('status' in fault)) return { status: 0, text: '' }
  const { status, retryAfter } = fault
  const value = retryAfter === 'date' ? new Date(Date.now() + 20_000).toUTCString() : String(retryAfter)
  const location: Record<string, string> = status === 302 ? { location: 'https://elsewhere.example/' } : {}
  return { status, text: 'no', headers: retryAfter === undefined ? location : { 'retry-after': value } }
}

/** Heap refuses the whole request, and names the first item at fault or nothing. */
function poisoned(list: string, items: unknown[]): Reply | undefined {
  const texts = items.map((item) => JSON.stringify(item))
  const at = texts.findIndex((text) => text.includes(POISON.named) || text.includes(POISON.unnamed))
  if (at < 0) return undefined
  return { status: 400, text: texts[at].includes(POISON.named) ? `postBody.${list}[${at}] is bad` : 'Bad Request' }
}

function response({ status, text, headers }: Reply): unknown {
  return new coreFetch.Response(text, { status, headers })
}

function networkError(code: string, url: string): Error {
  return Object.assign(new Error(`request to ${url} failed, reason: ${code}`), { name: 'FetchError', code })
}
