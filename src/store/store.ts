import { ACCOUNT_KEY, Damage, enter } from './account'
import type { Account } from './account'
import { Outage } from './outage'
import { isCounted, Notes, Sublevel } from './sublevel'
import type { Change, Database } from './sublevel'

/** From one attempt to write again to the next. */
const RETRY_MS = 1000

interface StoreOptions {
  /** What the database holds. Absent: it need not outlast the process, and nobody checks it. */
  account?: Account
  /** Called with how often the store was written, once that is on the disk. */
  onWritten?: (writes: number) => void
  /** Gives an error of the database words that a user can act on. */
  explained?: (error: unknown) => unknown
  /**
   * Opens the database anew and gives what it holds; rejects as long as it cannot be written. Absent: after a write that
   * failed, all others fail.
   */
  reopen?: () => Promise<Account>
  /** Called when writes begin to fail, and without a problem once they work again. */
  onOutage?: (problem?: Error) => void
  close: () => Promise<void>
}

interface Write {
  changes: Change[]
  isKept: boolean
}

/** Sublevels that are written together: all of a write is on the disk, or nothing of it. */
export class Store {
  private account: Account | undefined
  private waiting: Write[] = []
  private next?: Promise<void>
  private last: Promise<void> = Promise.resolve()
  private outage?: Outage
  private retry?: NodeJS.Timeout
  private repair: Promise<void> = Promise.resolve()

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
   * made one. When it rejects, none of them is made.
   */
  write(changes: Change[]): Promise<void> {
    if (this.outage) return Promise.reject(this.outage.problem)
    return this.join({ changes, isKept: false })
  }

  /** The same, of what has happened already: as long as the disk takes nothing, the store remembers it. Notes are lost then. */
  keep(changes: Change[]): void {
    if (this.outage) this.outage.keep(changes)
    else if (changes.length > 0) this.join({ changes, isKept: true }).catch(() => undefined)
  }

  /** Resolves once all that was written before can be read. */
  async written(): Promise<void> {
    await this.last.catch(() => undefined)
    await this.repair
  }

  async close(): Promise<void> {
    await this.written()
    clearTimeout(this.retry)
    await this.recover().catch(() => undefined)
    await this.options.close()
  }

  private join(write: Write): Promise<void> {
    this.waiting.push(write)
    this.next ??= this.last.then(() => {
      this.next = undefined
      return this.commit(this.waiting.splice(0))
    })
    this.last = this.next
    return this.next
  }

  private async commit(writes: Write[]): Promise<void> {
    const before = new Map<string, string>()
    try {
      await this.put(
        writes.flatMap(({ changes }) => changes),
        before
      )
    } catch (error) {
      const problem = this.explained(error)
      if (this.options.reopen) this.begin(new Outage(problem), writes, before)
      throw problem
    }
  }

  /** Notes in `before` what the entries were. */
  private async put(changes: Change[], before: Map<string, string>): Promise<void> {
    const counted = changes.filter(isCounted)
    const account = this.account && counted.length > 0 && (await this.accountAfter(this.account, counted, before))
    // An array of operations takes the library four times as long.
    const batch = this.database.batch()
    for (const { key, value } of changes) {
      if (value === undefined) batch.del(key)
      else batch.put(key, value)
    }
    if (account) batch.put(ACCOUNT_KEY, JSON.stringify(account))
    await batch.write({ sync: Boolean(account) })
    if (!account) return
    this.options.onWritten?.(account.writes)
    this.account = account
  }

  private begin(outage: Outage, failed: Write[], before: Map<string, string>): void {
    for (const { changes, isKept } of failed) {
      if (isKept) outage.keep(changes)
      else outage.undo(changes, before)
    }
    for (const { changes, isKept } of this.waiting.splice(0)) if (isKept) outage.keep(changes)
    this.next = undefined
    this.refuse(outage)
    this.recoverSoon()
  }

  private refuse(outage: Outage): void {
    this.outage = outage
    this.options.onOutage?.(outage.problem)
  }

  private explained(error: unknown): Error {
    const problem = this.options.explained ? this.options.explained(error) : error
    return problem instanceof Error ? problem : new Error(String(problem))
  }

  private recoverSoon(): void {
    this.retry = setTimeout(() => {
      this.repair = this.recover().catch((error: unknown) => {
        if (error instanceof Damage) this.refuse(new Outage(this.explained(error)))
        else this.recoverSoon()
      })
    }, RETRY_MS)
  }

  private async recover(): Promise<void> {
    const { outage } = this
    if (!outage) return
    this.account = await this.options.reopen?.()
    const changes = outage.changes()
    await this.put(changes, new Map())
    this.outage = undefined
    this.last = Promise.resolve()
    this.options.onOutage?.()
    this.keep(outage.without(changes))
  }

  private async accountAfter(last: Account, changes: Change[], before: Map<string, string>): Promise<Account> {
    const account: Account = { ...last, writes: last.writes + 1 }
    const entries = new Map<string, Change>()
    for (const change of changes) {
      const first = entries.get(change.key)
      entries.set(change.key, first ? { ...first, value: change.value } : change)
    }
    const keys = [...entries.values()].filter(({ isNew }) => isNew !== true).map(({ key }) => key)
    const found = keys.length > 0 ? await this.database.getMany(keys) : []
    for (const [at, old] of found.entries()) {
      if (old === undefined) continue
      before.set(keys[at], old)
      enter(account, keys[at], old, -1)
    }
    for (const { key, value } of entries.values()) if (value !== undefined) enter(account, key, value, 1)
    return account
  }
}
