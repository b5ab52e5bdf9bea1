import type { Context } from 'hono'
import get from 'lodash/get'
import { MAX_BODY_BYTES } from './limits'

/** The body of a request. `json` is undefined for an empty body and for one that is not JSON. */
export interface SentBody {
  text: string
  json: unknown
  malformed: boolean
}

export function tooLarge(maxBytes = MAX_BODY_BYTES): { error: string } {
  return { error: `The body is larger than ${maxBytes / 1024} KB` }
}

/** Undefined for a body that is too large. It is read to its end all the same: a client that still writes sees no answer. */
export async function readBody({ req }: Context, maxBytes = MAX_BODY_BYTES): Promise<SentBody | undefined> {
  const text = await readText(req, maxBytes)
  return text === undefined ? undefined : parsed(text)
}

async function readText(request: Context['req'], maxBytes: number): Promise<string | undefined> {
  const length = Number(request.header('content-length') ?? NaN)
  if (length <= maxBytes) return request.text()
  const chunks: Uint8Array[] = []
  let size = 0
  const reader = request.raw.body?.getReader()
  for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
    size += part.value.byteLength
    if (size <= maxBytes) chunks.push(part.value)
    else chunks.length = 0
  }
  return size <= maxBytes ? Buffer.concat(chunks).toString('utf8') : undefined
}

export function parsed(text: string): SentBody {
  if (text === '') return { text, json: undefined, malformed: false }
  try {
    return { text, json: JSON.parse(text), malformed: false }
  } catch {
    return { text, json: undefined, malformed: true }
  }
}

/** The list of a bulk call with its name, before any check. */
export function listOf(json: unknown): { name: string; items: unknown[] } | undefined {
  for (const name of ['events', 'users', 'accounts']) {
    const items: unknown = get(json, name)
    if (Array.isArray(items)) return { name, items }
  }
  return undefined
}

export function appIdOf(json: unknown): string | undefined {
  const appId: unknown = get(json, 'app_id')
  return typeof appId === 'string' ? appId : undefined
}

/** JSON text, or undefined for what is nested too deep for it. */
export function toJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}
