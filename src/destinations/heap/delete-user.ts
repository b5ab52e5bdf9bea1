import { InvalidAuthenticationError, PayloadValidationError } from '@segment/actions-core'
import type { JSONLikeObject, RequestClient } from '@segment/actions-core'
import type { Settings } from './generated-types'
import { MAX_USERS_PER_DELETION } from '../../lib/heap/limits'
import { appIdProblem, HeapClient } from './heap-api'
import type { Answered } from './heap-api'
import { requiredIdentity } from './identifier'
import { accepted, coreError } from './outcome'

/** Asks Heap to delete a user, and returns Heap's answer with the id of the deletion, which Heap completes later. */
export async function deleteUser(request: RequestClient, settings: Settings, userId: unknown) {
  const identity = requiredIdentity(userId, 'userId')
  return deleteIdentities(new HeapClient(request, settings), settings, [identity])
}

/** At most {@link MAX_USERS_PER_DELETION} identities. Throws core's error for what Heap answers. */
export async function deleteIdentities(client: HeapClient, settings: Settings, identities: readonly string[]) {
  if (identities.length > MAX_USERS_PER_DELETION) {
    throw new PayloadValidationError(
      `${identities.length} users are too many for one deletion; Heap accepts at most ${MAX_USERS_PER_DELETION}. Split the list.`
    )
  }
  const token = await deletionToken(client, settings)
  return accepted(await client.deleteUsers(token, identities)).body
}

/**
 * The only Heap call that verifies credentials; it changes nothing.
 * Throws an `InvalidAuthenticationError` that names the setting at fault.
 */
export async function deletionToken(client: HeapClient, { appId, apiKey }: Settings): Promise<string> {
  const problem = appIdProblem(appId)
  if (problem !== undefined) throw new InvalidAuthenticationError(problem)
  if (!apiKey) {
    throw new PayloadValidationError("Setting `apiKey` is missing: Heap's deletion API needs it. Create one in Heap.")
  }
  const answer = await client.authToken(apiKey)
  if (answer.status === 401) {
    throw new InvalidAuthenticationError(
      "Heap does not accept settings `appId` and `apiKey` together (401). Use the App ID of Heap's Main Production environment and an API key of the same account."
    )
  }
  const { access_token: token } = asObject(accepted(answer).body)
  if (typeof token === 'string' && token !== '') return token
  throw coreError(502, 'Heap granted a deletion token, but its answer has no `access_token`. Try again.')
}

function asObject(body: Answered['body']): JSONLikeObject {
  return typeof body === 'object' ? body : {}
}
