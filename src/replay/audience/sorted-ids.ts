import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { open, readdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { finished } from 'node:stream/promises'
import { once } from 'node:events'
import { onDisk } from '../durable-file'

/** Ids that are sorted in memory at a time. */
const IDS_PER_RUN = 100_000

/** A file of ids in order, one a line, read some at a time. Its errors name the file. */
export class IdReader {
  private ids: string[] = []
  private at = 0
  private tail = ''
  private readonly chunks: AsyncIterator<string>

  private constructor(private readonly path: string) {
    const stream = createReadStream(path, { encoding: 'utf8' })
    this.chunks = (stream as AsyncIterable<string>)[Symbol.asyncIterator]()
  }

  /** At the first id; a file that does not exist holds none. */
  static async open(path: string, { skipLines = 0 } = {}): Promise<IdReader> {
    const reader = new IdReader(existsSync(path) ? path : '/dev/null')
    await reader.fill()
    for (let line = 0; line < skipLines; line++) await reader.next()
    return reader
  }

  /** Undefined after the last id. */
  get current(): string | undefined {
    return this.ids[this.at]
  }

  /** After the last id: whether text follows it that no line end follows. */
  get isCut(): boolean {
    return this.tail !== ''
  }

  /** Nothing to wait for but once in many ids. */
  next(): Promise<void> | void {
    if (++this.at >= this.ids.length) return this.fill()
  }

  async close(): Promise<void> {
    await this.chunks.return?.()
  }

  private async fill(): Promise<void> {
    this.ids = []
    this.at = 0
    while (this.ids.length === 0) {
      const chunk: IteratorResult<string, unknown> = await onDisk('read', this.path, () => this.chunks.next())
      if (chunk.done) return
      const lines = (this.tail + chunk.value).split('\n')
      this.tail = lines.pop() ?? ''
      this.ids = lines
    }
  }
}

/** Writes ids, one a line, without holding them. */
export class IdWriter {
  private readonly stream
  private lines: string[] = []

  constructor(private readonly path: string) {
    this.stream = createWriteStream(path)
    this.stream.on('error', () => undefined)
  }

  write(id: string): Promise<void> | void {
    if (this.lines.push(id) >= 4096) return onDisk('write', this.path, () => this.flush())
  }

  /** Resolves once all is on the disk. */
  async end(): Promise<void> {
    await onDisk('write', this.path, async () => {
      await this.flush()
      this.stream.end()
      await finished(this.stream)
      const handle = await open(this.path, 'r')
      await handle.sync().finally(() => handle.close())
    })
  }

  private async flush(): Promise<void> {
    const text = this.lines.map((line) => `${line}\n`).join('')
    this.lines = []
    if (this.stream.errored) throw this.stream.errored
    if (text !== '' && !this.stream.write(text)) await once(this.stream, 'drain')
  }
}

/** Sorts any number of ids through files whose names begin with `prefix`. */
export class IdSorter {
  private ids = new Set<string>()
  private readonly runs: string[] = []

  constructor(private readonly prefix: string) {}

  add(id: string): Promise<void> | void {
    this.ids.add(id)
    if (this.ids.size >= IDS_PER_RUN) return this.writeRun()
  }

  /** Writes all ids in order, each once, after the header line. */
  async writeTo(path: string, header: string): Promise<void> {
    await this.writeRun()
    const writer = new IdWriter(path)
    await writer.write(header)
    const readers = await Promise.all(this.runs.map((run) => IdReader.open(run)))
    let least = leastOf(readers)
    for (; least !== undefined; least = leastOf(readers)) {
      await writer.write(least)
      for (const reader of readers) if (reader.current === least) await reader.next()
    }
    await writer.end()
  }

  /** Also those of a process that was killed. */
  async removeRuns(): Promise<void> {
    const folder = dirname(this.prefix)
    const isRun = (name: string) => name.startsWith(`${basename(this.prefix)}.sort-`)
    for (const name of (await readdir(folder)).filter(isRun)) await rm(join(folder, name), { force: true })
  }

  private async writeRun(): Promise<void> {
    const path = `${this.prefix}.sort-${this.runs.length}`
    this.runs.push(path)
    const writer = new IdWriter(path)
    for (const id of [...this.ids].sort()) await writer.write(id)
    this.ids = new Set()
    await writer.end()
  }
}

function leastOf(readers: IdReader[]): string | undefined {
  let least: string | undefined
  for (const { current } of readers)
    if (current !== undefined && (least === undefined || current < least)) least = current
  return least
}

export interface Membership {
  id: string
  before: boolean
  now: boolean
}

/** Everybody who is in one of two files of sorted ids, in order. Closes both at the end, also at an early one. */
export async function* compare(before: IdReader, now: IdReader): AsyncGenerator<Membership[]> {
  try {
    yield* allOf(before, now)
  } finally {
    await Promise.all([before.close(), now.close()])
  }
}

async function* allOf(before: IdReader, now: IdReader): AsyncGenerator<Membership[]> {
  let found: Membership[] = []
  for (let id = leastOf([before, now]); id !== undefined; id = leastOf([before, now])) {
    const member = { id, before: before.current === id, now: now.current === id }
    found.push(member)
    if (member.before) await before.next()
    if (member.now) await now.next()
    if (found.length < 1000) continue
    yield found
    found = []
  }
  yield found
}
