interface StoredEvent {
  properties: { soak_id?: string }
}

interface WithProperties {
  identity?: string
  properties: Record<string, unknown>
}

export interface Ledger {
  accepted: number
  delivered: number
  /** By reason. */
  refused: Map<string, number>
  lost: string[]
  doubled: string[]
  /** Refused for good, and stored all the same. */
  contradictory: string[]
  /** Refused for good, although nothing was wrong with them. */
  undeserved: string[]
}

/** What Heap has: how often each event, and which property of a user or account. */
export class HeapContent {
  private readonly events = new Map<string, number>()
  private readonly properties = new Set<string>()
  private readonly users = new Map<string, Record<string, unknown>>()

  static async of(url: string): Promise<HeapContent> {
    const read = async <Item>(list: string) => (await (await fetch(`${url}/_emulator/${list}`)).json()) as Item[]
    const content = new HeapContent()
    for (const { properties } of await read<StoredEvent>('events')) content.addEvent(properties.soak_id ?? '')
    for (const list of ['users', 'accounts']) {
      for (const { identity, properties } of await read<WithProperties>(list)) {
        if (identity !== undefined) content.users.set(identity, properties)
        for (const key of Object.keys(properties)) content.properties.add(key)
      }
    }
    return content
  }

  has(id: string): boolean {
    return this.events.has(id) || this.properties.has(id)
  }

  propertyOf(identity: string, key: string): unknown {
    return this.users.get(identity)?.[key]
  }

  doubled(): string[] {
    return [...this.events].filter(([, count]) => count > 1).map(([id]) => id)
  }

  private addEvent(id: string): void {
    this.events.set(id, (this.events.get(id) ?? 0) + 1)
  }
}

export interface Account {
  /** IDs of what the Tracking API has acknowledged, of whoever sent it. */
  acknowledged: string[]
  /** IDs of those that may be refused for good. */
  refusable: string[]
}

/** Sets what the Tracking API acknowledged against what Heap has and what was refused for good. */
export function balance(accounts: Account[], heap: HeapContent, refusals: Map<string, string>): Ledger {
  const ids = [...new Set(accounts.flatMap(({ acknowledged }) => acknowledged))]
  const refusable = new Set(accounts.flatMap((account) => account.refusable))
  const refused = new Map<string, number>()
  for (const id of ids) {
    const reason = heap.has(id) ? undefined : refusals.get(id)
    if (reason !== undefined) refused.set(reason, (refused.get(reason) ?? 0) + 1)
  }
  return {
    accepted: ids.length,
    delivered: ids.filter((id) => heap.has(id)).length,
    refused,
    lost: ids.filter((id) => !heap.has(id) && !refusals.has(id)),
    doubled: heap.doubled(),
    contradictory: [...refusals.keys()].filter((id) => heap.has(id)),
    undeserved: [...refusals.keys()].filter((id) => !refusable.has(id))
  }
}
