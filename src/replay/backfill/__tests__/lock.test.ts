import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lock } from '../lock'
import { removeTemporaryFolders, temporaryFolder } from '../../../../test/cli/__helpers__/temporary-folder'

describe('lock', () => {
  let path: string
  beforeEach(() => {
    path = join(temporaryFolder(), 'a')
  })
  afterEach(removeTemporaryFolders)

  it('is taken over from a process that no longer runs, and leaves nothing behind', async () => {
    writeFileSync(`${path}.lock`, '999999999')
    const unlock = await lock(path)
    expect(readFileSync(`${path}.lock`, 'utf8')).toBe(String(process.pid))
    await unlock()
    expect(readdirSync(join(path, '..'))).toStrictEqual([])
  })

  it('is refused when what has its name cannot be read', async () => {
    mkdirSync(`${path}.lock`)
    await expect(lock(path)).rejects.toThrow(`cannot read ${path}.lock: EISDIR`)
    expect(readdirSync(join(path, '..'))).toStrictEqual(['a.lock'])
  })

  it('leaves nothing behind on a full disk', async () => {
    symlinkSync('/dev/full', `${path}.lock.${process.pid}`)
    await expect(lock(path)).rejects.toThrow(`cannot write ${path}.lock: ENOSPC`)
    expect(readdirSync(join(path, '..'))).toStrictEqual([])
  })
})
