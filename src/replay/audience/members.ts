import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { openScratch, openStore } from '../../store/open'
import { writeLines } from '../../store/readable-file'
import type { Store } from '../../store/store'
import { numberKey } from '../../store/sublevel'
import type { Change, Sublevel } from '../../store/sublevel'
import type { Membership, SortedIds } from './compare'
import { forgetOldState, moveOldState, ofAnother, oldIds } from './old-state'

const KIND = {
  holds: 'audience',
  remedy: 'restore a copy, or delete it to start with a first sync, which removes nobody'
}

/** A row that names nobody, or a change that Heap has refused for good. */
export type Refusal = { line: number; reason: string } | { id: string; member: boolean; status: number; reason: string }

/** A batch, and its ids that are on their way. */
export type Told = [batch: number, ids: string[]]

/** Who is in an audience as far as Heap has acknowledged, in a store that lasts, and the new list, which does not. */
export class Members {
  /** Rows and changes that are refused. */
  refused = 0
  /** False: Heap may have been told, but has not acknowledged. */
  private readonly known: Sublevel<boolean>
  /** Which audience of which Heap it is, as JSON. */
  private readonly about: Sublevel<string>
  /** The ids that are on their way, by batch. */
  private readonly told: Sublevel<string[]>
  private readonly listed: Sublevel<boolean>
  private readonly refusals: Sublevel<Refusal>

  private constructor(
    private readonly store: Store,
    private readonly list: Store
  ) {
    this.known = store.sublevel('members')
    this.about = store.sublevel('about')
    this.told = store.sublevel('told')
    this.listed = list.sublevel('members')
    this.refusals = list.sublevel('rejected')
  }

  /**
   * With a state that version 0.1.0 left, which is read once. A dry run leaves that as it is.
   * @throws CLIError when the store is damaged, or of another audience or another Heap
   */
  static async open(folder: string, header: string, { isDryRun }: { isDryRun: boolean }): Promise<Members> {
    const isPreview = isDryRun && (await lstat(folder).catch(() => undefined))?.isDirectory() !== true
    if (!isPreview) await moveOldState(folder, header)
    const store = isPreview ? await openScratch() : await openStore(folder, KIND)
    const members = new Members(store, await openScratch(isDryRun ? undefined : join(folder, 'list')))
    try {
      await members.begin(folder, header, oldIds(folder, header))
      if (!isPreview) await forgetOldState(folder)
      return members
    } catch (error) {
      await members.close()
      throw error
    }
  }

  /** In a store that lasts and one for the new list, without a state of version 0.1.0. */
  static async in(store: Store, list: Store, header: string): Promise<Members> {
    const members = new Members(store, list)
    await members.begin('', header, noIds())
    return members
  }

  before(): SortedIds {
    return this.known.entries()
  }

  now(): SortedIds {
    return this.listed.entries()
  }

  async add(ids: string[]): Promise<void> {
    await this.list.write(ids.map((id) => this.listed.put(id, true)))
  }

  /** Rows stand before changes, each in order. */
  async refuse(refusals: Refusal[]): Promise<void> {
    this.refused += refusals.length
    const keyOf = (each: Refusal) => ('line' in each ? `line ${numberKey(each.line)}` : `member ${each.id}`)
    await this.list.write(refusals.map((each) => this.refusals.put(keyOf(each), each)))
  }

  /** For people to read. @throws CLIError when it cannot be written */
  async writeRefusals(path: string): Promise<void> {
    await writeLines(path, this.refusals.texts())
  }

  /** In one write: what Heap has acknowledged, and what it may be told of before it acknowledges it. */
  async settle(acknowledged: Membership[], told: Told[]): Promise<void> {
    const changes = acknowledged.map((member) => this.acknowledgement(member))
    for (const [batch, ids] of told) {
      const key = numberKey(batch)
      changes.push(ids.length > 0 ? this.told.put(key, ids) : this.told.del(key))
    }
    await this.store.write(changes)
  }

  async close(): Promise<void> {
    await this.list.close()
    await this.store.close()
  }

  private async begin(folder: string, header: string, old: SortedIds): Promise<void> {
    const found = await this.about.get('audience')
    if (found !== undefined && found !== header) throw ofAnother(folder, found)
    if (found === undefined) {
      for await (const ids of old) await this.store.write(this.unsure(ids))
      await this.store.write([this.about.put('audience', header)])
    }
    // Nobody knows what has become of what a sync that was killed had on its way.
    for await (const chunk of this.told.entries()) {
      const ids = chunk.flatMap(([, told]) => told)
      await this.store.write([
        ...chunk.map(([key]) => this.told.del(key)),
        ...this.unsure(ids.map((id) => [id, false]))
      ])
    }
  }

  private acknowledgement({ id, before, now }: Membership): Change {
    if (!now) return this.known.del(id)
    return before ? this.known.put(id, true) : this.known.insert(id, true)
  }

  private unsure(ids: [string, boolean][]): Change[] {
    return ids.map(([id, isSure]) => this.known.put(id, isSure))
  }
}

/** A new audience has no earlier state. */
async function* noIds(): SortedIds {}
