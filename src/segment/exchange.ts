import type { DecoratedResponse, DestinationDefinition, RequestOptions } from '@segment/actions-core'

/** A request that a definition made and its response, as the Actions Tester shows them. Nothing is redacted. */
export interface Exchange {
  request: { url: string; method: string; headers: Record<string, string>; body: string }
  response: { statusCode: number; statusMessage: string; headers: Record<string, string>; body: unknown }
}

type ClientOptions = DecoratedResponse['options']
type AfterResponse = NonNullable<ClientOptions['afterResponse']>[number]

/** The definition, telling `onExchange` of every response to any of its requests, failed ones included. */
export function observeRequests<Settings>(
  definition: DestinationDefinition<Settings>,
  onExchange: (exchange: Exchange) => void
): DestinationDefinition<Settings> {
  const observe: AfterResponse = (request, options, response) => onExchange(toExchange(request, options.body, response))
  const extendRequest: typeof definition.extendRequest = (data) => {
    const options: RequestOptions & Pick<ClientOptions, 'afterResponse'> = { ...definition.extendRequest?.(data) }
    return withHook(options, observe)
  }
  return { ...definition, extendRequest }
}

function withHook(options: ClientOptions, hook: AfterResponse): ClientOptions {
  return { ...options, afterResponse: [...(options.afterResponse ?? []), hook] }
}

function toExchange(request: Request, body: unknown, response: Response & { data?: unknown }): Exchange {
  return {
    request: {
      url: request.url,
      method: request.method,
      headers: toRecord(request.headers),
      body: typeof body === 'string' || body instanceof URLSearchParams ? body.toString() : ''
    },
    response: {
      statusCode: response.status,
      statusMessage: response.statusText,
      headers: toRecord(response.headers),
      body: response.data
    }
  }
}

function toRecord(headers: Headers): Record<string, string> {
  const record: Record<string, string> = {}
  headers.forEach((value, name) => {
    record[name] = value
  })
  return record
}
