import { pipeline } from 'node:stream'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'

const MARK = Buffer.from([0x1f, 0x8b])

export const GZIP_MARK_BYTES = MARK.length

/** Some tools inflate a file and leave its name, some compress it and do the same: the bytes tell. */
export function beginsAsGzip(bytes: Buffer): boolean {
  return bytes.subarray(0, MARK.length).equals(MARK)
}

/**
 * Its bytes, decompressed; whoever stops early closes it. Several files one after another are one, and may end in zeros.
 * Fails at the end when something else follows, which the engine takes for padding once it begins with a zero.
 */
export async function* inflated(raw: Readable): AsyncGenerator<Buffer> {
  const gunzip = createGunzip()
  let fed = 0
  let last: Buffer = Buffer.alloc(0)
  const fedBytes = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      fed += chunk.length
      last = chunk
      yield chunk
    }
  }
  // The reader is told of an error.
  yield* pipeline(raw, fedBytes, gunzip, () => undefined) as AsyncIterable<Buffer>
  const left = Math.min(last.length, fed - gunzip.bytesWritten)
  if (last.subarray(last.length - left).some((byte) => byte !== 0)) throw damaged()
}

function damaged(): Error {
  return Object.assign(new Error('it has data that is not gzip'), { code: 'Z_DATA_ERROR' })
}
