import type { HeapItem } from './heap-api'

/** One thing to tell Heap, and the payloads (by index) that it stands for. */
export interface Entry {
  part: HeapItem
  payloads: readonly number[]
}

/** A new entry for each user, account and link, in which the last write of each property wins. Events stay alone. */
export function merge(entries: readonly Entry[]): Entry[] {
  const groups = new Map<string, Entry[]>()
  for (const entry of entries) {
    const key = mergeKey(entry)
    const group = groups.get(key)
    if (group) group.push(entry)
    else groups.set(key, [entry])
  }
  return [...groups.values()].map((group) => (group.length === 1 ? group[0] : merged(group)))
}

/** Equal for what becomes one entry. */
export function mergeKey({ part, payloads }: Entry): string {
  switch (part.call) {
    case 'userProperties':
      return part.item.identity
    case 'accountProperties':
      return part.item.account_id
    case 'identify':
      return `${part.item.user_id} ${part.item.identity}`
    default:
      return `payload ${payloads[0]}`
  }
}

function merged(group: readonly Entry[]): Entry {
  const [{ part }] = group
  const payloads = group.flatMap((entry) => entry.payloads)
  if (part.call !== 'userProperties' && part.call !== 'accountProperties') return { part, payloads }
  const properties = Object.fromEntries(group.flatMap((entry) => Object.entries(propertiesOf(entry))))
  return { part: { ...part, item: { ...part.item, properties } } as HeapItem, payloads }
}

function propertiesOf({ part: { item } }: Entry) {
  return 'properties' in item ? item.properties : {}
}
