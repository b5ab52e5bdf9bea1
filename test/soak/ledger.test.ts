import { balance, HeapContent } from '../../bench/soak/ledger'
import type { Account, Ledger } from '../../bench/soak/ledger'
import { isClean } from '../../bench/soak/report'
import { start } from '../../src/emulator'
import type { RunningEmulator } from '../../src/emulator'

let heap: RunningEmulator
beforeEach(async () => {
  heap = await start()
})
afterEach(() => heap.close())

async function send(path: string, body: object): Promise<void> {
  const answer = await fetch(heap.url + path, { method: 'POST', body: JSON.stringify({ app_id: '11', ...body }) })
  expect(answer.status).toBe(200)
}

/** Without keys, so that Heap stores each as often as it is sent. */
function store(...ids: string[]): Promise<void> {
  const events = ids.map((soak_id) => ({ event: 'E', identity: 'ann', properties: { soak_id } }))
  return send('/api/track', { events })
}

async function balanced(account: Partial<Account>, refused: [id: string, reason: string][] = []): Promise<Ledger> {
  const accounts = [{ acknowledged: [], refusable: [], ...account }]
  return balance(accounts, await HeapContent.of(heap.url), new Map(refused))
}

const NOTHING_WRONG = { refused: new Map(), lost: [], doubled: [], contradictory: [], undeserved: [] }

describe('the ledger of the soak test', () => {
  it('finds nothing wrong where all that was acknowledged has arrived, as an event or as a property', async () => {
    await store('c1', 'c2')
    await send('/api/add_user_properties', { users: [{ identity: 'ann', properties: { c3: 1 } }] })
    await send('/api/add_account_properties', { accounts: [{ account_id: 'acme', properties: { c4: 1 } }] })
    const ledger = await balanced({ acknowledged: ['c1', 'c2', 'c3', 'c4'] })
    expect(ledger).toStrictEqual({ ...NOTHING_WRONG, accepted: 4, delivered: 4 })
  })

  it('tells what was lost', async () => {
    await store('c1')
    const ledger = await balanced({ acknowledged: ['c1', 'c2'] })
    expect(ledger).toStrictEqual({ ...NOTHING_WRONG, accepted: 2, delivered: 1, lost: ['c2'] })
  })

  it('tells what has arrived twice, also when nobody was told that it was accepted', async () => {
    await store('c1', 'c2', 'c2', 'c3', 'c3')
    const ledger = await balanced({ acknowledged: ['c1', 'c2'] })
    expect(ledger).toStrictEqual({ ...NOTHING_WRONG, accepted: 2, delivered: 2, doubled: ['c2', 'c3'] })
  })

  it('counts by reason what was refused for good, which is not lost', async () => {
    const ledger = await balanced({ acknowledged: ['c1', 'c2', 'c3'], refusable: ['c1', 'c2', 'c3'] }, [
      ['c1', '400 bad'],
      ['c2', '400 bad'],
      ['c3', '413']
    ])
    const refused = new Map([
      ['400 bad', 2],
      ['413', 1]
    ])
    expect(ledger).toStrictEqual({ ...NOTHING_WRONG, accepted: 3, delivered: 0, refused })
  })

  it('tells what was refused for good and has arrived all the same', async () => {
    await store('c1')
    const ledger = await balanced({ acknowledged: ['c1'], refusable: ['c1'] }, [['c1', '400 bad']])
    expect(ledger).toStrictEqual({ ...NOTHING_WRONG, accepted: 1, delivered: 1, contradictory: ['c1'] })
  })

  it('tells what was refused although nothing was wrong with it', async () => {
    const ledger = await balanced({ acknowledged: ['c1', 'c2'], refusable: ['c2'] }, [
      ['c1', '400 bad'],
      ['c2', '400 bad']
    ])
    const refused = new Map([['400 bad', 2]])
    expect(ledger).toStrictEqual({ ...NOTHING_WRONG, accepted: 2, delivered: 0, refused, undeserved: ['c1'] })
  })

  it('counts once what two senders were told of, and lets each say what may be refused', async () => {
    await store('c1')
    const accounts = [
      { acknowledged: ['c1'], refusable: [] },
      { acknowledged: ['c1', 'h1'], refusable: ['h1'] }
    ]
    const ledger = balance(accounts, await HeapContent.of(heap.url), new Map([['h1', '413']]))
    expect(ledger).toStrictEqual({ ...NOTHING_WRONG, accepted: 2, delivered: 1, refused: new Map([['413', 1]]) })
  })
})

describe('isClean', () => {
  const good = { ...NOTHING_WRONG, accepted: 1, delivered: 1 }
  const verdict = (ledger: Ledger, { unexpected = [] as string[], outdated = [] as string[], exitCode = 0 } = {}) =>
    isClean({
      ledger,
      outdated,
      unexpected,
      troubles: [],
      hostile: new Map(),
      serve: { peakMb: 1, exitCode, retries: 0 }
    })

  it('finds a run clean with which nothing is wrong', () => {
    expect(verdict({ ...good, refused: new Map([['413', 1]]) })).toBe(true)
  })

  it.each(['lost', 'doubled', 'contradictory', 'undeserved'])('finds none clean with something %s', (column) => {
    expect(verdict({ ...good, [column]: ['c1'] })).toBe(false)
  })

  it('finds none clean that accepted nothing, answered something unexpected, left old values or ended with an error', () => {
    expect([
      verdict({ ...good, accepted: 0 }),
      verdict(good, { unexpected: ['500'] }),
      verdict(good, { outdated: ['ann'] }),
      verdict(good, { exitCode: 1 })
    ]).toStrictEqual([false, false, false, false])
  })
})
