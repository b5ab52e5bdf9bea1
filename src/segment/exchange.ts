import type { DecoratedResponse, RequestClient, RequestOptions } from '@segment/actions-core'

/** A request that a definition made and its response, as the Actions Tester shows them. Nothing is redacted. */
export interface Exchange {
  request: { url: string; method: string; headers: Record<string, string>; body: string }
  /** Null as long as there is no answer, and for good when the connection broke or time ran out. */
  response: ExchangeResponse | null
  /** Milliseconds since 1970. */
  startedAt: number
  /** From the request to its answer, or to the end of the wait for one. */
  milliseconds: number
  /** The entries of the lists in its JSON, as the action made them. */
  items: unknown[]
}

interface ExchangeResponse {
  statusCode: number
  statusMessage: string
  headers: Record<string, string>
  body: unknown
}

export type AnsweredExchange = Exchange & { response: ExchangeResponse }

export function isAnswered(exchange: Exchange): exchange is AnsweredExchange {
  return exchange.response !== null
}

type Hooks = Pick<DecoratedResponse['options'], 'afterResponse'>
type AfterResponse = NonNullable<Hooks['afterResponse']>[number]

/** The same request client, telling `onRequest` of every request as it goes out; what comes of it completes the exchange. */
export function observedClient(request: RequestClient, onRequest: (exchange: Exchange) => void): RequestClient {
  return async <Data>(url: string, options: RequestOptions & Hooks = {}) => {
    const exchange = unanswered(url, options)
    onRequest(exchange)
    const complete: AfterResponse = (sent, { body }, response) => {
      Object.assign(exchange, { request: requestOf(sent, body), response: responseOf(response) })
    }
    const hooked: RequestOptions & Hooks = { ...options, afterResponse: [...(options.afterResponse ?? []), complete] }
    try {
      return await request<Data>(url, hooked)
    } finally {
      exchange.milliseconds = Math.max(0, Date.now() - exchange.startedAt)
    }
  }
}

/** As far as a request can be told that nobody answered. The body of a big one takes long, and an answer brings it along. */
function unanswered(url: string, { method = 'GET', json, body }: RequestOptions): Exchange {
  const request = {
    url,
    method: method.toUpperCase(),
    headers: {},
    get body() {
      return json === undefined ? textOf(body) : JSON.stringify(json)
    }
  }
  const lists = Object.values(Object(json) as object).filter(Array.isArray)
  return { request, response: null, startedAt: Date.now(), milliseconds: 0, items: lists.flat() }
}

function requestOf({ url, method, headers }: Request, body: unknown): Exchange['request'] {
  return { url, method, headers: toRecord(headers), body: textOf(body) }
}

function responseOf(response: Response & { data?: unknown }): ExchangeResponse {
  return {
    statusCode: response.status,
    statusMessage: response.statusText,
    headers: toRecord(response.headers),
    body: response.data
  }
}

function textOf(body: unknown): string {
  return typeof body === 'string' || body instanceof URLSearchParams ? body.toString() : ''
}

function toRecord(headers: Headers): Record<string, string> {
  const record: Record<string, string> = {}
  headers.forEach((value, name) => {
    record[name] = value
  })
  return record
}
