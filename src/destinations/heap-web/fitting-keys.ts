import type { FlatValue } from '../../lib/flatten'
import { MAX_WEB_KEY_LENGTH } from '../../lib/heap/limits'

/** The properties with longer keys cut, as `flatten` cuts them for the server's limit. When two become one, the later wins. */
export function withFittingKeys(properties: Record<string, FlatValue>): Record<string, FlatValue> {
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [cut(key), value]))
}

function cut(key: string): string {
  if (key.length <= MAX_WEB_KEY_LENGTH) return key
  const splitsPair = (key.codePointAt(MAX_WEB_KEY_LENGTH - 1) as number) > 0xffff
  return key.slice(0, splitsPair ? MAX_WEB_KEY_LENGTH - 1 : MAX_WEB_KEY_LENGTH)
}
