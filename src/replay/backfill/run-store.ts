import { Errors } from '@oclif/core'
import type { SegmentMessage } from '../../segment/message'
import { openScratch, openStore } from '../../store/open'
import { writeLines } from '../../store/readable-file'
import type { Store } from '../../store/store'
import { numberKey } from '../../store/sublevel'
import type { Change, Sublevel } from '../../store/sublevel'
import type { Place } from '../lines'
import { fingerprintOf } from '../source'
import type { Source } from '../source'
import type { Entry, Ledger, OpenLine, Totals, Turn } from './ledger'
import type { Rejection } from './rejection'

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

export function storeFolder({ pathPrefix }: Source): string {
  return `${pathPrefix}.backfill`
}

/** Standard input has no name, and is another one the next time: its rejected lines bear the time of the run. */
export function rejectedPath({ pathPrefix, isStdin }: Source, startedAt: Date): string {
  const time = isStdin ? `.${startedAt.toISOString().replace(/[-:.]/g, '')}` : ''
  return `${pathPrefix}${time}.rejected.ndjson`
}

export function differs(source: Source, writtenFor = storeFolder(source)): Error {
  return new Errors.CLIError(
    `${source.path} is not what ${writtenFor} was written for, or was changed since: send the same again, or delete that to begin anew`
  )
}

interface RunStoreOptions {
  /** Beside the file. Otherwise it is forgotten with the run. */
  isKept: boolean
  /** Hash of the options that decide what is sent where. */
  options: string
}

/** All that a run needs to go on where another was cut off: how far it is, which lines are open, what was rejected. */
export class RunStore {
  private readonly standing: Sublevel<Standing>
  private readonly lines: Sublevel<OpenLine>
  private readonly owed: Sublevel<number[]>
  private readonly rejected: Sublevel<Rejection>

  private constructor(
    private readonly store: Store,
    private readonly source: Source,
    private readonly settings: RunStoreOptions
  ) {
    this.standing = store.sublevel('standing')
    this.lines = store.sublevel('lines')
    this.owed = store.sublevel('owed')
    this.rejected = store.sublevel('rejected')
  }

  static async open(source: Source, settings: RunStoreOptions): Promise<RunStore> {
    const kind = { holds: 'backfill', remedy: 'put a copy of it back, or delete it to send the whole file again' }
    const store = settings.isKept ? await openStore(storeFolder(source), kind) : await openScratch()
    return new RunStore(store, source, settings)
  }

  /** Undefined at the first run. @throws CLIError when it was of other options or of another file */
  async load(): Promise<Standing | undefined> {
    const found = await this.standing.get('now')
    if (found) await requireSame(this.source, found, this.settings.options, storeFolder(this.source))
    return found
  }

  /** In order. */
  async *openLines(): AsyncGenerator<OpenLine[]> {
    for await (const chunk of this.lines.entries()) {
      const lines = chunk.map(async ([key, line]) => ({ ...line, owed: await this.owed.get(key) }))
      yield await Promise.all(lines)
    }
  }

  /** The message of an open line that is no longer in memory. */
  async messageAt(position: number): Promise<SegmentMessage> {
    const found = await this.lines.get(numberKey(position))
    if (found) return found.message
    throw new Error(`the line at ${position} is not in ${storeFolder(this.source)}`)
  }

  /** All that happened since the last time, at once. @throws CLIError when it cannot be written */
  async save(ledger: Ledger): Promise<void> {
    const { isKept, options } = this.settings
    const turn = ledger.turn()
    const { at, totals } = turn
    const changes = this.changesOf(turn)
    const fingerprint = isKept ? await fingerprintOf(this.source, at.position) : undefined
    await this.store.write([...changes, this.standing.put('now', { options, fingerprint, at, totals })])
    ledger.stored(turn)
  }

  /** Takes over what an earlier version has left, whole or not at all. */
  async take(standing: Standing, lines: OpenLine[], rejections: Rejection[]): Promise<void> {
    await this.store.write([
      this.standing.put('now', standing),
      ...lines.flatMap(({ owed, ...line }) => [
        this.lines.put(keyOf(line), line),
        ...(owed ? [this.owed.put(keyOf(line), owed)] : [])
      ]),
      ...rejections.map((each, index) => this.rejected.put(`${numberKey(0)}.${numberKey(index)}`, each))
    ])
  }

  async writeRejected(path: string): Promise<void> {
    await writeLines(path, this.rejected.texts())
  }

  close(): Promise<void> {
    return this.store.close()
  }

  private changesOf({ opened, advanced, settled, rejections }: Turn): Change[] {
    return [
      ...opened.map((entry) => this.lines.put(keyOf(entry), openLineOf(entry))),
      ...advanced.map((entry) =>
        this.owed.put(
          keyOf(entry),
          entry.routes.filter((route) => !entry.delivered.includes(route))
        )
      ),
      ...settled.flatMap((entry) => [this.lines.del(keyOf(entry)), this.owed.del(keyOf(entry))]),
      ...rejections.map(({ rejection, ...at }, index) => this.rejected.put(`${keyOf(at)}.${index}`, rejection))
    ]
  }
}

/** @throws CLIError when a run was of other options or of another file */
export async function requireSame(
  source: Source,
  found: Pick<Standing, 'options' | 'fingerprint' | 'at'>,
  options: string,
  writtenBy: string
): Promise<void> {
  if (found.options !== options) {
    throw new Errors.CLIError(
      `${writtenBy} was written with other options (App ID, address, mapping, from or to): repeat those, or delete it to begin anew`
    )
  }
  if (found.fingerprint !== (await fingerprintOf(source, found.at.position))) throw differs(source, writtenBy)
}

function keyOf({ position }: { position: number }): string {
  return numberKey(position)
}

function openLineOf({ position, line, message }: Entry): OpenLine {
  if (message === undefined) throw new Error(`line ${line} has left memory before it was stored`)
  return { position, line, message }
}
