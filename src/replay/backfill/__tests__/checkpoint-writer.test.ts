import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ledger } from '../ledger'
import { CheckpointWriter } from '../checkpoint-writer'
import { removeTemporaryFolders, temporaryFolder } from '../../../../test/cli/__helpers__/temporary-folder'

describe('CheckpointWriter', () => {
  afterEach(removeTemporaryFolders)

  it('writes no checkpoint past rejected lines that it could not write', async () => {
    const pathPrefix = join(temporaryFolder(), 'a')
    const ledger = new Ledger()
    const writer = new CheckpointWriter({
      pathPrefix,
      options: '',
      ledger,
      rejectedBytes: 0,
      fingerprintAt: () => undefined
    })
    mkdirSync(`${pathPrefix}.rejected.ndjson`)
    ledger.reject({ line: 1, reason: 'no' })
    await expect(writer.save()).rejects.toThrow(/cannot write .*a\.rejected\.ndjson: EISDIR/)
    expect(existsSync(`${pathPrefix}.checkpoint.json`)).toBe(false)
  })

  it('writes where the last checkpoint says that the rejected lines end', async () => {
    const pathPrefix = join(temporaryFolder(), 'a')
    const writerOf = (ledger: Ledger, rejectedBytes: number) =>
      new CheckpointWriter({ pathPrefix, options: '', ledger, rejectedBytes, fingerprintAt: () => undefined })
    const [first, lost, again] = [new Ledger(), new Ledger(), new Ledger()]
    first.reject({ line: 1, reason: 'no' })
    await writerOf(first, 0).save()
    const { rejectedBytes } = JSON.parse(readFileSync(`${pathPrefix}.checkpoint.json`, 'utf8')) as {
      rejectedBytes: number
    }
    for (const ledger of [lost, again]) {
      ledger.reject({ line: 2, reason: ledger === lost ? 'never in a checkpoint' : 'no' })
      await writerOf(ledger, rejectedBytes).save()
    }
    expect(readFileSync(`${pathPrefix}.rejected.ndjson`, 'utf8')).toBe(
      '{"line":1,"reason":"no"}\n{"line":2,"reason":"no"}\n'
    )
  })
})
