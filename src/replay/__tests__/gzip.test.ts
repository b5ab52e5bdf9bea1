import { randomBytes } from 'node:crypto'
import { createReadStream, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { inflated } from '../gzip'
import { removeTemporaryFolders, temporaryFolder } from '../../../test/cli/__helpers__/temporary-folder'

describe('inflated', () => {
  afterEach(removeTemporaryFolders)

  it('closes what it reads from when it is left early', async () => {
    const path = join(temporaryFolder(), 'a.gz')
    writeFileSync(path, gzipSync(randomBytes(2_000_000)))
    const raw = createReadStream(path)
    const closed = new Promise<void>((resolve) => raw.once('close', () => resolve()))
    for await (const _chunk of inflated(raw)) break
    await closed
    expect(raw.bytesRead).toBeLessThan(2_000_000)
  })

  it('fails as what it reads from does', async () => {
    const bytes = inflated(createReadStream(join(temporaryFolder(), 'none.gz')))[Symbol.asyncIterator]()
    await expect(bytes.next()).rejects.toMatchObject({ code: 'ENOENT' })
  })

  const textOf = async (...parts: Buffer[]) => {
    let text = ''
    for await (const chunk of inflated(Readable.from(parts))) text += chunk.toString()
    return text
  }

  it('takes several files one after another for one, with zeros behind the last', async () => {
    const [one, two] = ['one', 'two'].map((text) => gzipSync(text))
    expect(await textOf(one, two, Buffer.alloc(512))).toBe('onetwo')
    expect(await textOf(Buffer.concat([one, two, Buffer.alloc(512)]))).toBe('onetwo')
  })

  it.each([
    ['in one chunk', (one: Buffer, two: Buffer) => [Buffer.concat([one, two])]],
    ['in a chunk of its own', (one: Buffer, two: Buffer) => [one, two]]
  ])('fails when the first byte of a later file is lost: %s', async (_where, chunks) => {
    const two = gzipSync('two')
    two[0] = 0
    await expect(textOf(...chunks(gzipSync('one'), two))).rejects.toMatchObject({ code: 'Z_DATA_ERROR' })
  })
})
