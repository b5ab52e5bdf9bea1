import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { Errors } from '@oclif/core'
import { isSystemError } from './durable-file'
import { readLines } from './lines'
import type { Line, Place } from './lines'

/** So much of a file's beginning tells whether it is the one that a checkpoint speaks of. */
const HEAD_BYTES = 4096

/** A file of lines, plain or gzip, or standard input. */
export interface Source {
  /** As the user named it. */
  path: string
  /** Where the files beside it begin: the path, or `stdin` in the current folder. */
  besides: string
  name: string
  /** On the disk; absent when unknown. */
  bytes?: number
  gzip: boolean
}

/** @throws CLIError when the file cannot be read */
export async function openSource(path: string): Promise<Source> {
  if (path === '-') return { path: 'standard input', besides: 'stdin', name: 'stdin', gzip: false }
  const found = await stat(path).catch((error: Error) => unreadable(path, error))
  if (found.isDirectory()) return unreadable(path, new Error('it is a folder'))
  return { path, besides: path, name: basename(path), bytes: found.size, gzip: path.endsWith('.gz') }
}

export function unreadable(path: string, error: Error): never {
  throw new Errors.CLIError(`cannot read ${path}: ${error.message}`)
}

export interface OpenLines {
  lines: AsyncGenerator<Line[]>
  /** Share of the file that was read, 0 to 1; undefined for standard input. */
  share(): number | undefined
}

/** The lines from a place on. What cannot be skipped is read and thrown away. */
export function openLines(source: Source, from: Place): OpenLines {
  const seeks = source.name !== 'stdin' && !source.gzip
  const raw =
    source.name === 'stdin' ? process.stdin : createReadStream(source.path, seeks ? { start: from.position } : {})
  const read = () => ('bytesRead' in raw ? raw.bytesRead : 0) + (seeks ? from.position : 0)
  const chunks = guarded(source, seeks ? raw : skipped(bytesOf(source, raw), from.position))
  return {
    lines: readLines(chunks, from),
    share: () => (source.bytes === undefined ? undefined : read() / Math.max(1, source.bytes))
  }
}

/** All of its bytes, decompressed. */
export function openBytes(source: Source): AsyncGenerator<Buffer> {
  const raw = source.name === 'stdin' ? process.stdin : createReadStream(source.path)
  return guarded(source, bytesOf(source, raw))
}

function bytesOf(source: Source, raw: Readable): Readable {
  if (!source.gzip) return raw
  const plain = createGunzip()
  raw.on('error', (error) => plain.destroy(error))
  return raw.pipe(plain)
}

async function* guarded(source: Source, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* chunks
  } catch (error) {
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

/** A hash of the beginning of what was read up to `position`; undefined for standard input, which is read once. */
export async function headOf(source: Source, position: number): Promise<string | undefined> {
  if (source.name === 'stdin') return undefined
  const wanted = Math.min(HEAD_BYTES, position)
  const hash = createHash('sha256')
  let left = wanted
  const raw = createReadStream(source.path)
  const chunks = guarded(source, bytesOf(source, raw))
  while (left > 0) {
    const next = await chunks.next()
    if (next.done) break
    hash.update(next.value.subarray(0, left))
    left -= Math.min(left, next.value.length)
  }
  await chunks.return(undefined)
  raw.destroy()
  return hash.digest('hex')
}
