import { accountOf } from '../account'
import { Store } from '../store'
import type { Change } from '../sublevel'
import { databaseOn, FULL } from './__helpers__/failing-database'
import type { Disk } from './__helpers__/failing-database'

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] })
})
afterEach(() => {
  jest.useRealTimers()
})

async function storeOn(disk: Disk) {
  const database = databaseOn(disk)
  const told: string[] = []
  const store = new Store(database, {
    account: await accountOf(database),
    reopen: () => accountOf(database),
    onOutage: (problem) => told.push(problem?.message ?? 'over'),
    close: () => Promise.resolve()
  })
  const entries = store.sublevel<number>('entries')
  return {
    ...{ store, entries, told },
    /** What the next start finds, once it has checked it. */
    found: async () => {
      await accountOf(database)
      const found: Record<string, number> = {}
      for await (const chunk of entries.entries()) Object.assign(found, Object.fromEntries(chunk))
      return found
    }
  }
}

async function outcomesOf(writes: Promise<void>[]): Promise<string[]> {
  const settled = await Promise.allSettled(writes)
  return settled.map((each) => (each.status === 'fulfilled' ? 'written' : String(each.reason)))
}

const REFUSED = `Error: ${FULL}`

/** Longer than from one attempt to the next. */
const A_WHILE_MS = 1500

describe.each(['full', 'full behind the write'] as const)('a disk that is %s', (isFull) => {
  const disk: Disk = { is: 'fine' }
  beforeEach(() => {
    disk.is = 'fine'
  })

  it('takes nothing of what is refused, and everything again once there is room', async () => {
    const { store, entries, found, told } = await storeOn(disk)
    await store.write([entries.put('old', 1), entries.put('left', 1)])
    disk.is = isFull
    const refused = [[entries.insert('new', 2), entries.put('old', 2), entries.del('left')], [entries.put('next', 2)]]
    expect(await outcomesOf(refused.map((changes) => store.write(changes)))).toStrictEqual([REFUSED, REFUSED])
    await jest.advanceTimersByTimeAsync(A_WHILE_MS)
    expect(await outcomesOf([store.write([entries.put('later', 2)])])).toStrictEqual([REFUSED])
    disk.is = 'fine'
    await jest.advanceTimersByTimeAsync(A_WHILE_MS)
    expect(await found()).toStrictEqual({ old: 1, left: 1 })
    expect(await outcomesOf([store.write([entries.insert('new', 3)])])).toStrictEqual(['written'])
    expect(await found()).toStrictEqual({ old: 1, left: 1, new: 3 })
    expect(told).toStrictEqual([FULL, 'over'])
  })

  it('gets what was to be kept once there is room, in its last state', async () => {
    const { store, entries, found } = await storeOn(disk)
    await store.write([entries.put('a', 1), entries.put('b', 1)])
    disk.is = isFull
    store.keep([entries.put('a', 2)])
    store.keep([entries.insert('c', 2)])
    await jest.advanceTimersByTimeAsync(A_WHILE_MS)
    store.keep([entries.put('a', 3), entries.del('b')])
    disk.is = 'fine'
    await jest.advanceTimersByTimeAsync(A_WHILE_MS)
    expect(await found()).toStrictEqual({ a: 3, c: 2 })
  })

  it('gets what was to be kept at the end at the latest', async () => {
    const { store, entries, found } = await storeOn(disk)
    disk.is = isFull
    store.keep([entries.put('a', 1)])
    await store.written()
    disk.is = 'fine'
    await store.close()
    expect(await found()).toStrictEqual({ a: 1 })
  })

  it('keeps no notes meanwhile, which nothing depends on', async () => {
    const { store } = await storeOn(disk)
    const notes = store.notes('notes')
    disk.is = isFull
    store.keep([store.sublevel<number>('entries').put('a', 1)])
    await store.written()
    const later: Change[] = [notes.put('later', 'text')]
    store.keep(later)
    disk.is = 'fine'
    await jest.advanceTimersByTimeAsync(A_WHILE_MS)
    expect(await notes.get('later')).toBeUndefined()
    store.keep(later)
    await store.written()
    expect(await notes.get('later')).toBe('text')
  })
})
