import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { ReadStream } from 'node:fs'
import { lstat, open, realpath, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { Errors } from '@oclif/core'
import { beginsAsGzip, GZIP_MARK_BYTES, inflated } from './gzip'
import { isSystemError } from './json-file'
import { readLines } from './lines'
import type { Line, Place } from './lines'

/** So much of a file's beginning, and of what was read last, tells it from another. */
const FINGERPRINT_BYTES = 4096

/** A file of lines, plain or gzip, or standard input, which is plain and is read once. */
export interface Source {
  /** As the user named it. */
  path: string
  /** Where the names of what stands beside it begin: the path, or that of the file behind a link. */
  pathPrefix: string
  /** The same for the same file, however it is named. */
  real: string
  name: string
  isStdin: boolean
  /** On the disk; absent when unknown. */
  bytes?: number
  gzip: boolean
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
  if (path === '-') return STANDARD_INPUT
  const found = await stat(path).catch((error: Error) => unreadable(path, error))
  if (found.isDirectory()) return unreadable(path, new Error('it is a folder'))
  if (!found.isFile()) return unreadable(path, new Error('it is not a regular file; pipe it in and pass - as the file'))
  const gzip = beginsAsGzip(await rangeOf(path, 0, GZIP_MARK_BYTES))
  const real = await realpath(path)
  const pathPrefix = (await lstat(path)).isSymbolicLink() ? real : path
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

function unreadable(path: string, error: Error): never {
  throw new Errors.CLIError(`cannot read ${path}: ${error.message}`)
}

export interface OpenLines {
  lines: AsyncGenerator<Line[]>
  /** Share of the file that was read, 0 to 1; undefined for standard input, and until it is back at `from`. */
  share(): number | undefined
  /** Bytes, inflated, that it has as far as it was read. */
  seen(): number
}

/** The lines from a place on, until the signal aborts. What cannot be skipped is read and thrown away. */
export function openLines(source: Source, from: Place, signal: AbortSignal): OpenLines {
  // The byte before tells whether a line begins there.
  const start = source.isStdin || source.gzip ? 0 : Math.max(0, from.position - 1)
  const { raw, bytes } = openFrom(source, start, signal)
  let seen = start
  const seenBytes = counted(bytes, (count) => (seen += count))
  return {
    lines: readLines(seenBytes, from, from.position - start),
    share: () => {
      if (source.bytes === undefined || seen < from.position - 1) return undefined
      return (source.gzip ? raw.bytesRead : seen) / Math.max(1, source.bytes)
    },
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
  return { raw, bytes: guarded(source, source.gzip ? inflated(raw) : raw, signal) }
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

/** A hash of the beginning of what was read up to `position` and, of a plain file, of what stands before that. */
export async function fingerprintOf(source: Source, position: number): Promise<string> {
  const wanted = Math.min(FINGERPRINT_BYTES, position)
  const hash = createHash('sha256').update((await beginningOf(source, wanted)).subarray(0, wanted))
  if (!source.gzip) hash.update(await rangeOf(source.path, position - wanted, wanted))
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
