import { join } from 'node:path'
import { openStore } from '../open'
import type { Change, Sublevel } from '../sublevel'
import { removeTemporaryFolders, temporaryFolder } from '../../../test/cli/__helpers__/temporary-folder'

const KIND = { holds: 'tests', remedy: 'restore a copy' }

afterAll(removeTemporaryFolders)

/** What a store holds that is opened again after each of these writes. */
async function keptAfter(writes: ((entries: Sublevel<number>) => Change[])[]): Promise<[string, number][]> {
  const folder = join(temporaryFolder(), 'store')
  for (const write of writes) {
    const store = await openStore(folder, KIND)
    await store.write(write(store.sublevel('entries')))
    await store.close()
  }
  const store = await openStore(folder, KIND)
  const kept: [string, number][] = []
  for await (const chunk of store.sublevel<number>('entries').entries()) kept.push(...chunk)
  await store.close()
  return kept
}

describe('Store', () => {
  it('keeps what is inserted, changed and removed, in one write or in several', async () => {
    expect(
      await keptAfter([
        (entries) => [entries.insert('a', 1), entries.insert('b', 1), entries.insert('c', 1)],
        (entries) => [entries.put('a', 2), entries.del('b')],
        (entries) => [entries.insert('d', 1), entries.put('d', 2), entries.insert('e', 1), entries.del('e')],
        (entries) => [entries.del('a'), entries.insert('a', 3), entries.del('unknown')]
      ])
    ).toStrictEqual([
      ['a', 3],
      ['c', 1],
      ['d', 2]
    ])
  })

  it('is refused once what is inserted was there already', async () => {
    const inserted = (entries: Sublevel<number>) => [entries.insert('a', 1)]
    await expect(keptAfter([inserted, inserted])).rejects.toThrow(
      /is damaged \(its content does not match its checksum\)/
    )
  })
})
