import { openScratch } from '../../store/open'
import { writeLines } from '../../store/readable-file'
import type { Store } from '../../store/store'
import { numberKey } from '../../store/sublevel'
import type { Sublevel } from '../../store/sublevel'
import type { Progress } from '../progress'
import type { Source } from '../source'
import type { SortedIds } from './compare'
import { readMembers } from './member-ids'
import type { MemberOptions } from './member-ids'

/** A change that Heap has refused for good. */
export interface Refusal {
  id: string
  member: boolean
  status: number
  reason: string
}

export interface ListOptions extends Pick<MemberOptions, 'format' | 'column'> {
  progress: Progress
}

/** The members of now in order, and what is rejected of them; on the disk, and forgotten after the sync. */
export class NewList {
  rejections = 0
  private readonly members: Sublevel<boolean>
  private readonly rejected: Sublevel<object>

  private constructor(private readonly store: Store) {
    this.members = store.sublevel('members')
    this.rejected = store.sublevel('rejected')
  }

  /** In this folder, or in one of the system's. */
  static async open(folder?: string): Promise<NewList> {
    return new NewList(await openScratch(folder))
  }

  ids(): SortedIds {
    return this.members.entries()
  }

  /** Not all of it when the signal aborts. */
  async read(source: Source, options: ListOptions, signal: AbortSignal): Promise<void> {
    const { progress } = options
    const note = (text: string) => progress.note(text)
    for await (const rows of readMembers(source, { ...options, note }, signal)) {
      const rejected = rows.filter((row) => 'reason' in row)
      for (const { line, reason } of rejected) progress.unreadable(`${source.path}:${line}: ${reason}`)
      await this.store.write([
        ...rows.flatMap((row) => ('id' in row ? [this.members.put(row.id, true)] : [])),
        ...rejected.map((row) => this.rejected.put(`line ${numberKey(row.line)}`, row))
      ])
      this.rejections += rejected.length
    }
  }

  async refuse(refusals: Refusal[]): Promise<void> {
    await this.store.write(refusals.map((refusal) => this.rejected.put(`member ${refusal.id}`, refusal)))
    this.rejections += refusals.length
  }

  /** For people to read: rows in order, then members. @throws CLIError when it cannot be written */
  async writeRejected(path: string): Promise<void> {
    await writeLines(path, this.rejected.texts())
  }

  close(): Promise<void> {
    return this.store.close()
  }
}
