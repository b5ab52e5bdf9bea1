/** The body of a request. `json` is undefined for an empty body and for one that is not JSON. */
export interface SentBody {
  text: string
  json: unknown
  malformed: boolean
}

export function readBody(text: string): SentBody {
  if (text === '') return { text, json: undefined, malformed: false }
  try {
    return { text, json: JSON.parse(text), malformed: false }
  } catch {
    return { text, json: undefined, malformed: true }
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The list of a bulk call with its name, before any check. */
export function listOf(json: unknown): { name: string; items: unknown[] } | undefined {
  if (!isObject(json)) return undefined
  for (const name of ['events', 'users', 'accounts']) {
    const items: unknown = json[name]
    if (Array.isArray(items)) return { name, items }
  }
  return undefined
}

export function appIdOf(json: unknown): string | undefined {
  return isObject(json) && typeof json.app_id === 'string' ? json.app_id : undefined
}

/** JSON text, or undefined for what is nested too deep for it. */
export function toJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}
