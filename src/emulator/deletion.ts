import { randomUUID } from 'node:crypto'
import { acceptDeletion } from './accept'
import { TOKEN_LIFE_MS } from './limits'
import type { Reply } from './reply'
import type { Store } from './store'

/** Deletion requests whose status is remembered. */
const KEPT_DELETIONS = 1000

interface Deletion {
  deletion_request_id: string
  status: 'pending' | 'complete'
}

interface Token {
  appId: string
  expiresAt: number
}

export interface DeletionOptions {
  store: Store
  apiKeys?: Record<string, string>
  /** Milliseconds until a deletion is carried out. */
  delayMs: number
  now(): number
  onDeleted(): void
}

const UNAUTHORIZED: Reply = { status: 401, body: { error: 'Unauthorized' } }

/**
 * The deletion API: tokens, requests and their status. Deletes in the app_id of the token alone: which app_ids are
 * environments of one Heap account is nothing an emulator can know.
 * https://developers.heap.io/reference/user-deletion
 */
export class DeletionApi {
  private readonly tokens = new Map<string, Token>()
  /** By `<app_id>/<deletion_request_id>`. */
  private readonly deletions = new Map<string, Deletion>()
  private readonly timers = new Set<NodeJS.Timeout>()

  constructor(private readonly options: DeletionOptions) {}

  /** POST /api/public/v0/auth_token, HTTP Basic `app_id:api_key`. */
  issueToken(authorization: string | undefined): Reply {
    const appId = this.authenticated(authorization)
    if (appId === undefined) return UNAUTHORIZED
    this.tokens.forEach(({ expiresAt }, old) => expiresAt <= this.options.now() && this.tokens.delete(old))
    const token = randomUUID()
    this.tokens.set(token, { appId, expiresAt: this.options.now() + TOKEN_LIFE_MS })
    return { status: 200, body: { access_token: token } }
  }

  /** POST /api/public/v0/user_deletion, with the token as Bearer. */
  request(authorization: string | undefined, sent: unknown): Reply {
    const appId = this.appIdOf(authorization)
    if (appId === undefined) return UNAUTHORIZED
    const accepted = acceptDeletion(sent)
    if ('refusal' in accepted) return { status: 400, body: accepted.refusal }
    const deletion: Deletion = { deletion_request_id: randomUUID(), status: 'pending' }
    this.remember(appId, deletion)
    this.later(() => {
      this.options.store.of(appId).deleteUsers(accepted.body.users)
      deletion.status = 'complete'
      this.options.onDeleted()
    })
    return { status: 201, body: { ...deletion } }
  }

  /** GET /api/public/v0/deletion_status/<id>. 404 also for a deletion that the token's app_id has not asked for. */
  status(authorization: string | undefined, id: string): Reply {
    const appId = this.appIdOf(authorization)
    if (appId === undefined) return UNAUTHORIZED
    const deletion = this.deletions.get(`${appId}/${id}`)
    return deletion
      ? { status: 200, body: { ...deletion } }
      : { status: 404, body: { error: 'Unknown deletion request' } }
  }

  /** The app_id that a live token stands for. */
  appIdOf(authorization = ''): string | undefined {
    const token = this.tokens.get(authorization.replace(/^Bearer /i, ''))
    return token && token.expiresAt > this.options.now() ? token.appId : undefined
  }

  clear(): void {
    this.tokens.clear()
    this.deletions.clear()
    this.timers.forEach(clearTimeout)
    this.timers.clear()
  }

  private authenticated(authorization = ''): string | undefined {
    const [, credentials = ''] = /^Basic (\S+)$/i.exec(authorization) ?? []
    const [, appId, apiKey] = /^(\d+):(.+)$/.exec(Buffer.from(credentials, 'base64').toString()) ?? []
    const { apiKeys } = this.options
    const known = apiKeys === undefined || new Map(Object.entries(apiKeys)).get(appId) === apiKey
    return appId !== undefined && known ? appId : undefined
  }

  private remember(appId: string, deletion: Deletion): void {
    this.deletions.set(`${appId}/${deletion.deletion_request_id}`, deletion)
    const [oldest] = this.deletions.keys()
    if (this.deletions.size > KEPT_DELETIONS) this.deletions.delete(oldest)
  }

  private later(work: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer)
      work()
    }, this.options.delayMs)
    this.timers.add(timer.unref())
  }
}
