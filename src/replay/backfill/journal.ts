import { Errors } from '@oclif/core'
import { openScratch, openStore } from '../../store/open'
import { writeLines } from '../../store/readable-file'
import type { Store } from '../../store/store'
import { numberKey } from '../../store/sublevel'
import type { Change, Sublevel } from '../../store/sublevel'
import type { Line, Place } from '../lines'
import { fingerprintOf } from '../source'
import type { Source } from '../source'
import type { Entry, OpenLine, Rejection, Totals } from './line-outcome'

/** Beyond either, reading waits until something is settled. */
const MAX_READY_LINES = 3_000
const MAX_BYTES = 16 * 1024 * 1024
const BYTES_OF_AN_ENTRY = 200

/** Rejections that wait for the next save. */
const MAX_REJECTED_BYTES = 4 * 1024 * 1024

/** How far a run is. */
export interface Standing {
  /** Hash of the options that decide what is sent where. */
  options: string
  /** Tells the file from another, or from one that was changed since. */
  fingerprint?: string
  /** Up to where lines were read. */
  at: Place
  totals: Totals
}

const NONE: number[] = []

const KIND = { holds: 'backfill', remedy: 'restore a copy, or delete it to send the whole file again' }

export function storeFolder({ pathPrefix }: Source): string {
  return `${pathPrefix}.backfill`
}

/** What has become of each line, in a store beside the file: all that a run needs to go on where another was cut off. */
export class Journal {
  at: Place = { position: 0, line: 0 }
  totals: Totals = { read: 0, delivered: 0, rejected: 0, skipped: 0 }
  /** Lines that wait for the rate of their identity. */
  aside = 0
  private open = 0
  private bytes = 0
  private readonly changed = new Set<Entry>()
  private rejections: Change[] = []
  private rejectedBytes = 0
  private saved: Promise<void> = Promise.resolve()
  private readonly standing: Sublevel<Standing>
  private readonly lines: Sublevel<OpenLine>
  private readonly rejected: Sublevel<Rejection>

  private constructor(
    private readonly store: Store,
    private readonly source: Source,
    private readonly options: string
  ) {
    this.standing = store.sublevel('standing')
    this.lines = store.sublevel('lines')
    this.rejected = store.sublevel('rejected')
  }

  /** One of a dry run, or of standard input, is forgotten with the run. @throws CLIError when it is not of this file and these options */
  static async open(source: Source, { isKept, options }: { isKept: boolean; options: string }): Promise<Journal> {
    const store = isKept ? await openStore(storeFolder(source), KIND) : await openScratch()
    return Journal.in(store, source, options).catch(async (error: unknown) => {
      await store.close()
      throw error
    })
  }

  /** Goes on where the store was left. */
  static async in(store: Store, source: Source, options: string): Promise<Journal> {
    const journal = new Journal(store, source, options)
    const found = await journal.standing.get('now')
    if (found) await journal.goOnFrom(found)
    return journal
  }

  get isNew(): boolean {
    return this.at.position === 0
  }

  /** Takes over what an earlier version has left, whole or not at all. */
  async take(standing: Standing, lines: OpenLine[], rejections: Rejection[], path: string): Promise<void> {
    await this.goOnFrom(standing, path)
    await this.store.write([
      this.standing.put('now', standing),
      ...lines.map((line) => this.lines.put(numberKey(line.position), line)),
      ...rejections.map((each, index) => this.rejected.put(`${numberKey(0)}.${numberKey(index)}`, each))
    ])
  }

  /** In order. */
  openLines(): AsyncGenerator<[string, OpenLine][]> {
    return this.lines.entries()
  }

  isFull(): boolean {
    return this.bytes >= MAX_BYTES || this.open - this.aside >= MAX_READY_LINES
  }

  /** Everything up to the end of this line was read. */
  passed({ end, number }: Line): void {
    this.at = { position: end, line: number }
  }

  enter(line: OpenLine, owed: number[], isStored: boolean): Entry {
    const { position, line: number, text, rejections = [] } = line
    // Spread from another object, it would take twice the time and memory.
    const entry: Entry = { position, line: number, text, owed, rejections, isStored }
    this.open++
    this.bytes += bytesOf(entry)
    if (!isStored) this.changed.add(entry)
    return entry
  }

  settle(entry: Entry, route: number, rejection?: Rejection): void {
    if (rejection) entry.rejections.push(rejection)
    const isLast = entry.owed.length === 1
    entry.owed = isLast ? NONE : entry.owed.filter((each) => each !== route)
    if (entry.isStored || !isLast) this.changed.add(entry)
    else this.changed.delete(entry)
    if (!isLast) return
    this.open--
    this.bytes -= bytesOf(entry)
    if (entry.rejections.length === 0) this.totals.delivered++
    else this.reject(entry.position, entry.rejections)
  }

  /** One line, with a reason from each subscription that refused it. */
  reject(position: number, rejections: Rejection[]): void {
    this.totals.rejected++
    rejections.forEach((rejection, index) => {
      const change = this.rejected.put(`${numberKey(position)}.${index}`, rejection)
      this.rejections.push(change)
      this.rejectedBytes += String(change.value).length
    })
  }

  /** Whether rejections take so much memory that they must be saved. */
  get isOverflowing(): boolean {
    return this.rejectedBytes >= MAX_REJECTED_BYTES
  }

  /** All that happened since the last time, at once. @throws CLIError when it cannot be written */
  save(): Promise<void> {
    this.saved = this.saved.then(() => this.saveNow())
    return this.saved
  }

  async writeRejected(path: string): Promise<void> {
    await writeLines(path, this.rejected.texts())
  }

  close(): Promise<void> {
    return this.store.close()
  }

  private async goOnFrom(found: Standing, writtenBy = storeFolder(this.source)): Promise<void> {
    if (found.options !== this.options) {
      throw new Errors.CLIError(
        `${writtenBy} was written with other options (App ID, address, mapping, from or to): repeat those, or delete it to start over`
      )
    }
    if (found.fingerprint !== (await this.fingerprint(found.at.position))) throw this.differs(writtenBy)
    this.at = found.at
    this.totals = found.totals
  }

  differs(writtenBy = storeFolder(this.source)): Error {
    return new Errors.CLIError(
      `${this.source.path} has changed since ${writtenBy} was written: restore the file, or delete ${writtenBy} to start over`
    )
  }

  private async saveNow(): Promise<void> {
    const { at, options } = this
    const totals = { ...this.totals }
    const changes = [...this.changed].map((entry) => this.changeOf(entry)).concat(this.rejections)
    this.changed.clear()
    this.rejections = []
    this.rejectedBytes = 0
    const fingerprint = await this.fingerprint(at.position)
    await this.store.write([...changes, this.standing.put('now', { options, fingerprint, at, totals })])
  }

  /** Standard input has none. */
  private async fingerprint(position: number): Promise<string | undefined> {
    return this.source.isStdin ? undefined : fingerprintOf(this.source, position)
  }

  private changeOf(entry: Entry): Change {
    const { position, line, text, owed, rejections } = entry
    if (owed.length === 0) return this.lines.del(numberKey(position))
    entry.isStored = true
    return this.lines.put(numberKey(position), { position, line, text, owed, rejections })
  }
}

/** V8 keeps a text in one byte a character, or in two once it holds one that needs them. */
function bytesOf({ text }: Entry): number {
  return 2 * text.length + BYTES_OF_AN_ENTRY
}
