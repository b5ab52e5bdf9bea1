import { dirname, join } from 'node:path'
import { Errors } from '@oclif/core'
import { snakeCase } from '../../lib/snake-case'
import { Progress } from '../progress'
import { openSource } from '../source'
import type { Source } from '../source'
import { targetFrom } from '../target'
import type { HeapFlags, Target } from '../target'
import { Changes } from './changes'
import { compare } from './compare'
import { formatOf, readMembers } from './member-ids'
import type { MemberOptions } from './member-ids'
import { Members } from './members'

export interface SyncFlags extends HeapFlags {
  /** Name of the audience. */
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

interface Sync {
  flags: SyncFlags
  /** The user property. */
  key: string
  source: Source
  target: Target
  state: string
  members: Members
  signal: AbortSignal
  progress: Progress
}

/** Brings a list of members into Heap, or only says what would change. @throws CLIError when it cannot continue */
export async function syncAudience(
  flags: SyncFlags,
  signal: AbortSignal,
  progress = new Progress()
): Promise<SyncOutcome> {
  const key = keyOf(flags.name)
  const isDryRun = flags['dry-run']
  const source = await openSource(flags.members)
  const target = await targetFrom(flags, { sends: !isDryRun })
  const { region = 'US', appId } = target.settings
  // Not named after the file of members: a new file each day is still the same audience.
  const name = `${key}.${flags.live ? 'heap' : 'emulator'}-${appId as string}.state`
  const state = flags.state ?? join(dirname(source.path), name)
  const header = JSON.stringify({ audience: key, heap: target.address, appId, region })
  const members = await Members.open(state, header, { isDryRun })
  const sync = { flags, key, source, target, state, members, signal, progress }
  // Standard input has another audience the next time.
  const rejectedFile = `${source.isStdin ? state : source.pathPrefix}.rejected.ndjson`
  try {
    const plan = await planOf(sync)
    const totals = isDryRun || signal.aborted ? plan : await sendChanges(plan, sync)
    return { key, totals, rejectedFile }
  } finally {
    if (!isDryRun) await members.writeRefusals(rejectedFile)
    await members.close()
  }
}

/** Properties that mean something else: Heap's own email, what joins anonymous events to a person, and traits' ids. */
const TAKEN = ['email', 'anonymous_id', 'id']

/** The user property of an audience. @throws CLIError when its name makes none, or one that is taken */
function keyOf(name: string): string {
  const key = snakeCase(name)
  if (key === '') throw new Errors.CLIError(`--name has no letter or digit: "${name}"`)
  if (!TAKEN.includes(key)) return key
  throw new Errors.CLIError(
    `--name: the property "${key}" of a person holds something else: give the audience another name`
  )
}

/** What the sync will change. Members of whom Heap may or may not have been told are told again. */
async function planOf(sync: Sync): Promise<SyncTotals> {
  const { members, state, signal, progress } = sync
  await readList(sync)
  const totals = { added: 0, removed: 0, unchanged: 0, rejected: members.refused }
  if (signal.aborted) return totals
  let before = 0
  for await (const chunk of compare(members.before(), members.now())) {
    for (const member of chunk) {
      if (member.before) before++
      if (!member.now) totals.removed++
      else if (member.before && member.isSure) totals.unchanged++
      else totals.added++
    }
  }
  if (before === 0) progress.note(`${sync.key}: first sync: ${state} has no members yet, so every member is sent`)
  requireMeant(totals, before, sync)
  return totals
}

/** Not all of it when the signal aborts. */
async function readList({ flags, source, members, signal, progress }: Sync): Promise<void> {
  const options = {
    format: flags.format ?? formatOf(source),
    column: flags.column,
    note: (text: string) => progress.note(text)
  }
  for await (const rows of readMembers(source, options, signal)) {
    const refused = rows.filter((row) => 'reason' in row)
    for (const { line, reason } of refused) progress.unreadable(`${source.path}:${line}: ${reason}`)
    await members.add(rows.flatMap((row) => ('id' in row ? [row.id] : [])))
    await members.refuse(refused)
  }
}

/** An export that failed or was cut off must not remove anybody, nor seem to be done. */
function requireMeant({ added, removed, unchanged }: SyncTotals, before: number, { flags, source }: Sync): void {
  const allowed = flags['allow-removals']
  if (added + unchanged === 0 && allowed < 100) {
    throw new Errors.CLIError(
      `${source.path} has no members: if the audience really is empty, add --allow-removals 100%`
    )
  }
  const percent = Math.ceil((100 * removed) / Math.max(1, before))
  if (percent <= allowed) return
  throw new Errors.CLIError(
    `${source.path} leaves out ${removed} of ${before} members: if the list is complete, add --allow-removals ${percent}%`
  )
}

/** Tells Heap what has changed. When the signal aborts, the next sync tells the rest. */
async function sendChanges(plan: SyncTotals, sync: Sync): Promise<SyncTotals> {
  const { members, progress } = sync
  const changes = new Changes(sync)
  progress.follow(sync.key, () => {
    const delivered = changes.added + changes.removed
    const { waiting, refused } = changes
    return { done: delivered + refused, all: plan.added + plan.removed, delivered, rejected: members.refused, waiting }
  })
  try {
    await changes.send(compare(members.before(), members.now()))
  } finally {
    progress.stop()
  }
  const { added, removed } = changes
  return { added, removed, unchanged: plan.unchanged, rejected: members.refused }
}
