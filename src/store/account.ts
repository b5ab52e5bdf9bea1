import { hashOf } from './checksum'
import { COUNTED_KEYS, entriesIn } from './sublevel'
import type { Database } from './sublevel'

/**
 * What a store holds, in four numbers, in which every entry shows that was changed, was lost or has come back. LevelDB
 * alone passes over damage: its binding reads tables without their checksums, and skips what is damaged in its log.
 */
export interface Account {
  /** How often the store was written. */
  writes: number
  entries: number
  /** The sum of the entries' hashes, in any order, modulo 2 to the 32nd. */
  sums: [number, number]
}

export const ACCOUNT_KEY = 'account'

const EMPTY: Account = { writes: 0, entries: 0, sums: [0, 0] }

export class Damage extends Error {}

/** Adds an entry, or with `times` -1 takes it away. */
export function enter(account: Account, key: string, value: string, times: 1 | -1): void {
  const [first, second] = hashOf(`${key}\0${value}`)
  account.entries += times
  account.sums = [(account.sums[0] + times * first) >>> 0, (account.sums[1] + times * second) >>> 0]
}

/** The account that a database keeps of itself. @throws Damage when it holds something else */
export async function accountOf(database: Database): Promise<Account> {
  const counted: Account = { ...EMPTY }
  for await (const chunk of entriesIn(database, COUNTED_KEYS)) {
    for (const [key, text] of chunk) enter(counted, key, text, 1)
  }
  const kept = (await database.get(ACCOUNT_KEY)) ?? JSON.stringify(EMPTY)
  const writes = Number(/^{"writes":(\d+),/.exec(kept)?.[1])
  if (kept === JSON.stringify({ ...counted, writes })) return { ...counted, writes }
  throw new Damage('its content does not match its checksum')
}
