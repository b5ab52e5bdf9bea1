import type { FlatValue } from '../../lib/flatten'
import { setOwn } from '../../lib/set-own'

/** In UTF-16 units. Heap's library takes keys "under 512": https://developers.heap.io/docs/api-reference */
const MAX_KEY_LENGTH = 511

/** The properties with longer keys cut, as `flatten` cuts them for the server's limit. Of two that become one the later wins. */
export function withFittingKeys(properties: Record<string, FlatValue>): Record<string, FlatValue> {
  const fitting: Record<string, FlatValue> = {}
  for (const key of Object.keys(properties)) setOwn(fitting, cut(key), properties[key])
  return fitting
}

function cut(key: string): string {
  if (key.length <= MAX_KEY_LENGTH) return key
  const splitsPair = (key.codePointAt(MAX_KEY_LENGTH - 1) as number) > 0xffff
  return key.slice(0, splitsPair ? MAX_KEY_LENGTH - 1 : MAX_KEY_LENGTH)
}
