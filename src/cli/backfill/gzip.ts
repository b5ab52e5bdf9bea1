import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'

const MARK = Buffer.from([0x1f, 0x8b])

export const GZIP_MARK_BYTES = MARK.length

/** Some tools inflate a file and leave its name, some compress it and do the same: the bytes tell. */
export function beginsAsGzip(bytes: Buffer): boolean {
  return bytes.subarray(0, MARK.length).equals(MARK)
}

/** Its bytes, decompressed; whoever stops early closes it. Several files one after another are one. */
export function inflated(raw: Readable): AsyncIterable<Buffer> {
  // Whoever reads is told of an error.
  return pipeline(raw, createGunzip(), () => undefined)
}

/** Decompressed when it begins as gzip does. */
export async function* inflatedIfGzip(raw: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const chunks = raw[Symbol.asyncIterator]()
  let beginning = Buffer.alloc(0)
  while (beginning.length < GZIP_MARK_BYTES) {
    const next = await chunks.next()
    if (next.done) break
    beginning = Buffer.concat([beginning, next.value])
  }
  const all = async function* () {
    if (beginning.length > 0) yield beginning
    yield* { [Symbol.asyncIterator]: () => chunks }
  }
  yield* beginsAsGzip(beginning) ? inflated(Readable.from(all())) : all()
}
