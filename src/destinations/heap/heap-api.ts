import type { JSONLikeObject, ModifiedResponse, RequestClient, RequestOptions } from '@segment/actions-core'
import { Agent } from 'https'
import type { FlatValue } from '../../lib/flatten'
import type { Settings } from './generated-types'

/** Ingestion hosts: https://developers.heap.io/reference/track-1 (EU: the same paths). */
export const HEAP_ORIGINS = { US: 'https://heapanalytics.com', EU: 'https://c.eu.heap-api.com' } as const

/** An event of POST /api/track: https://developers.heap.io/reference/bulk-track */
export type TrackEvent = ({ identity: string } | { user_id: string }) & {
  event: string
  properties: Record<string, FlatValue>
  timestamp?: string
  idempotency_key: string
  session_id?: string
}

/** An event of POST /api/integrations/track, the only endpoint that takes Segment's anonymousId. */
export type PartnerEvent = {
  event: string
  user_identifier: { anonymous_id: string }
  custom_properties: Record<string, string>
  timestamp?: string
  idempotency_key: string
}

/** A user of POST /api/add_user_properties: https://developers.heap.io/reference/bulk-add-user-properties */
export type UserProperties = { identity: string; properties: Record<string, FlatValue> }

/** An account of POST /api/add_account_properties: https://developers.heap.io/reference/bulk-add-account-properties */
export type AccountProperties = { account_id: string; properties: Record<string, FlatValue> }

/** POST /api/v1/identify, one user a request: https://developers.heap.io/reference/identify-1 */
export type UserLink = { user_id: string; identity: string }

/** One thing to tell Heap, and the call that takes it. */
export type HeapItem =
  | { call: 'track'; item: TrackEvent }
  | { call: 'partnerTrack'; item: PartnerEvent }
  | { call: 'userProperties'; item: UserProperties }
  | { call: 'accountProperties'; item: AccountProperties }
  | { call: 'identify'; item: UserLink }

export type BulkCall = Exclude<HeapItem['call'], 'identify'>

/**
 * Where each bulk call goes, the list its items stand in, and what else its body holds. In the order in which a batch's
 * calls go out: events before the properties of those who sent them.
 */
export const BULK_CALLS = {
  track: { path: '/api/track', list: 'events', body: {} },
  partnerTrack: { path: '/api/integrations/track', list: 'events', body: { library: 'server' } },
  userProperties: { path: '/api/add_user_properties', list: 'users', body: {} },
  accountProperties: { path: '/api/add_account_properties', list: 'accounts', body: {} }
} as const

/** What came of a request: Heap's answer, or why there is none. A network failure or timeout counts as status 504. */
export type HeapAnswer = Answered | Unanswered
export type Answered = { answered: true; status: number; body: JSONLikeObject | string }
export type Unanswered = { answered: false; status: number; reason: string }

/**
 * Keeps connections open. Hosts with node-fetch before 2.7 would otherwise open a TLS connection for every request.
 * Core destroys a request's agent after each response, which would reset the other requests of this one: hence no-op.
 */
class SharedAgent extends Agent {
  override destroy(): void {
    // Idle sockets close when Heap ends them; the process owns this agent for as long as it lives.
  }
}

export const keepAliveAgent = new SharedAgent({ keepAlive: true })

// A redirect is not followed: fetch would repeat it as a GET without the events, and take a page's 200 for Heap's.
const REQUEST_DEFAULTS: RequestOptions = { throwHttpErrors: false, skipResponseCloning: true, redirect: 'manual' }

/** The only place that sends anything to Heap. */
export class HeapClient {
  readonly appId: string
  private readonly origin: string
  private readonly request: RequestClient

  constructor(request: RequestClient, settings: Settings) {
    this.request = request
    this.appId = String(settings.appId).trim()
    this.origin = settings.region === 'EU' ? HEAP_ORIGINS.EU : HEAP_ORIGINS.US
  }

  /** One item in a request of its own. */
  send({ call, item }: HeapItem): Promise<HeapAnswer> {
    return call === 'identify' ? this.identify(item) : this.bulk(call, [item])
  }

  /** At most 1,000 items. Heap takes all of them or refuses the whole request. */
  bulk(call: BulkCall, items: readonly HeapItem['item'][]): Promise<HeapAnswer> {
    const { path, list, body } = BULK_CALLS[call]
    return this.post(this.origin + path, { json: { app_id: this.appId, ...body, [list]: items } })
  }

  /** Merges the anonymous Heap user `user_id` into the identity. */
  identify(link: UserLink): Promise<HeapAnswer> {
    return this.post(`${this.origin}/api/v1/identify`, { json: { app_id: this.appId, ...link } })
  }

  /** A token for the deletion API, which Heap documents on heapanalytics.com alone. It lives 5 minutes. */
  authToken(apiKey: string): Promise<HeapAnswer> {
    return this.post(`${HEAP_ORIGINS.US}/api/public/v0/auth_token`, { username: this.appId, password: apiKey })
  }

  /** Asks for the deletion of users, in all environments; Heap completes it later. */
  deleteUsers(accessToken: string, identities: readonly string[]): Promise<HeapAnswer> {
    return this.post(`${HEAP_ORIGINS.US}/api/public/v0/user_deletion`, {
      headers: { Authorization: `Bearer ${accessToken}` },
      json: { users: identities.map((identity) => ({ identity })) }
    })
  }

  private async post(url: string, options: RequestOptions): Promise<HeapAnswer> {
    const send = () => this.request(url, { method: 'POST', ...REQUEST_DEFAULTS, ...options })
    try {
      // Most resets meet a kept-alive connection just as Heap closes it. Whatever is sent here may be sent twice.
      const response = await send().catch((error: unknown) => {
        if (isReset(error)) return send()
        throw error
      })
      return isRedirect(response) ? redirected(response) : answer(response)
    } catch (error) {
      return { answered: false, status: 504, reason: error instanceof Error ? error.message : String(error) }
    }
  }
}

function isReset(error: unknown): boolean {
  return error instanceof Error && (error as Error & { code?: unknown }).code === 'ECONNRESET'
}

function answer({ status, content, data }: ModifiedResponse): HeapAnswer {
  const isJson = typeof data === 'object' && data !== null
  return { answered: true, status, body: isJson ? (data as JSONLikeObject) : content }
}

function isRedirect({ status }: ModifiedResponse): boolean {
  return status >= 300 && status < 400
}

/** Retryable, because nothing says that Heap refused. */
function redirected({ status, headers }: ModifiedResponse): HeapAnswer {
  const reason = `Redirected (${status}) to ${headers.get('location') ?? 'nowhere'}; Heap itself did not answer.`
  return { answered: false, status: 502, reason }
}

/**
 * Why Heap would refuse everything sent with this App ID; `undefined` when it looks right.
 * Takes anything, because not every host checks settings before it runs an action.
 */
export function appIdProblem(appId: unknown): string | undefined {
  const text = typeof appId === 'string' || typeof appId === 'number' ? String(appId).trim() : ''
  if (/^\d+$/.test(text)) return undefined
  return `Setting \`appId\` must be Heap's numeric App ID, but is "${text}". Find it in Heap's install snippet: heap.load('YOUR_APP_ID').`
}
