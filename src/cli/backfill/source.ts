import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { Errors } from '@oclif/core'
import { checkpointPath } from './checkpoint'
import { isSystemError } from './durable-file'
import { readLines } from './lines'
import type { Line, Place } from './lines'

/** So much of a file's beginning tells whether it is the one that a checkpoint speaks of. */
const HEAD_BYTES = 4096

const GZIP = Buffer.from([0x1f, 0x8b])

/** A file of lines, plain or gzip, or standard input. */
export interface Source {
  /** As the user named it. */
  path: string
  /** Where the files beside it begin: the path, or `stdin` in the current folder. */
  besides: string
  name: string
  /** On the disk; absent when unknown. */
  bytes?: number
  /** Of standard input, this is seen when it comes. */
  gzip: boolean
  /** What was read of standard input so far, at most as much as tells it from another. */
  beginning?: Buffer
}

/** @throws CLIError when the file cannot be read */
export async function openSource(path: string): Promise<Source> {
  if (path === '-') return { path: 'standard input', besides: 'stdin', name: 'stdin', gzip: false }
  const found = await stat(path).catch((error: Error) => unreadable(path, error))
  if (found.isDirectory()) return unreadable(path, new Error('it is a folder'))
  const gzip = found.isFile() ? await beginsAsGzip(path) : path.endsWith('.gz')
  return { path, besides: path, name: basename(path), bytes: found.size, gzip }
}

/** Some tools inflate a file and leave its name, some compress it and do the same. */
async function beginsAsGzip(path: string): Promise<boolean> {
  const file = await open(path).catch((error: Error) => unreadable(path, error))
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(GZIP.length), 0, GZIP.length, 0)
    return buffer.subarray(0, bytesRead).equals(GZIP)
  } finally {
    await file.close()
  }
}

export function unreadable(path: string, error: Error): never {
  throw new Errors.CLIError(`cannot read ${path}: ${error.message}`)
}

export interface OpenLines {
  lines: AsyncGenerator<Line[]>
  /** Share of the file that was read, 0 to 1; undefined for standard input. */
  share(): number | undefined
}

interface Reading {
  from: Place
  /** What standard input must begin with, when some of it was read before. */
  expected?: { position: number; head?: string }
  /** Ends the lines early, also when none come. */
  signal: AbortSignal
}

/** The lines from a place on. What cannot be skipped is read and thrown away. */
export function openLines(source: Source, { from, expected, signal }: Reading): OpenLines {
  if (isStdin(source)) {
    const bytes = remembered(source, openBytes(source, signal))
    const checked = expected ? verified(source, bytes, expected) : bytes
    return { lines: readLines(skipped(checked, from.position), from), share: () => undefined }
  }
  const start = source.gzip ? 0 : from.position
  const raw = createReadStream(source.path, { start })
  const bytes = guarded(source, bytesOf(source, raw), signal)
  return {
    lines: readLines(skipped(bytes, from.position - start), from),
    share: () => (raw.bytesRead + start) / Math.max(1, source.bytes ?? 0)
  }
}

/** All of its bytes, decompressed; fewer when the signal aborts. */
export function openBytes(source: Source, signal: AbortSignal): AsyncGenerator<Buffer> {
  const raw = isStdin(source) ? process.stdin : createReadStream(source.path)
  signal.addEventListener('abort', () => raw.destroy())
  return guarded(source, bytesOf(source, raw), signal)
}

export function isStdin({ name }: Source): boolean {
  return name === 'stdin'
}

function bytesOf(source: Source, raw: Readable): AsyncIterable<Buffer> {
  if (isStdin(source)) return inflatedIfGzip(raw)
  return source.gzip ? inflated(raw) : raw
}

function inflated(raw: Readable): AsyncIterable<Buffer> {
  const plain = createGunzip()
  raw.on('error', (error) => plain.destroy(error))
  return raw.pipe(plain)
}

async function* inflatedIfGzip(raw: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const chunks = raw[Symbol.asyncIterator]()
  let beginning = Buffer.alloc(0)
  while (beginning.length < GZIP.length) {
    const next = await chunks.next()
    if (next.done) break
    beginning = Buffer.concat([beginning, next.value])
  }
  const all = async function* () {
    if (beginning.length > 0) yield beginning
    yield* { [Symbol.asyncIterator]: () => chunks }
  }
  yield* beginning.subarray(0, GZIP.length).equals(GZIP) ? inflated(Readable.from(all())) : all()
}

async function* guarded(source: Source, chunks: AsyncIterable<Buffer>, signal?: AbortSignal): AsyncGenerator<Buffer> {
  try {
    yield* chunks
  } catch (error) {
    if (signal?.aborted) return
    if (isSystemError(error)) unreadable(source.path, error)
    throw error
  }
}

async function* skipped(chunks: AsyncIterable<Buffer>, bytes: number): AsyncGenerator<Buffer> {
  let left = bytes
  for await (const chunk of chunks) {
    if (left < chunk.length) yield chunk.subarray(left)
    left = Math.max(0, left - chunk.length)
  }
}

/** Keeps the first bytes of what can be read but once. */
async function* remembered(source: Source, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  source.beginning = Buffer.alloc(0)
  for await (const chunk of chunks) {
    const missing = HEAD_BYTES - source.beginning.length
    if (missing > 0) source.beginning = Buffer.concat([source.beginning, chunk.subarray(0, missing)])
    yield chunk
  }
}

/** @throws CLIError when it does not begin as expected */
async function* verified(
  source: Source,
  chunks: AsyncGenerator<Buffer>,
  { position, head }: { position: number; head?: string }
): AsyncGenerator<Buffer> {
  const needed = Math.min(HEAD_BYTES, position)
  const held: Buffer[] = []
  while ((source.beginning?.length ?? 0) < needed) {
    const next = await chunks.next()
    if (next.done) break
    held.push(next.value)
  }
  if (head !== (await headOf(source, position))) throw notTheSame(source)
  yield* held
  yield* chunks
}

export function notTheSame({ path, besides }: Source): Error {
  return new Errors.CLIError(
    `${path} is not the file that ${checkpointPath(besides)} was written for; delete that to begin anew`
  )
}

/** A hash of the beginning of what was read up to `position`. */
export async function headOf(source: Source, position: number): Promise<string> {
  const wanted = Math.min(HEAD_BYTES, position)
  const beginning = isStdin(source) ? source.beginning : await beginningOf(source, wanted)
  return createHash('sha256')
    .update((beginning ?? Buffer.alloc(0)).subarray(0, wanted))
    .digest('hex')
}

async function beginningOf(source: Source, bytes: number): Promise<Buffer> {
  const raw = createReadStream(source.path)
  const parts: Buffer[] = []
  let length = 0
  for await (const chunk of guarded(source, bytesOf(source, raw))) {
    parts.push(chunk)
    length += chunk.length
    if (length >= bytes) break
  }
  raw.destroy()
  return Buffer.concat(parts)
}
