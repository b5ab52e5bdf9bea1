import type { ActionDefinition, DestinationDefinition } from '@segment/actions-core'
import { Engine } from '../../segment/engine'
import { observedClient } from '../../segment/exchange'
import type { Exchange } from '../../segment/exchange'
import { wrapRequests } from '../../segment/redirect'
import { requestsFor } from '../../segment/requests-by-event'
import { toldBy } from '../../segment/told'
import { IdentityForecast } from '../identity-forecast'

interface Reached {
  /** Payloads that reached the action. */
  payloads: number
  /** The first of them, as the mapping made it. */
  first?: unknown
}

/** An engine that sends nothing, and what it would have sent. */
export class DryRun {
  readonly actions = new Map<string, Reached>()
  readonly requests = new Map<string, number>()
  /** The people that it would merge. */
  readonly people = new IdentityForecast()
  readonly engine: Engine

  constructor(definition: DestinationDefinition<unknown>) {
    const actions = Object.fromEntries(
      Object.entries(definition.actions).map(([name, action]) => [name, this.observed(name, action)])
    )
    const count = ({ request }: Exchange) => {
      const { pathname } = new URL(request.url)
      this.requests.set(pathname, (this.requests.get(pathname) ?? 0) + 1)
    }
    const counted = wrapRequests({ ...definition, actions }, (request) => observedClient(request, count))
    this.engine = new Engine({ definition: counted, dryRun: true })
  }

  private observed(name: string, action: ActionDefinition<unknown>): ActionDefinition<unknown> {
    const { performBatch } = action
    if (!performBatch) return action
    return {
      ...action,
      performBatch: async (request, data) => {
        const known = this.actions.get(name) ?? { payloads: 0, first: data.payload[0] }
        known.payloads += data.payload.length
        this.actions.set(name, known)
        for (const [index, event] of eventsOf(data, data.payload.length).entries()) {
          // What the destination refuses is counted by its outcome.
          const requests = await requestsFor(action, data, index).catch(() => [])
          for (const told of requests.flatMap(toldBy)) this.people.add(told, event)
        }
        return performBatch(request, data)
      }
    }
  }
}

interface Event {
  messageId: string
  timestamp: string
}

/**
 * Core hands over the events beside the payloads. Those that the schema refuses stand among them: then nothing tells whose
 * the payloads are.
 */
function eventsOf(batch: object, payloads: number): Event[] {
  const { rawData } = batch as { rawData?: unknown }
  const isComplete = Array.isArray(rawData) && rawData.length === payloads
  return isComplete ? (rawData as Event[]) : Array.from({ length: payloads }, () => ({ messageId: '', timestamp: '' }))
}
