import { constants, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'

export const LAYOUT_FILE = 'store.json'

/** Another number once a version keeps things in another way. */
export const LAYOUT = 1

/** The file is written over in place: room for the count to grow. */
const LENGTH = 128

/**
 * What stands beside the database. It says what a folder is before the database is touched; and a database that has lost its
 * last writes looks like one that never had them, hence the count.
 */
export interface Layout {
  layout: number
  /** What kind of store it is. */
  holds: string
  /** The database was written so often at least. */
  writes: number
}

/** A file descriptor. */
export function openLayout(folder: string): number {
  const { O_RDWR, O_CREAT, O_NOFOLLOW = 0 } = constants
  return openSync(join(folder, LAYOUT_FILE), O_RDWR | O_CREAT | O_NOFOLLOW, 0o600)
}

export function readLayout(file: number): Layout | 'empty' | 'damaged' {
  const text = readFileSync(file, 'utf8')
  if (text === '') return 'empty'
  try {
    const { layout, holds, writes } = JSON.parse(text) as Partial<Record<keyof Layout, unknown>>
    const isWhole = text.length === LENGTH && typeof holds === 'string' && Number.isSafeInteger(writes)
    return isWhole ? { layout: Number(layout), holds, writes: Number(writes) } : 'damaged'
  } catch {
    return 'damaged'
  }
}

export function writeLayout(file: number, layout: Layout): void {
  writeSync(
    file,
    `${JSON.stringify(layout)
      .slice(0, -1)
      .padEnd(LENGTH - 2)}}\n`,
    0
  )
}
