import { createRequestClient, IntegrationError } from '@segment/actions-core'
import type { DestinationDefinition } from '@segment/actions-core'
import type { Settings } from '../../../destinations/heap/generated-types'
import { code, prose, table } from './markdown'

type Payload = Record<string, unknown>

/** A payload that an action refuses before it sends anything. */
export interface RefusedCall {
  action: string
  when: string
  payload: Payload
}

/** What the definition itself says to each of the payloads, so that the page cannot say something else. */
export async function refusalTable(definition: DestinationDefinition<Settings>, calls: RefusedCall[]): Promise<string> {
  const rows = await Promise.all(
    calls.map(async ({ action, when, payload }) => [
      code(action),
      prose(when),
      prose(await refusal(definition, action, payload))
    ])
  )
  return table(['action', 'when', 'message'], rows)
}

async function refusal({ actions }: DestinationDefinition<Settings>, key: string, payload: Payload): Promise<string> {
  try {
    await actions[key].perform(offline(), { payload, settings: { appId: '11' } })
  } catch (error) {
    if (error instanceof IntegrationError) return error.message
  }
  throw new Error(`${key} no longer refuses ${JSON.stringify(payload)}`)
}

function offline() {
  const beforeRequest = () => {
    throw new Error('nothing is sent while pages are written')
  }
  return createRequestClient({ beforeRequest: [beforeRequest] })
}
