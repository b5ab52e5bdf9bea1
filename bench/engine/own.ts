import { Destination } from '@segment/actions-core'
import type { DestinationDefinition, Subscription } from '@segment/actions-core'
import heap from '../../src/destinations/heap'
import type { Settings } from '../../src/destinations/heap/generated-types'
import { redirectedClient, redirectRequests, toEmulator } from '../../src/segment/redirect'
import { Engine } from './engine'

/** This destination, sending to `url`. Over TLS its own agent is at work; plain HTTP needs another. */
export function ownEngine(url: string): Engine {
  return engine(url.startsWith('https:') ? redirectedOverTls(url) : redirectRequests(heap, toEmulator(url)))
}

/** The engine's own cost: the same fields and mapping, and a `performBatch` that does nothing. */
export function emptyEngine(): Engine {
  const trackEvent = { ...heap.actions.trackEvent, performBatch: () => undefined }
  return engine({ ...heap, actions: { trackEvent } })
}

function redirectedOverTls(url: string): DestinationDefinition<Settings> {
  const { trackEvent } = heap.actions
  const client = (request: Parameters<typeof trackEvent.perform>[0]) => redirectedClient(request, toEmulator(url))
  const redirected: typeof trackEvent = {
    ...trackEvent,
    perform: (request, data) => trackEvent.perform(client(request), data),
    performBatch: (request, data) => trackEvent.performBatch?.(client(request), data)
  }
  return { ...heap, actions: { trackEvent: redirected } }
}

function engine(definition: DestinationDefinition<Settings>): Engine {
  const preset = heap.presets?.find(({ name }) => name === 'Track Calls') as Subscription
  return new Engine(new Destination(definition), preset)
}
