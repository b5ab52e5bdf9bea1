import type { JsonObject } from '../protocol'

/** The same event, or each of several, as if it happened now. */
export function withNewIds(event: unknown): unknown {
  if (Array.isArray(event)) return event.map(withNewIds)
  return { ...(event as JsonObject), messageId: crypto.randomUUID(), timestamp: new Date().toISOString() }
}
