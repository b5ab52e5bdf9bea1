import { readdirSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compare, IdReader } from '../sorted-ids'
import { removeTemporaryFolders, temporaryFolder } from '../../../../test/cli/__helpers__/temporary-folder'

/** Names of the files in a folder that this process has open. */
function openFiles(folder: string): string[] {
  const paths = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`)
    } catch {
      return ''
    }
  })
  return paths.filter((path) => path.startsWith(folder))
}

describe('compare', () => {
  afterEach(removeTemporaryFolders)

  it('tells who was and who is in, and closes both files when it is left early', async () => {
    const folder = temporaryFolder()
    const ids = Array.from({ length: 100_000 }, (_, at) => String(at).padStart(6, '0'))
    writeFileSync(join(folder, 'before'), `${ids.join('\n')}\n`)
    writeFileSync(join(folder, 'now'), `${ids.slice(1).join('\n')}\n`)
    const readers = await Promise.all(['before', 'now'].map((name) => IdReader.open(join(folder, name))))
    expect(openFiles(folder)).toHaveLength(2)
    for await (const members of compare(readers[0], readers[1])) {
      expect(members.slice(0, 2)).toStrictEqual([
        { id: '000000', before: true, now: false },
        { id: '000001', before: true, now: true }
      ])
      break
    }
    while (openFiles(folder).length > 0) await new Promise(setImmediate)
  })
})
