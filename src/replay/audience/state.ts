import { existsSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { Errors } from '@oclif/core'
import { isCount } from '../backfill/checkpoint'
import { moveDurably, onDisk, readJson, writeAtomically } from '../durable-file'
import { isJsonObject } from '../../segment/json-object'
import { printable } from '../../segment/printable'
import { compare, IdReader, IdWriter } from './sorted-ids'

/** What was delivered of a sync, as its checkpoint holds it. */
export interface SyncCheckpoint {
  version: 1
  /** Everybody up to this id is settled; absent: nobody. */
  after?: string
  rejectedBytes: number
  refusedBytes: number
  added: number
  removed: number
  unchanged: number
  /** Rows that name nobody, and changes that Heap refused. */
  rejected: number
}

/**
 * Who is in an audience as far as Heap knows (`path`), and while a sync is under way, who is to be (`.next`), how far it
 * is (`.checkpoint.json`) and whom Heap refused to change (`.refused`). Ids stand in order, one a line, under a line that
 * says which audience of which Heap it is.
 */
export class AudienceState {
  readonly next: string
  readonly refused: string
  private readonly checkpoint: string

  constructor(
    readonly path: string,
    readonly header: string
  ) {
    this.next = `${path}.next`
    this.refused = `${path}.refused`
    this.checkpoint = `${path}.checkpoint.json`
  }

  /** Whether Heap has never been told of anybody. */
  get isFirst(): boolean {
    return !existsSync(this.path) && !this.isInterrupted
  }

  get isInterrupted(): boolean {
    return existsSync(this.next)
  }

  /** @throws CLIError when the files are damaged, or of another audience or another Heap */
  async requireSame(): Promise<void> {
    await this.requireSameIn(this.path, 'delete it for a first sync, after which nobody leaves')
    await this.requireSameIn(this.next, 'delete it to sync anew')
  }

  private async requireSameIn(path: string, remedy: string): Promise<void> {
    if (!existsSync(path)) return
    if (statSync(path).isDirectory()) throw new Errors.CLIError(`${path} is a folder: name a file with --state`)
    const reader = await IdReader.open(path)
    try {
      if (reader.current !== undefined) this.requireHeader(path, reader.current)
      const line = await damagedLine(reader)
      if (line === undefined) return
      throw new Errors.CLIError(`${path} is damaged at line ${line}: put a copy of it back, or ${remedy}`)
    } finally {
      await reader.close()
    }
  }

  private requireHeader(path: string, found: string): void {
    if (found === this.header) return
    throw new Errors.CLIError(
      `${path} is not of this audience at this Heap but of ${printable(found).slice(0, 200)}; name another file with --state`
    )
  }

  /** Whether anybody is a member, by a file of sorted ids; by default as far as Heap knows. */
  async hasMembers(path = this.path): Promise<boolean> {
    const reader = await IdReader.open(path, { skipLines: 1 })
    await reader.close()
    return reader.current !== undefined
  }

  async memberships(next = this.next) {
    const [before, now] = await Promise.all([this.path, next].map((path) => IdReader.open(path, { skipLines: 1 })))
    return compare(before, now)
  }

  /** Begins a sync with the members in `path`, a file that becomes the state's own. */
  async begin(path: string, checkpoint: SyncCheckpoint): Promise<void> {
    await rm(this.refused, { force: true })
    await this.save(checkpoint)
    await onDisk('write', this.next, () => moveDurably(path, this.next))
  }

  save(checkpoint: SyncCheckpoint): Promise<void> {
    return writeAtomically(this.checkpoint, JSON.stringify(checkpoint))
  }

  /** @throws CLIError when it cannot be read */
  async load(): Promise<SyncCheckpoint> {
    const found = await readJson(this.checkpoint)
    if (isCheckpoint(found)) return found
    throw new Errors.CLIError(`${this.checkpoint} is missing or no checkpoint: delete ${this.next} to sync anew`)
  }

  /** Makes what was delivered the state. Killed in between, it can be done again. */
  async commit({ refusedBytes }: SyncCheckpoint): Promise<void> {
    if (refusedBytes > 0) await this.writeWithoutRefused()
    else await onDisk('write', this.path, () => moveDurably(this.next, this.path))
    for (const path of [this.next, this.checkpoint, this.refused]) await rm(path, { force: true })
  }

  /** Whom Heap refused stays what they were, so that the next sync tries again. */
  private async writeWithoutRefused(): Promise<void> {
    const temporary = `${this.path}.tmp`
    const writer = new IdWriter(temporary)
    const refused = await IdReader.open(this.refused)
    await writer.write(this.header)
    for await (const members of await this.memberships()) {
      for (const { id, before, now } of members) {
        const isRefused = refused.current === id
        if (isRefused) await refused.next()
        if (isRefused ? before : now) await writer.write(id)
      }
    }
    await writer.end()
    await onDisk('write', this.path, () => moveDurably(temporary, this.path))
  }
}

const FIGURES = ['rejectedBytes', 'refusedBytes', 'added', 'removed', 'unchanged', 'rejected'] as const

function isCheckpoint(value: unknown): value is SyncCheckpoint {
  if (!isJsonObject(value) || value.version !== 1 || !['string', 'undefined'].includes(typeof value.after)) return false
  return FIGURES.every((name) => isCount(value[name]))
}

/** The first line that is cut off or out of order: by it, somebody would seem to have come or left. */
async function damagedLine(reader: IdReader): Promise<number | undefined> {
  if (reader.current === undefined) return 1
  let line = 2
  let last = ''
  for (await reader.next(); reader.current !== undefined; await reader.next()) {
    if (reader.current <= last) return line
    last = reader.current
    line++
  }
  return reader.isCut ? line : undefined
}
