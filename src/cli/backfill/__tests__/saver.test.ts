import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ledger } from '../ledger'
import { Saver } from '../saver'
import { removeTemporaryFolders, temporaryFolder } from '../../../../test/cli/__helpers__/temporary-folder'

describe('Saver', () => {
  afterEach(removeTemporaryFolders)

  it('writes no checkpoint past rejected lines that it could not write', async () => {
    const besides = join(temporaryFolder(), 'a')
    const ledger = new Ledger()
    const saver = new Saver({ besides, options: '', ledger, rejectedBytes: 0, printAt: () => undefined })
    mkdirSync(`${besides}.rejected.ndjson`)
    ledger.reject({ line: 1, reason: 'no' })
    await expect(saver.save()).rejects.toThrow(/cannot write .*a\.rejected\.ndjson: EISDIR/)
    expect(existsSync(`${besides}.checkpoint.json`)).toBe(false)
  })

  it('writes where the last checkpoint says that the rejected lines end', async () => {
    const besides = join(temporaryFolder(), 'a')
    const saverOf = (ledger: Ledger, rejectedBytes: number) =>
      new Saver({ besides, options: '', ledger, rejectedBytes, printAt: () => undefined })
    const [first, lost, again] = [new Ledger(), new Ledger(), new Ledger()]
    first.reject({ line: 1, reason: 'no' })
    await saverOf(first, 0).save()
    const { rejectedBytes } = JSON.parse(readFileSync(`${besides}.checkpoint.json`, 'utf8')) as {
      rejectedBytes: number
    }
    for (const ledger of [lost, again]) {
      ledger.reject({ line: 2, reason: ledger === lost ? 'never in a checkpoint' : 'no' })
      await saverOf(ledger, rejectedBytes).save()
    }
    expect(readFileSync(`${besides}.rejected.ndjson`, 'utf8')).toBe(
      '{"line":1,"reason":"no"}\n{"line":2,"reason":"no"}\n'
    )
  })
})
