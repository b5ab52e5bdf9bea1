import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'

/** What the Tracking API said to hostile requests. */
export interface HostileReport {
  acknowledged: string[]
  /** IDs of what the destination or Heap is to refuse. */
  refusable: string[]
  /** Requests by kind. */
  sent: Map<string, number>
  /** Answers that none of these requests should get. */
  unexpected: string[]
}

interface Attack {
  body: string | Buffer
  headers?: Record<string, string>
  path?: string
  /** IDs of what the Tracking API takes of it. */
  taken?: string[]
  /** The destination, or no action, takes it. */
  isRefusedLater?: boolean
}

const json = JSON.stringify
const nested = (levels: number) => '{"a":'.repeat(levels) + '1' + '}'.repeat(levels)

const call = (id: string, fields: object = {}) => ({
  type: 'track',
  messageId: id,
  userId: 'hostile',
  event: `Told ${id}`,
  properties: { soak_id: id },
  ...fields
})

/** One message that the Tracking API takes, and Heap as well. */
const single = (fields: (id: string) => object) => (id: string) => {
  const message = call(id, fields(id))
  return { path: `/v1/${message.type}`, body: json({ writeKey: 'soak', ...message }), taken: [id] }
}

/** One that the Tracking API takes, and that is refused for good. */
const refusedLater = (fields: (id: string) => object) => (id: string) => ({
  ...single(fields)(id),
  isRefusedLater: true
})

/** As text, where JSON.stringify would not write it. */
const withProperties = (text: string) => (id: string) => {
  const body = json({ writeKey: 'soak', ...call(id) }).replace('"properties":{', `"properties":{${text},`)
  return { path: '/v1/track', body, taken: [id] }
}

const refused = (body: string | Buffer, headers?: Record<string, string>) => () => ({ body, headers })

/** Requests that try to do harm, by kind. */
const ATTACKS: Record<string, (id: string) => Attack> = {
  'nested 400 levels': withProperties(`"deep":${nested(400)}`),
  'keys of prototypes': withProperties(
    '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":1'
  ),
  'long keys and text': withProperties(`"${'k'.repeat(5000)}":"${'v'.repeat(20_000)}"`),
  'odd characters': withProperties('"\\u0000\\ud800":"\\udfff\\u2028","a.b":{"c":1},"a":{"b.c":2},"":3'),
  'a name too long': refusedLater((id) => ({ event: `${id} `.repeat(300) })),
  'no name': refusedLater((id) => ({ event: ' ', userId: id })),
  'an id too long': refusedLater((id) => ({ userId: id.padEnd(300, 'x') })),
  'placeholders for ids': refusedLater(() => ({ userId: 'null', anonymousId: 'undefined' })),
  'no membership': refusedLater((id) => ({
    type: 'identify',
    userId: id,
    traits: {},
    context: { personas: { computation_class: 'audience', computation_key: 'vip' } }
  })),
  'no group': refusedLater((id) => ({ type: 'group', userId: id, groupId: 'none', event: undefined })),
  'properties that are text': refusedLater(() => ({ properties: 'text' })),
  'a name that is not text': refusedLater((id) => ({ event: { toString: 1, id } })),
  'a group that is not text': refusedLater((id) => ({
    type: 'group',
    groupId: { valueOf: null, id },
    event: undefined
  })),
  'a call that no action takes': refusedLater((id) => ({ type: 'alias', userId: id, previousId: 'x' })),
  'null wherever it may be': single(() => ({
    context: { personas: null, page: null },
    integrations: null,
    traits: null
  })),
  gzip: (id) => ({
    path: '/v1/batch',
    body: gzipSync(json({ writeKey: 'soak', batch: [call(id)] })),
    headers: { 'content-encoding': 'gzip' },
    taken: [id]
  }),
  'a batch with bad messages': (id) => ({
    body: json({ writeKey: 'soak', batch: [{ type: 'shout' }, call(id), { type: 'track', event: 'No user' }] }),
    taken: [id]
  }),
  'no JSON': refused('{"batch":'),
  'a list': refused('[]'),
  'no user': refused(json({ writeKey: 'soak', batch: [{ type: 'track', event: 'No user' }] })),
  'no write key': refused(json({ batch: [call('nobody')] })),
  'nested 501 levels': refused(
    `{"writeKey":"soak","batch":[{"type":"track","userId":"u","event":"E","properties":${nested(501)}}]}`
  ),
  'nested 100,000 levels': refused(`{"writeKey":"soak","batch":${'['.repeat(100_000)}${']'.repeat(100_000)}}`),
  'a message over 32 KB': refused(
    json({ writeKey: 'soak', batch: [call('large', { context: { text: 'x'.repeat(33_000) } })] })
  ),
  'a body over 500 KB': refused(' '.repeat(600_000)),
  'gzip that is none': refused('not gzip', { 'content-encoding': 'gzip' }),
  'gzip that grows': refused(gzipSync(' '.repeat(50_000_000)), { 'content-encoding': 'gzip' })
}

const bytesOf = (body: string | Buffer) => (typeof body === 'string' ? body : new Uint8Array(body))

/** Sends hostile requests one after another, and now and then bytes that are not a request, until `stop`. */
export class Hostile {
  readonly report: HostileReport = { acknowledged: [], refusable: [], sent: new Map(), unexpected: [] }
  private stopped = false
  private readonly done: Promise<void>

  constructor(
    private readonly url: string,
    private readonly prefix: string,
    pauseMs: number
  ) {
    this.done = this.run(pauseMs)
  }

  async stop(): Promise<HostileReport> {
    this.stopped = true
    await this.done
    return this.report
  }

  private async run(pauseMs: number): Promise<void> {
    const kinds = Object.keys(ATTACKS)
    for (let number = 0; !this.stopped; number++) {
      const kind = kinds[number % kinds.length]
      await this.send(kind, ATTACKS[kind](`${this.prefix}_${number}`))
      if (number % 10 === 0) this.garbage()
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }

  private async send(
    kind: string,
    { path = '/v1/batch', body, headers, taken = [], isRefusedLater }: Attack
  ): Promise<void> {
    this.count(kind)
    // Also of one that a killed server had kept, and could not answer.
    if (isRefusedLater) this.report.refusable.push(...taken)
    const answer = await fetch(this.url + path, { method: 'POST', headers, body: bytesOf(body) }).catch(() => undefined)
    const text = await answer?.text().catch(() => undefined)
    // The server was killed meanwhile.
    if (!answer || text === undefined) return
    const isTaken = answer.status === 200 || text.includes('messages accepted: 1,')
    if (isTaken) this.report.acknowledged.push(...taken)
    const expected =
      taken.length > 0 ? isTaken || [429, 503].includes(answer.status) : [400, 401].includes(answer.status)
    if (!expected) this.report.unexpected.push(`${kind}: ${answer.status} ${text.slice(0, 200)}`)
  }

  /** Text that is not HTTP, half a request, and a connection that says nothing: the server ends them. */
  private garbage(): void {
    for (const text of [
      'GARBAGE\r\n\r\n',
      'POST /v1/batch HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{',
      ''
    ]) {
      this.count('no request')
      const socket = connect(Number(new URL(this.url).port), '127.0.0.1', () => socket.write(text))
      socket
        .on('error', () => undefined)
        .resume()
        .unref()
    }
  }

  private count(kind: string): void {
    this.report.sent.set(kind, (this.report.sent.get(kind) ?? 0) + 1)
  }
}
