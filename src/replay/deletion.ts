import { createRequestClient } from '@segment/actions-core'
import type { RequestClient } from '@segment/actions-core'
import { deleteIdentities, deletionToken } from '../destinations/heap/delete-user'
import type { Settings } from '../destinations/heap/generated-types'
import { HEAP_ORIGINS, HeapClient, keepAliveAgent } from '../destinations/heap/heap-api'
import { requiredIdentity } from '../destinations/heap/identifier'
import { MAX_USERS_PER_DELETION } from '../lib/heap/limits'
import { redirectedClient, toEmulator } from '../segment/redirect'

export interface Deletion {
  id: string
  status: string
  users: number
}

/** A request client for the real Heap, or for an emulator by its address. */
export function heapRequestClient(emulator: string | undefined): RequestClient {
  if (emulator === undefined) return createRequestClient({ agent: keepAliveAgent })
  return redirectedClient(createRequestClient(), toEmulator(emulator))
}

/** Submits deletions, as many users in each as Heap takes. Nothing is submitted when one of the ids is no real one. */
export async function* submitDeletions(
  request: RequestClient,
  settings: Settings,
  userIds: readonly string[]
): AsyncGenerator<Deletion> {
  const identities = [...new Set(userIds.map((userId) => requiredIdentity(userId, 'userId')))]
  const client = new HeapClient(request, settings)
  for (let start = 0; start < identities.length; start += MAX_USERS_PER_DELETION) {
    const part = identities.slice(start, start + MAX_USERS_PER_DELETION)
    const { deletion_request_id: id, status } = fieldsOf(await deleteIdentities(client, settings, part))
    if (typeof id !== 'string')
      throw new Error('Heap accepted the deletion, but its answer holds no deletion_request_id')
    yield { id, status: String(status), users: part.length }
  }
}

/** Asks every `pollMs` until the deletion is no longer pending, and returns the status that Heap names then. */
export async function completion(
  request: RequestClient,
  settings: Settings,
  id: string,
  pollMs: number
): Promise<string> {
  const client = new HeapClient(request, settings)
  let token = await deletionToken(client, settings)
  for (;;) {
    let answer = await deletionStatus(request, token, id)
    if (answer.status === 401) {
      // A token lives 5 minutes, and a deletion can take days.
      token = await deletionToken(client, settings)
      answer = await deletionStatus(request, token, id)
    }
    if (!answer.ok) throw new Error(`Heap answered ${answer.status}: ${answer.content}`)
    const { status } = fieldsOf(answer.data)
    if (status !== 'pending') return String(status)
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
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
