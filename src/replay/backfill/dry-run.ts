import type { ActionDefinition, DestinationDefinition } from '@segment/actions-core'
import { observeRequests } from '../../segment/exchange'
import { unsentRequests } from '../../segment/unsent-requests'

interface Rehearsed {
  /** Payloads that reached the action. */
  payloads: number
  /** The first of them, as the mapping made it. */
  first?: unknown
}

/** What a definition would do: the same definition, none of whose requests leaves the process, and what it was asked. */
export class DryRun {
  readonly actions = new Map<string, Rehearsed>()
  readonly requests = new Map<string, number>()
  readonly definition: DestinationDefinition<unknown>

  constructor(definition: DestinationDefinition<unknown>) {
    const actions = Object.fromEntries(
      Object.entries(definition.actions).map(([name, action]) => [name, this.observed(name, action)])
    )
    this.definition = observeRequests(unsentRequests({ ...definition, actions }), ({ request }) => {
      const { pathname } = new URL(request.url)
      this.requests.set(pathname, (this.requests.get(pathname) ?? 0) + 1)
    })
  }

  private observed(name: string, action: ActionDefinition<unknown>): ActionDefinition<unknown> {
    const { performBatch } = action
    if (!performBatch) return action
    return {
      ...action,
      performBatch: (request, data) => {
        const known = this.actions.get(name) ?? { payloads: 0, first: data.payload[0] }
        known.payloads += data.payload.length
        this.actions.set(name, known)
        return performBatch(request, data)
      }
    }
  }
}
