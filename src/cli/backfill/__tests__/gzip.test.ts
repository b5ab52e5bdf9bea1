import { randomBytes } from 'node:crypto'
import { createReadStream, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { inflated } from '../gzip'
import { removeTemporaryFolders, temporaryFolder } from '../../../../test/cli/__helpers__/temporary-folder'

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
})
