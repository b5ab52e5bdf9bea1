import { Agent } from 'node:http'
import { IntegrationError } from '@segment/actions-core'
import type { DestinationDefinition, RequestClient, RequestOptions } from '@segment/actions-core'
import mapValues from 'lodash/mapValues'
import { HEAP_ORIGINS } from '../destinations/heap/heap-api'

/** Origin that the definition calls (`https://heapanalytics.com`) → base URL that gets the request instead, `http:`. */
export type Origins = Record<string, string>

/** Heap's origins at an emulator, which has the EU's below `/eu`. */
export function toEmulator(url: string): Origins {
  const base = url.replace(/\/+$/, '')
  return { [HEAP_ORIGINS.US]: base, [HEAP_ORIGINS.EU]: `${base}/eu` }
}

/** Core destroys the agent of a request after each response, concurrent requests included; this one stays. */
class LastingAgent extends Agent {
  override destroy(): void {}
}

const localHttpAgent = new LastingAgent({ keepAlive: true })

/**
 * The same definition whose requests to the listed origins go to local base URLs. Any other host is refused, so that nothing
 * leaves the machine. With no origins the definition is unchanged.
 */
export function redirectRequests<Settings>(
  definition: DestinationDefinition<Settings>,
  origins: Origins
): DestinationDefinition<Settings> {
  if (Object.keys(origins).length === 0) return definition
  const redirected = wrapRequests(definition, (request) => redirectedClient(request, origins))
  return {
    ...redirected,
    extendRequest: (data) => ({
      ...definition.extendRequest?.(data),
      agent: localHttpAgent as RequestOptions['agent']
    })
  }
}

type Wrap = (request: RequestClient) => RequestClient
type Callback = (this: unknown, request: RequestClient, ...rest: unknown[]) => unknown

/** The same definition, each of whose callbacks gets the request client that `wrap` makes of its own. */
export function wrapRequests<Settings>(
  definition: DestinationDefinition<Settings>,
  wrap: Wrap
): DestinationDefinition<Settings> {
  const { extendRequest, ...callbacks } = definition
  return { ...(wrapCallbacks(callbacks, wrap) as typeof callbacks), extendRequest }
}

/** Every function of a definition but `extendRequest` is a callback whose first argument is the request client. */
function wrapCallbacks(value: unknown, wrap: Wrap): unknown {
  if (typeof value === 'function') return wrapCallback(value as Callback, wrap)
  if (Array.isArray(value)) return value.map((item) => wrapCallbacks(item, wrap))
  if (typeof value !== 'object' || value === null) return value
  return mapValues(value as Record<string, unknown>, (item) => wrapCallbacks(item, wrap))
}

function wrapCallback(callback: Callback, wrap: Wrap): Callback {
  return function (request, ...rest) {
    return callback.call(this, wrap(request), ...rest)
  }
}

/** The same request client, redirected like a definition's. */
export function redirectedClient(request: RequestClient, origins: Origins): RequestClient {
  return async <Data>(url: string, options?: RequestOptions) => request<Data>(redirectedUrl(url, origins), options)
}

function redirectedUrl(url: string, origins: Origins): string {
  const { origin, pathname, search } = new URL(url)
  const base = origins[origin]
  if (base !== undefined) return base.replace(/\/+$/, '') + pathname + search
  if (Object.values(origins).some((target) => new URL(target).origin === origin)) return url
  throw new IntegrationError(
    `Refused a request to ${origin}: this connection only knows ${Object.keys(origins).join(', ')}`,
    'UNKNOWN_ORIGIN',
    400
  )
}
