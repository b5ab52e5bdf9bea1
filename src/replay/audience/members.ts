import { openStore } from '../../store/open'
import type { Store } from '../../store/store'
import type { Change, Sublevel } from '../../store/sublevel'
import type { SortedIds } from './compare'
import { forgetOldState, moveOldState, ofAnother, oldIds } from './old-state'

const KIND = {
  holds: 'audience',
  remedy: 'put a copy of it back, or delete it for a first sync, after which nobody leaves'
}

/** Who is in an audience as far as Heap has acknowledged, and what Heap is being told. */
export class Members {
  /** Which audience of which Heap it is, as JSON. */
  private readonly about: Sublevel<string>
  /** False: Heap may have been told, but has not acknowledged. */
  private readonly members: Sublevel<boolean>
  /** Batches of ids that are on their way. */
  private readonly told: Sublevel<string[]>

  private constructor(
    private readonly store: Store,
    private readonly folder: string
  ) {
    this.about = store.sublevel('about')
    this.members = store.sublevel('members')
    this.told = store.sublevel('told')
  }

  /** @throws CLIError when the store is damaged, or of another audience or another Heap */
  static async open(folder: string, header: string): Promise<Members> {
    await moveOldState(folder)
    const members = await Members.copy(folder, header, folder)
    await forgetOldState(folder)
    return members
  }

  /** With an old state, of which nothing is changed, in a store of its own. */
  static async copy(folder: string, header: string, oldState: string): Promise<Members> {
    const members = new Members(await openStore(folder, KIND), folder)
    try {
      await members.begin(header, oldIds(oldState, header))
      return members
    } catch (error) {
      await members.close()
      throw error
    }
  }

  ids(): SortedIds {
    return this.members.entries()
  }

  /** Says which ids a batch is about to tell Heap of, or is no longer. */
  tell(batch: string, ids: string[]): Change {
    return ids.length > 0 ? this.told.put(batch, ids) : this.told.del(batch)
  }

  acknowledged(id: string, isMember: boolean): Change {
    return isMember ? this.members.put(id, true) : this.members.del(id)
  }

  write(changes: Change[]): Promise<void> {
    return this.store.write(changes)
  }

  close(): Promise<void> {
    return this.store.close()
  }

  private async begin(header: string, old: SortedIds): Promise<void> {
    const found = await this.about.get('audience')
    if (found !== undefined && found !== header) throw ofAnother(this.folder, found)
    if (found === undefined) {
      for await (const ids of old) await this.write(ids.map(([id, isSure]) => this.members.put(id, isSure)))
      await this.write([this.about.put('audience', header)])
    }
    // Nobody knows what has become of what a sync that was killed had on its way.
    for await (const chunk of this.told.entries()) {
      for (const [batch, ids] of chunk) {
        await this.write([this.told.del(batch), ...ids.map((id) => this.members.put(id, false))])
      }
    }
  }
}
