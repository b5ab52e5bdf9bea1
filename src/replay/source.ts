import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { ReadStream } from 'node:fs'
import { open, realpath, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Readable } from 'node:stream'
import { Errors } from '@oclif/core'
import { checkpointPath } from './backfill/checkpoint'
import { behindLink, isSystemError } from './durable-file'
import { beginsAsGzip, GZIP_MARK_BYTES, inflated, inflatedIfGzip } from './gzip'
import { readLines } from './lines'
import type { Line, Place } from './lines'

/** So much of a file's beginning, and of what was read last, tells whether it is the one that a checkpoint speaks of. */
const FINGERPRINT_BYTES = 4096

/** A file of lines, plain or gzip, or standard input. */
export interface Source {
  /** As the user named it. */
  path: string
  /** Where the files beside it begin: the path, that of the file behind a link, or `stdin` in the current folder. */
  pathPrefix: string
  /** The same for the same file, however it is named. */
  real: string
  name: string
  isStdin: boolean
  /** On the disk; absent when unknown. */
  bytes?: number
  /** Of standard input, this is seen when it comes. */
  gzip: boolean
  /** What was read of standard input so far, at most as much as tells it from another. */
  beginning?: Buffer
}

const STANDARD_INPUT: Source = {
  path: 'standard input',
  pathPrefix: 'stdin',
  real: 'stdin',
  name: 'stdin',
  isStdin: true,
  gzip: false
}

/** @throws CLIError when the file cannot be read */
export async function openSource(path: string): Promise<Source> {
  if (path === '-') return { ...STANDARD_INPUT }
  const found = await stat(path).catch((error: Error) => unreadable(path, error))
  if (found.isDirectory()) return unreadable(path, new Error('it is a folder'))
  if (!found.isFile()) return unreadable(path, new Error('it is no regular file; send it to standard input, named -'))
  const gzip = beginsAsGzip(await rangeOf(path, 0, GZIP_MARK_BYTES))
  const [pathPrefix, real] = await Promise.all([behindLink(path), realpath(path)])
  return { path, pathPrefix, real, name: basename(pathPrefix), isStdin: false, bytes: found.size, gzip }
}

async function rangeOf(path: string, start: number, bytes: number): Promise<Buffer> {
  const file = await open(path).catch((error: Error) => unreadable(path, error))
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, start)
    return buffer.subarray(0, bytesRead)
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
  /** Bytes, inflated, that it has as far as it was read. */
  seen(): number
}

interface Reading {
  from: Place
  /** What standard input must begin with, when some of it was read before. */
  expected?: { position: number; print?: string }
  /** Ends the lines early, also when none come. */
  signal: AbortSignal
}

/** The lines from a place on. What cannot be skipped is read and thrown away. */
export function openLines(source: Source, { from, expected, signal }: Reading): OpenLines {
  // The byte before tells whether a line begins there.
  const start = source.isStdin || source.gzip ? 0 : Math.max(0, from.position - 1)
  const opened = openFrom(source, start, signal)
  const kept = source.isStdin ? remembered(source, opened.bytes) : opened.bytes
  const checked = source.isStdin && expected ? verified(source, kept, expected) : kept
  let seen = start
  const seenBytes = counted(checked, (bytes) => (seen += bytes))
  return {
    lines: readLines(seenBytes, from, from.position - start),
    share: () => (source.bytes === undefined ? undefined : (opened.raw.bytesRead + start) / Math.max(1, source.bytes)),
    seen: () => seen
  }
}

/** All of its bytes, decompressed; fewer when the signal aborts. */
export function openBytes(source: Source, signal: AbortSignal): AsyncGenerator<Buffer> {
  return openFrom(source, 0, signal).bytes
}

function openFrom(source: Source, start: number, signal: AbortSignal) {
  const raw = (source.isStdin ? process.stdin : createReadStream(source.path, { start })) as ReadStream
  const stop = () => raw.destroy()
  signal.addEventListener('abort', stop)
  raw.on('close', () => signal.removeEventListener('abort', stop))
  return { raw, bytes: guarded(source, bytesOf(source, raw), signal) }
}

function bytesOf(source: Source, raw: Readable): AsyncIterable<Buffer> {
  if (source.isStdin) return inflatedIfGzip(raw)
  return source.gzip ? inflated(raw) : raw
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

async function* counted(chunks: AsyncIterable<Buffer>, onBytes: (bytes: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    onBytes(chunk.length)
    yield chunk
  }
}

/** Keeps the first bytes of what can be read but once. */
async function* remembered(source: Source, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  source.beginning = Buffer.alloc(0)
  for await (const chunk of chunks) {
    const missing = FINGERPRINT_BYTES - source.beginning.length
    if (missing > 0) source.beginning = Buffer.concat([source.beginning, chunk.subarray(0, missing)])
    yield chunk
  }
}

/** @throws CLIError when it does not begin as expected */
async function* verified(
  source: Source,
  chunks: AsyncGenerator<Buffer>,
  { position, print }: { position: number; print?: string }
): AsyncGenerator<Buffer> {
  const needed = Math.min(FINGERPRINT_BYTES, position)
  const held: Buffer[] = []
  while ((source.beginning?.length ?? 0) < needed) {
    const next = await chunks.next()
    if (next.done) break
    held.push(next.value)
  }
  if (print !== (await fingerprintOf(source, position))) throw notTheSame(source)
  yield* held
  yield* chunks
}

export function notTheSame({ path, pathPrefix }: Source): Error {
  return new Errors.CLIError(
    `${path} is not what ${checkpointPath(pathPrefix)} was written for, or was changed since: send the same again, or delete the checkpoint to begin anew`
  )
}

/** A hash of the beginning of what was read up to `position` and, of a plain file, of what stands before that. */
export async function fingerprintOf(source: Source, position: number): Promise<string> {
  const wanted = Math.min(FINGERPRINT_BYTES, position)
  const beginning = source.isStdin ? source.beginning : await beginningOf(source, wanted)
  const hash = createHash('sha256').update((beginning ?? Buffer.alloc(0)).subarray(0, wanted))
  if (!source.isStdin && !source.gzip) hash.update(await rangeOf(source.path, position - wanted, wanted))
  return hash.digest('hex')
}

async function beginningOf(source: Source, bytes: number): Promise<Buffer> {
  if (!source.gzip) return rangeOf(source.path, 0, bytes)
  const parts: Buffer[] = []
  let length = 0
  for await (const chunk of guarded(source, inflated(createReadStream(source.path)))) {
    parts.push(chunk)
    length += chunk.length
    if (length >= bytes) break
  }
  return Buffer.concat(parts)
}
