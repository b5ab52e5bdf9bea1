import { checksum } from './checksum'

/** What a store needs of a database: LevelDB, or in tests one in memory. */
export interface Database {
  get(key: string): Promise<string | undefined>
  getMany(keys: string[]): Promise<(string | undefined)[]>
  batch(): Batch
  iterator(range: { gt: string; lt: string }): Entries
  close(): Promise<void>
}

interface Batch {
  put(key: string, value: string): unknown
  del(key: string): unknown
  write(options: { sync: boolean }): Promise<void>
}

interface Entries {
  nextv(size: number): Promise<[string, string][]>
  close(): Promise<void>
}

/** A part of an atomic write, made by a sublevel. */
export interface Change {
  key: string
  /** Absent: the entry is removed. */
  value?: string
  /** True: there is no entry of that key, so that the store need not look for one. */
  isNew?: boolean
}

const ENTRIES_AT_A_TIME = 1000

/** Begins the keys that the store's account counts, and those that it does not. */
const COUNTED = '!'
const UNCOUNTED = '~'

/** The keys that the account counts. */
export const COUNTED_KEYS = { gt: COUNTED, lt: after(COUNTED) }

export function isCounted({ key }: Change): boolean {
  return key.startsWith(COUNTED)
}

/** Entries of one kind, in the order of their keys' UTF-8 bytes. Values are kept as JSON. */
export class Sublevel<Value> {
  private readonly prefix: string

  constructor(
    private readonly database: Database,
    name: string
  ) {
    this.prefix = COUNTED + name + COUNTED
  }

  put(key: string, value: Value): Change {
    return this.putJson(key, JSON.stringify(value))
  }

  putJson(key: string, json: string): Change {
    return { key: this.prefix + key, value: json }
  }

  /** Takes less time than `put`. Whoever calls it knows that there is no such entry: otherwise, the store is damaged. */
  insert(key: string, value: Value): Change {
    return { key: this.prefix + key, value: JSON.stringify(value), isNew: true }
  }

  del(key: string): Change {
    return { key: this.prefix + key }
  }

  async get(key: string): Promise<Value | undefined> {
    const text = await this.database.get(this.prefix + key)
    return text === undefined ? undefined : parsed<Value>(text)
  }

  /** All entries as they are now, some at a time; those after the key `after` alone if it is given. */
  async *entries(after = ''): AsyncGenerator<[key: string, value: Value][]> {
    for await (const chunk of this.found(after)) {
      yield chunk.map(([key, text]) => [key.slice(this.prefix.length), parsed<Value>(text)])
    }
  }

  /** All values as JSON. */
  async *texts(): AsyncGenerator<string[]> {
    for await (const chunk of this.found('')) yield chunk.map(([, text]) => text)
  }

  private found(after: string) {
    return entriesIn(this.database, { gt: this.prefix + after, lt: end(this.prefix) })
  }
}

/**
 * Texts that nothing depends on, in the order of their keys. The account does not count them, which takes less time; each
 * bears a sum of its own, and one that is damaged is not there.
 */
export class Notes {
  private readonly prefix: string

  constructor(
    private readonly database: Database,
    name: string
  ) {
    this.prefix = UNCOUNTED + name + UNCOUNTED
  }

  put(key: string, text: string): Change {
    return { key: this.prefix + key, value: `${checksum(text)} ${text}` }
  }

  del(key: string): Change {
    return { key: this.prefix + key }
  }

  async get(key: string): Promise<string | undefined> {
    return whole(await this.database.get(this.prefix + key))
  }

  async *entries(): AsyncGenerator<[key: string, text: string][]> {
    for await (const chunk of entriesIn(this.database, { gt: this.prefix, lt: end(this.prefix) })) {
      yield chunk.flatMap(([key, sealed]) => {
        const text = whole(sealed)
        return text === undefined ? [] : [[key.slice(this.prefix.length), text] as [string, string]]
      })
    }
  }
}

/** The first key behind all that begin like this one. */
function end(prefix: string): string {
  return prefix.slice(0, -1) + after(prefix.slice(-1))
}

function after(character: string): string {
  return String.fromCharCode(character.charCodeAt(0) + 1)
}

function whole(sealed: string | undefined): string | undefined {
  const at = sealed?.indexOf(' ') ?? -1
  const text = sealed?.slice(at + 1)
  return text !== undefined && sealed?.slice(0, at) === checksum(text) ? text : undefined
}

/** Of the sublevel's own making: the store has been checked since. */
function parsed<Value>(text: string): Value {
  return JSON.parse(text) as Value
}

export async function* entriesIn(
  database: Database,
  range: { gt: string; lt: string }
): AsyncGenerator<[key: string, text: string][]> {
  const entries = database.iterator(range)
  try {
    for (;;) {
      const chunk = await entries.nextv(ENTRIES_AT_A_TIME)
      if (chunk.length === 0) return
      yield chunk
    }
  } finally {
    await entries.close()
  }
}

/** So that numbers stand in order as text does: positions in a file, counts. */
export function numberKey(number: number): string {
  return String(number).padStart(16, '0')
}
