import { ACCOUNT_KEY, enter } from './account'
import type { Account } from './account'
import { isCounted, Notes, Sublevel } from './sublevel'
import type { Change, Database } from './sublevel'

interface StoreOptions {
  /** What the database holds. Absent: it need not outlast the process, and nobody checks it. */
  account?: Account
  /** Called with how often the store was written, once that is on the disk. */
  onWritten?: (writes: number) => void
  /** Gives an error of the database words that a user can act on. */
  explained?: (error: unknown) => unknown
  close: () => Promise<void>
}

/** Sublevels that are written together: all of a write is on the disk, or nothing of it. */
export class Store {
  private account: Account | undefined
  private waiting: Change[] = []
  private next?: Promise<void>
  private last: Promise<void> = Promise.resolve()

  constructor(
    private readonly database: Database,
    private readonly options: StoreOptions
  ) {
    this.account = options.account
  }

  sublevel<Value>(name: string): Sublevel<Value> {
    return new Sublevel(this.database, name)
  }

  notes(name: string): Notes {
    return new Notes(this.database, name)
  }

  /**
   * Resolves once all of the changes are on the disk; of two to one key, the last counts. Writes that wait for the disk are
   * made one. After one that failed, all others fail.
   */
  write(changes: Change[]): Promise<void> {
    for (const change of changes) this.waiting.push(change)
    this.next ??= this.last.then(() => {
      this.next = undefined
      return this.commit(this.waiting.splice(0))
    })
    this.last = this.next
    return this.next
  }

  /** Resolves once all that was written before can be read. */
  async written(): Promise<void> {
    await this.last.catch(() => undefined)
  }

  async close(): Promise<void> {
    await this.written()
    await this.options.close()
  }

  private async commit(changes: Change[]): Promise<void> {
    const { onWritten, explained = (error) => error } = this.options
    try {
      const counted = changes.filter(isCounted)
      const account = this.account && counted.length > 0 && (await this.accountAfter(this.account, counted))
      // An array of operations takes the library four times as long.
      const batch = this.database.batch()
      for (const { key, value } of changes) {
        if (value === undefined) batch.del(key)
        else batch.put(key, value)
      }
      if (account) batch.put(ACCOUNT_KEY, JSON.stringify(account))
      await batch.write({ sync: Boolean(account) })
      if (!account) return
      onWritten?.(account.writes)
      this.account = account
    } catch (error) {
      throw explained(error)
    }
  }

  private async accountAfter(before: Account, changes: Change[]): Promise<Account> {
    const account: Account = { ...before, writes: before.writes + 1 }
    const entries = new Map<string, Change>()
    for (const change of changes) {
      const first = entries.get(change.key)
      entries.set(change.key, first ? { ...first, value: change.value } : change)
    }
    const keys = [...entries.values()].filter(({ isNew }) => isNew !== true).map(({ key }) => key)
    const found = keys.length > 0 ? await this.database.getMany(keys) : []
    found.forEach((old, at) => old !== undefined && enter(account, keys[at], old, -1))
    for (const { key, value } of entries.values()) if (value !== undefined) enter(account, key, value, 1)
    return account
  }
}
