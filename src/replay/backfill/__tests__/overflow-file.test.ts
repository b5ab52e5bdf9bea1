import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { OverflowFile } from '../overflow-file'
import { removeTemporaryFolders, temporaryFolder } from '../../../../test/cli/__helpers__/temporary-folder'

describe('OverflowFile', () => {
  afterEach(removeTemporaryFolders)

  it('gives back each text, in any order, and leaves no file behind', () => {
    const folder = temporaryFolder()
    const overflow = new OverflowFile(join(folder, 'waiting'))
    const texts = ['first', 'zweiter ä', '']
    const slots = texts.map((text) => overflow.put(text))
    expect(slots.reverse().map((slot) => overflow.take(slot))).toStrictEqual([...texts].reverse())
    expect(overflow.take(overflow.put('after it was empty'))).toBe('after it was empty')
    expect(readdirSync(folder)).toStrictEqual([])
    overflow.close()
  })

  it("leaves somebody else's file of that name as it is", () => {
    const path = join(temporaryFolder(), 'waiting')
    writeFileSync(path, 'mine')
    expect(() => new OverflowFile(path).put('text')).toThrow(`cannot write ${path}: EEXIST`)
    expect(readFileSync(path, 'utf8')).toBe('mine')
  })

  it('names the file when the disk does not take it', () => {
    const overflow = new OverflowFile('/proc/none/waiting')
    expect(() => overflow.put('text')).toThrow('cannot write /proc/none/waiting: ENOENT')
  })
})
