import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Errors } from '@oclif/core'
import { appendAt, sizeOf } from '../durable-file'
import type { Source } from '../source'
import { Changes, count } from './changes'
import type { ChangeOptions } from './changes'
import { readMembers } from './member-ids'
import type { MemberOptions } from './member-ids'
import { IdSorter } from './sorted-ids'
import type { AudienceState, SyncCheckpoint } from './state'

export interface SyncOptions extends ChangeOptions {
  source: Source
  members: Omit<MemberOptions, 'note'>
  /** Whether an empty list of members means that everybody has left. */
  allowEmpty: boolean
}

const NOTHING_SYNCED: SyncCheckpoint = {
  version: 1,
  rejectedBytes: 0,
  refusedBytes: 0,
  added: 0,
  removed: 0,
  unchanged: 0,
  rejected: 0
}

/** Reads the members into a file of sorted ids. Rows that name nobody go to the file of rejected lines. */
async function sortMembers(
  options: SyncOptions,
  path: string,
  rejected?: { path: string; bytes: number }
): Promise<SyncCheckpoint> {
  const { source, members, state, signal, progress } = options
  const sorter = new IdSorter(path)
  const result = { ...NOTHING_SYNCED, rejectedBytes: rejected?.bytes ?? 0 }
  await sorter.removeRuns()
  if (rejected) await appendAt(rejected.path, rejected.bytes, '')
  try {
    for await (const rows of readMembers(source, { ...members, note: (text) => progress.note(text) }, signal)) {
      const rejections = rows.filter((row) => 'reason' in row)
      for (const row of rows) if ('id' in row) await sorter.add(row.id)
      result.rejected += rejections.length
      for (const { line, reason } of rejections) progress.unreadable(`${source.path}:${line}: ${reason}`)
      const text = rejections.map((rejection) => `${JSON.stringify(rejection)}\n`).join('')
      if (rejected && text !== '') result.rejectedBytes = await appendAt(rejected.path, result.rejectedBytes, text)
    }
    await sorter.writeTo(path, state.header)
  } finally {
    await sorter.removeRuns()
  }
  return result
}

/** What a sync would change; nothing is left on the disk. */
export async function previewSync(options: SyncOptions): Promise<SyncCheckpoint> {
  const folder = await mkdtemp(join(tmpdir(), 'audience-'))
  const path = join(folder, 'members')
  try {
    const result = await sortMembers(options, path)
    await requireMembers(options, path)
    for await (const members of await options.state.memberships(path))
      for (const member of members) count(result, member)
    return result
  } finally {
    await rm(folder, { recursive: true })
  }
}

/**
 * Reads the members, tells Heap what has changed since the last sync, and makes them the state. `isSecond`: the rejected
 * lines of the sync before stay.
 */
export async function syncMembers(options: SyncOptions, { isSecond }: { isSecond: boolean }): Promise<SyncCheckpoint> {
  const { state, signal, rejectedFile } = options
  const path = `${state.path}.new`
  const bytes = isSecond ? await sizeOf(rejectedFile) : 0
  try {
    const sorted = await sortMembers(options, path, { path: rejectedFile, bytes })
    if (signal.aborted) return sorted
    await requireMembers(options, path)
    await state.begin(path, sorted)
  } finally {
    await rm(path, { force: true })
  }
  return finishSync(options)
}

/** An export that failed must not remove everybody, nor seem to be done. */
async function requireMembers({ source, state, allowEmpty, signal }: SyncOptions, path: string): Promise<void> {
  if (allowEmpty || signal.aborted || (await state.hasMembers(path))) return
  const remedy = (await state.hasMembers())
    ? ', and the audience has members: add --allow-empty if all of them have left'
    : ': add --allow-empty if nobody is a member'
  throw new Errors.CLIError(`${source.path} names nobody${remedy}`)
}

/** Delivers what is left of the sync that has begun. When the signal aborts, it can be finished later. */
export async function finishSync(options: SyncOptions): Promise<SyncCheckpoint> {
  const { state, progress, signal } = options
  const sync = new Changes(options, await state.load())
  const changes = await changesOf(state)
  progress.follow(
    options.key,
    () => sync.figures(),
    () => sync.settled / Math.max(1, changes)
  )
  try {
    await sync.run()
  } finally {
    progress.stop()
    await sync.save()
  }
  if (!signal.aborted) await state.commit(sync.checkpoint)
  return sync.checkpoint
}

async function changesOf(state: AudienceState): Promise<number> {
  let changes = 0
  for await (const members of await state.memberships()) {
    for (const { before, now } of members) if (before !== now) changes++
  }
  return changes
}
