import { createRequestClient } from '@segment/actions-core'
import type { RequestClient } from '@segment/actions-core'
import { Errors } from '@oclif/core'
import { deleteIdentities, deletionToken } from '../destinations/heap/delete-user'
import type { Settings } from '../destinations/heap/generated-types'
import { HEAP_ORIGINS, HeapClient, keepAliveAgent } from '../destinations/heap/heap-api'
import { requiredIdentity } from '../destinations/heap/identifier'
import { MAX_USERS_PER_DELETION } from '../lib/heap/limits'
import { appIdFor } from '../segment/app-id'
import { redirectedClient, toEmulator } from '../segment/redirect'
import { sleep } from './notifier'
import { requireEmulator } from './target'

export interface DeletionFlags {
  'app-id'?: string
  emulator: string
  live: boolean
  'api-key': string
  'user-id': string[]
  /** Ask until Heap has completed it, every so many seconds. */
  wait: boolean
  'poll-interval': number
}

export interface Deletion {
  id: string
  /** In Heap's words. */
  status: string
  users: number
}

/**
 * Submits deletions, as many users in each as Heap takes, and yields each, once more when it was waited for. Nothing is
 * submitted when one of the ids is a placeholder. Heap continues with what was submitted when the signal aborts.
 * @throws CLIError, or what Heap's refusal means to core
 */
export async function* deleteUsers(flags: DeletionFlags, signal: AbortSignal): AsyncGenerator<Deletion> {
  const settings = { appId: appIdFor(flags), apiKey: flags['api-key'] }
  const identities = [...new Set(flags['user-id'].map((userId) => requiredIdentity(userId, 'userId')))]
  if (!flags.live) await requireEmulator(flags.emulator)
  const request = flags.live
    ? createRequestClient({ agent: keepAliveAgent })
    : redirectedClient(createRequestClient(), toEmulator(flags.emulator))
  for (let start = 0; start < identities.length && !signal.aborted; start += MAX_USERS_PER_DELETION) {
    const part = identities.slice(start, start + MAX_USERS_PER_DELETION)
    const answer = await deleteIdentities(new HeapClient(request, settings), settings, part)
    const { deletion_request_id: id, status } = fieldsOf(answer)
    if (typeof id !== 'string') throw new Errors.CLIError('Heap accepted the deletion without a deletion_request_id')
    const deletion = { id, status: String(status), users: part.length }
    yield deletion
    if (!flags.wait) continue
    const last = await statusOnceOver(request, settings, { id, pollMs: flags['poll-interval'] * 1000, signal })
    if (last !== undefined) yield { ...deletion, status: last }
  }
}

/** The status that follows `pending`; undefined when the signal aborts. */
async function statusOnceOver(
  request: RequestClient,
  settings: Settings,
  { id, pollMs, signal }: { id: string; pollMs: number; signal: AbortSignal }
): Promise<string | undefined> {
  const client = new HeapClient(request, settings)
  let token = await deletionToken(client, settings)
  while (!signal.aborted) {
    let answer = await deletionStatus(request, token, id)
    if (answer.status === 401) {
      // A token lives 5 minutes, and a deletion can take days.
      token = await deletionToken(client, settings)
      answer = await deletionStatus(request, token, id)
    }
    if (!answer.ok) throw new Errors.CLIError(`Heap answered ${answer.status}: ${answer.content}`)
    const { status } = fieldsOf(answer.data)
    if (status !== 'pending') return String(status)
    await sleep(pollMs, signal)
  }
  return undefined
}

/** https://developers.heap.io/reference/user-deletion */
function deletionStatus(request: RequestClient, token: string, id: string) {
  return request(`${HEAP_ORIGINS.US}/api/public/v0/deletion_status/${encodeURIComponent(id)}`, {
    method: 'GET',
    headers: { Authorization: `Bearer ${token}` },
    throwHttpErrors: false
  })
}

function fieldsOf(body: unknown): Record<string, unknown> {
  return typeof body === 'object' && body !== null ? { ...body } : {}
}
