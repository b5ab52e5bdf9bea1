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
}

const ENTRIES_AT_A_TIME = 1000

/** Entries of one kind, in the order of their keys' UTF-8 bytes. Values are kept as JSON. */
export class Sublevel<Value> {
  private readonly prefix: string

  constructor(
    private readonly database: Database,
    name: string
  ) {
    this.prefix = `!${name}!`
  }

  put(key: string, value: Value): Change {
    return { key: this.prefix + key, value: JSON.stringify(value) }
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
    return entriesIn(this.database, { gt: this.prefix + after, lt: `${this.prefix.slice(0, -1)}"` })
  }
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
