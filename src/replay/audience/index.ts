import { lstat, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Errors } from '@oclif/core'
import { Progress } from '../progress'
import { openSource } from '../source'
import type { Source } from '../source'
import { targetFrom } from '../target'
import type { HeapFlags, Target } from '../target'
import { Changes } from './changes'
import { compare } from './compare'
import { keyOf } from './key'
import { formatOf } from './member-ids'
import type { MemberOptions } from './member-ids'
import { Members } from './members'
import { NewList } from './new-list'

export interface SyncFlags extends HeapFlags {
  /** Of the audience. */
  name: string
  members: string
  format?: MemberOptions['format']
  column?: string
  /** Folder of the members that Heap has acknowledged. */
  state?: string
  /** Percent. */
  'allow-removals': number
  'dry-run': boolean
}

export interface SyncTotals {
  added: number
  removed: number
  unchanged: number
  /** Rows that name nobody, and changes that Heap refused. */
  rejected: number
}

export interface SyncOutcome {
  /** The user property. */
  key: string
  totals: SyncTotals
  /** Lists what is rejected, if anything is. */
  rejectedFile: string
}

/** Brings a list of members into Heap, or only says what would change. @throws CLIError when it cannot go on */
export async function syncAudience(flags: SyncFlags, signal: AbortSignal): Promise<SyncOutcome> {
  const key = keyOf(flags.name)
  const source = await openSource(flags.members)
  const target = await targetFrom(flags, { sends: !flags['dry-run'] })
  const { region = 'US', appId } = target.settings
  // Not named after the file of members: a new file each day is still the same audience.
  const name = `${key}.${flags.live ? 'heap' : 'emulator'}-${appId as string}.state`
  const state = flags.state ?? join(dirname(source.path), name)
  const header = JSON.stringify({ audience: key, heap: target.address, appId, region })
  const sync = { flags, key, source, target, state, header, signal, progress: new Progress() }
  // Standard input has another audience the next time.
  const rejectedFile = `${source.isStdin ? state : source.pathPrefix}.rejected.ndjson`
  return { key, rejectedFile, totals: await (flags['dry-run'] ? preview(sync) : run(sync, rejectedFile)) }
}

interface Sync {
  flags: SyncFlags
  /** The user property. */
  key: string
  source: Source
  target: Target
  /** Folder of the members that Heap has acknowledged, and which audience of which Heap they are of. */
  state: string
  header: string
  signal: AbortSignal
  progress: Progress
}

async function run(sync: Sync, rejectedFile: string): Promise<SyncTotals> {
  const members = await Members.open(sync.state, sync.header)
  try {
    const list = await NewList.open(join(sync.state, 'list'))
    try {
      const plan = await planOf(members, list, sync)
      return sync.signal.aborted ? plan : await sendChanges(members, list, plan, sync)
    } finally {
      await list.writeRejected(rejectedFile)
      await list.close()
    }
  } finally {
    await members.close()
  }
}

/** Changes nothing on the disk. */
async function preview(sync: Sync): Promise<SyncTotals> {
  const folder = await mkdtemp(join(tmpdir(), 'segment-heap-'))
  try {
    const isStore = (await lstat(sync.state).catch(() => undefined))?.isDirectory()
    const members = isStore
      ? await Members.open(sync.state, sync.header)
      : await Members.copy(join(folder, 'members'), sync.header, sync.state)
    const list = await NewList.open(join(folder, 'list'))
    return await planOf(members, list, sync).finally(() => Promise.all([members.close(), list.close()]))
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** What the sync will change. Members of whom Heap may or may not have been told are told again. */
async function planOf(members: Members, list: NewList, sync: Sync): Promise<SyncTotals> {
  const { flags, source, signal, progress } = sync
  await list.read(source, { format: flags.format ?? formatOf(source), column: flags.column, progress }, signal)
  const totals = { added: 0, removed: 0, unchanged: 0, rejected: list.rejections }
  if (signal.aborted) return totals
  let before = 0
  for await (const chunk of compare(members.ids(), list.ids())) {
    for (const member of chunk) {
      if (member.before) before++
      if (!member.now) totals.removed++
      else if (member.before && member.isSure) totals.unchanged++
      else totals.added++
    }
  }
  if (before === 0) progress.note(`${sync.key}: first sync, of all members: nobody is one by ${sync.state}`)
  requireMeant(totals, before, sync)
  return totals
}

/** An export that failed or was cut off must not remove anybody, nor seem to be done. */
function requireMeant({ added, removed, unchanged }: SyncTotals, before: number, { flags, source }: Sync): void {
  const allowed = flags['allow-removals']
  if (added + unchanged === 0 && allowed < 100) {
    throw new Errors.CLIError(`${source.path} names nobody: add --allow-removals 100% if nobody is a member`)
  }
  const percent = Math.ceil((100 * removed) / Math.max(1, before))
  if (percent <= allowed) return
  throw new Errors.CLIError(
    `${source.path} leaves out ${removed} of ${before} members: if they have left, and it was not cut off, add --allow-removals ${percent}%`
  )
}

/** Tells Heap what has changed. When the signal aborts, the next sync tells the rest. */
async function sendChanges(members: Members, list: NewList, plan: SyncTotals, sync: Sync): Promise<SyncTotals> {
  const changes = new Changes({ ...sync, members, list })
  sync.progress.follow(
    sync.key,
    () => ({ delivered: changes.settled - changes.refused, rejected: list.rejections, waiting: changes.waiting }),
    () => changes.settled / Math.max(1, plan.added + plan.removed)
  )
  try {
    await changes.send(compare(members.ids(), list.ids()))
  } finally {
    sync.progress.stop()
  }
  const { added, removed } = changes
  return { added, removed, unchanged: plan.unchanged, rejected: list.rejections }
}
