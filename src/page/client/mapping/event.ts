import type { JsonObject } from '../../protocol'

/** Paths that are offered for completion; an event of 32 KB has thousands. */
const MAX_PATHS = 500

export type Parsed = { event: unknown } | { problem: string }

export function parseEvent(text: string): Parsed {
  try {
    const event: unknown = JSON.parse(text)
    return typeof event === 'object' && event !== null ? { event } : { problem: 'An event is a JSON object.' }
  } catch (error) {
    return { problem: `Not JSON: ${(error as Error).message}` }
  }
}

/** The same event, or each of several, as if it happened now: Heap keeps one for each message ID. */
export function withNewId(event: unknown): unknown {
  if (Array.isArray(event)) return event.map(withNewId)
  return { ...(event as JsonObject), messageId: crypto.randomUUID(), timestamp: new Date().toISOString() }
}

export function formatted(event: unknown): string {
  return JSON.stringify(event, null, 2)
}

/** Every path of an event, e.g. `$.properties.total`; of several, those of the first. */
export function pathsOf(event: unknown): string[] {
  const paths: string[] = []
  const visit = (value: unknown, path: string): void => {
    if (paths.length >= MAX_PATHS || typeof value !== 'object' || value === null || Array.isArray(value)) return
    for (const [key, item] of Object.entries(value)) {
      const own = /^[\w-]+$/.test(key) ? `${path}.${key}` : `${path}['${key}']`
      paths.push(own)
      visit(item, own)
    }
  }
  visit(Array.isArray(event) ? event[0] : event, '$')
  return paths
}
