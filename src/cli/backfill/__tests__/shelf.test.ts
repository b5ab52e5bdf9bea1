import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Shelf } from '../shelf'
import { removeTemporaryFolders, temporaryFolder } from '../../../../test/cli/__helpers__/temporary-folder'

describe('Shelf', () => {
  afterEach(removeTemporaryFolders)

  it('gives back each text, in any order, and leaves no file behind', () => {
    const folder = temporaryFolder()
    const shelf = new Shelf(join(folder, 'waiting'))
    const texts = ['first', 'zweiter ä', '']
    const slots = texts.map((text) => shelf.put(text))
    expect(slots.reverse().map((slot) => shelf.take(slot))).toStrictEqual([...texts].reverse())
    expect(shelf.take(shelf.put('after it was empty'))).toBe('after it was empty')
    expect(readdirSync(folder)).toStrictEqual([])
    shelf.close()
  })

  it("leaves somebody else's file of that name as it is", () => {
    const path = join(temporaryFolder(), 'waiting')
    writeFileSync(path, 'mine')
    expect(() => new Shelf(path).put('text')).toThrow(`cannot write ${path}: EEXIST`)
    expect(readFileSync(path, 'utf8')).toBe('mine')
  })

  it('names the file when the disk does not take it', () => {
    const shelf = new Shelf('/proc/none/waiting')
    expect(() => shelf.put('text')).toThrow('cannot write /proc/none/waiting: ENOENT')
  })
})
