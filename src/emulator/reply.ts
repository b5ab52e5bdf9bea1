/** An item that Heap answers with success and does not apply. */
export interface Dropped {
  item: unknown
  reason: string
}

/** An answer of the API. An object goes out as JSON, a string as text. */
export interface Reply {
  status: number
  body: string | Record<string, unknown>
  headers?: Record<string, string>
  dropped?: Dropped[]
}

export function toResponse({ status, body, headers }: Reply): Response {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const type = typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json'
  return new Response(text, { status, headers: { 'content-type': type, ...headers } })
}
