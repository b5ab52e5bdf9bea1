import { closeSync } from 'node:fs'
import { chmod, lstat, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import { MemoryLevel } from 'memory-level'
import { Errors } from '@oclif/core'
import { accountOf, Damage } from './account'
import type { Account } from './account'
import { LAYOUT, LAYOUT_FILE, openLayout, readLayout, writeLayout } from './layout'
import type { Layout } from './layout'
import { Store } from './store'
import type { Database } from './sublevel'

export interface StoreKind {
  /** In a word; a store that holds something else is refused. */
  holds: string
  /** What to do about a store that is damaged, as the end of a sentence: `delete it to …`. */
  remedy: string
  /** What to do while another process works on it, likewise. Default: `wait for its end`. */
  busy?: string
  /** Called when writes begin to fail, and without a problem once they work again. Absent: after one that failed, all fail. */
  onOutage?: (problem?: Error) => void
}

/** Each of these is sorted into the files again: with a quarter of LevelDB's 4 MB, `serve` spends a tenth of its time on that. */
const BUFFER_BYTES = 1 << 22
const SCRATCH_BUFFER_BYTES = 1 << 24

/** Enough to write again what is in the log, and some requests. */
const ROOM_BYTES = 2 * BUFFER_BYTES
const ROOM_FILE = 'room'

/** What LevelDB says when the disk or the system refuses, which deleting the store would not fix. */
const REFUSED_BY_SYSTEM = /no space|too large|quota|denied|read-only|not permitted|too many open|input\/output error/i

/**
 * Opens the store in this folder for this process alone, and makes one when there is none. Every entry is checked: a
 * damaged store is refused and not believed.
 * @throws CLIError that says what to do
 */
export async function openStore(folder: string, kind: StoreKind): Promise<Store> {
  const opened: { file?: number; database?: ClassicLevel } = {}
  const close = async () => {
    await opened.database?.close()
    if (opened.file !== undefined) closeSync(opened.file)
  }
  try {
    const isNew = (await namesIn(folder)).every((name) => name === LAYOUT_FILE)
    const file = (opened.file = openLayout(folder))
    const layout = layoutIn(file, isNew, folder, kind)
    const database = (opened.database = await openDatabase(folder, layout.writes === 0))
    const { onOutage } = kind
    return new Store(database, {
      account: await checked(database, layout),
      onWritten: (writes) => writeLayout(file, Object.assign(layout, { writes })),
      explained: (error) => explained(error, folder, kind),
      reopen: onOutage && (() => reopened(database, folder, layout)),
      onOutage,
      close
    })
  } catch (error) {
    await close()
    throw explained(error, folder, kind)
  }
}

async function checked(database: Database, layout: Layout): Promise<Account> {
  const account = await accountOf(database)
  if (account.writes < layout.writes) throw new Damage('its last writes are missing')
  return account
}

/** After a write that failed, LevelDB takes none until it is opened again, or writes behind one that is half there. */
async function reopened(database: ClassicLevel, folder: string, layout: Layout): Promise<Account> {
  // Once it is closed, nothing can be read until there is room to open it.
  await requireRoom(folder)
  await database.close()
  await database.open({ createIfMissing: false })
  return checked(database, layout)
}

async function requireRoom(folder: string): Promise<void> {
  const path = join(folder, ROOM_FILE)
  try {
    await writeFile(path, Buffer.alloc(ROOM_BYTES))
  } finally {
    await rm(path, { force: true })
  }
}

/** A store that ends with the process. */
export function openMemory(): Store {
  const database = new MemoryLevel()
  return new Store(database, { close: () => database.close() })
}

/** A store that is removed when it is closed: in this folder, or in one of the system's. Nobody checks what it holds. */
export async function openScratch(folder?: string): Promise<Store> {
  const path = folder ?? (await mkdtemp(join(tmpdir(), 'segment-heap-')))
  const remove = () => rm(path, { recursive: true, force: true })
  if (folder !== undefined) await remove()
  const database = await openDatabase(path, true, SCRATCH_BUFFER_BYTES)
  return new Store(database, { close: () => database.close().then(remove) })
}

async function openDatabase(
  folder: string,
  createIfMissing: boolean,
  writeBufferSize = BUFFER_BYTES
): Promise<ClassicLevel> {
  const database = new ClassicLevel(folder, { createIfMissing, cacheSize: 1 << 20, writeBufferSize })
  await database.open()
  return database
}

/** Makes the folder if there is none. Nobody else may look into it, and nothing in it may lead elsewhere. */
async function namesIn(folder: string): Promise<string[]> {
  await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  const found = await lstat(folder)
  if (found.isSymbolicLink()) throw refusal(`${folder} is a symbolic link: name the folder that it points to`)
  if (!found.isDirectory()) throw refusal(`${folder} is not a folder: move it away`)
  const entries = await readdir(folder, { withFileTypes: true })
  if (entries.length > 0 && !entries.some(({ name }) => name === LAYOUT_FILE)) {
    throw refusal(`${folder} is not a store, or has lost ${LAYOUT_FILE}: name another folder, or restore a copy`)
  }
  const link = entries.find((entry) => entry.isSymbolicLink())
  if (link) throw refusal(`${join(folder, link.name)} is a symbolic link: remove it`)
  if (found.mode & 0o077) await chmod(folder, 0o700)
  return entries.map(({ name }) => name)
}

function layoutIn(file: number, isNew: boolean, folder: string, { holds, remedy }: StoreKind): Layout {
  const found = readLayout(file)
  if (isNew && found === 'empty') writeLayout(file, { layout: LAYOUT, holds, writes: 0 })
  if (isNew && found === 'empty') return { layout: LAYOUT, holds, writes: 0 }
  if (found === 'empty' || found === 'damaged') throw new Damage(`its ${LAYOUT_FILE} cannot be read`)
  if (found.layout !== LAYOUT) {
    throw refusal(`${folder} was written by another version (layout ${found.layout}): use that version, or ${remedy}`)
  }
  if (found.holds !== holds) throw refusal(`${folder} holds ${found.holds} and not ${holds}: name another folder`)
  return found
}

interface DatabaseError extends Error {
  code?: string
  syscall?: string
  cause?: DatabaseError
}

function explained(error: unknown, folder: string, { remedy, busy = 'wait until it ends' }: StoreKind): unknown {
  if (error instanceof Errors.CLIError) return error
  const { code = '', syscall, cause } = error as DatabaseError
  const { message } = cause ?? (error as Error)
  if (cause?.code === 'LEVEL_LOCKED') return refusal(`another process uses ${folder}: ${busy}`)
  if (syscall !== undefined || REFUSED_BY_SYSTEM.test(message)) return refusal(`cannot write ${folder}: ${message}`)
  const isDamage = error instanceof Damage || code.startsWith('LEVEL_')
  return isDamage ? refusal(`${folder} is damaged (${message}): ${remedy}`) : error
}

function refusal(message: string): Error {
  return new Errors.CLIError(message)
}
