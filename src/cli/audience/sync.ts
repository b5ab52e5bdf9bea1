import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Errors } from '@oclif/core'
import { appendAt } from '../backfill/durable-file'
import { deliver, reasonOf } from '../backfill/deliver'
import type { Progress } from '../backfill/progress'
import type { Source } from '../backfill/source'
import type { Target } from '../backfill/target'
import { defaultSubscriptions } from '../../segment/connection'
import type { SegmentMessage } from '../../segment/message'
import { readMembers } from './member-ids'
import type { MemberOptions } from './member-ids'
import { IdSorter } from './sorted-ids'
import type { Membership } from './sorted-ids'
import type { AudienceState, SyncCheckpoint } from './state'

/** Heap's bulk limit: https://developers.heap.io/reference/bulk-add-user-properties */
const BATCH_SIZE = 1000
const SAVE_EVERY_MS = 500

export interface SyncOptions {
  source: Source
  members: Omit<MemberOptions, 'note'>
  state: AudienceState
  target: Target
  /** In snake_case. */
  key: string
  /** Rows that name nobody, and members that Heap refused, with the reasons. */
  rejectedFile: string
  /** Whether an empty list of members means that everybody has left. */
  allowEmpty: boolean
  signal: AbortSignal
  progress: Progress
}

export const NOTHING_SYNCED: SyncCheckpoint = {
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

/** An export that failed must not remove everybody. */
async function requireMembers({ source, state, allowEmpty, signal }: SyncOptions, path: string): Promise<void> {
  if (allowEmpty || signal.aborted || (await state.hasMembers(path)) || !(await state.hasMembers())) return
  throw new Errors.CLIError(
    `${source.path} names nobody, and the audience has members: add --allow-empty if all of them have left`
  )
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0
  )
}

/** Delivers what is left of the sync that has begun. When the signal aborts, it can be finished later. */
export async function finishSync(options: SyncOptions): Promise<SyncCheckpoint> {
  const { state, progress, signal } = options
  const sync = new Sync(options, await state.load())
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

function count(totals: SyncCheckpoint, { before, now }: Membership): void {
  if (before && now) totals.unchanged++
  else if (now) totals.added++
  else totals.removed++
}

interface Change {
  message: SegmentMessage
  member: Membership
  refusal?: { status: number; reason: string }
}

class Sync {
  readonly checkpoint: SyncCheckpoint
  private rejections = ''
  private refused = ''
  private savedAt = Date.now()
  private waiting = 0
  private refusals = 0
  /** Seen since something was settled: an interrupted sync sees them again. */
  private readonly passed: { unchanged: number; last?: string }

  constructor(
    private readonly options: SyncOptions,
    checkpoint: SyncCheckpoint
  ) {
    this.checkpoint = { ...checkpoint }
    this.passed = { unchanged: 0, last: checkpoint.after }
  }

  figures() {
    const { added, removed, rejected } = this.checkpoint
    return { delivered: added + removed, rejected, waiting: this.waiting }
  }

  /** Changes that have an outcome. */
  get settled(): number {
    const { added, removed } = this.checkpoint
    return added + removed + this.refusals
  }

  async run(): Promise<void> {
    const { state, signal } = this.options
    const { after } = this.checkpoint
    let batch: Membership[] = []
    for await (const members of await state.memberships()) {
      for (const member of members) {
        if (after !== undefined && member.id <= after) continue
        this.passed.last = member.id
        if (member.before === member.now) this.passed.unchanged++
        else batch.push(member)
        if (batch.length < BATCH_SIZE) continue
        await this.send(batch)
        batch = []
        if (signal.aborted) return
      }
    }
    await this.send(batch)
  }

  /** The rejected lines first, then the checkpoint that counts them. */
  async save(): Promise<void> {
    const { state, rejectedFile } = this.options
    this.checkpoint.rejectedBytes = await appendAt(rejectedFile, this.checkpoint.rejectedBytes, this.rejections)
    this.checkpoint.refusedBytes = await appendAt(state.refused, this.checkpoint.refusedBytes, this.refused)
    this.rejections = ''
    this.refused = ''
    await state.save(this.checkpoint)
    this.savedAt = Date.now()
  }

  private async send(members: Membership[]): Promise<void> {
    const changes = members.map((member): Change => ({ member, message: audienceCall(this.options.key, member) }))
    let settled = 0
    this.waiting = changes.length
    await deliver(
      {
        target: this.deliveryTarget(),
        signal: this.options.signal,
        settle: (change, verdict) => {
          settled++
          const { status } = verdict
          if (status >= 300) change.refusal = { status, reason: reasonOf(verdict) }
        },
        onRetry: (again, reason, { waitMs }) => this.options.progress.retry(again.length, reason, waitMs)
      },
      changes
    )
    this.waiting = 0
    if (settled === changes.length) this.settle(changes)
    if (Date.now() - this.savedAt >= SAVE_EVERY_MS) await this.save()
  }

  private deliveryTarget() {
    const { definition, settings } = this.options.target
    const [subscription] = defaultSubscriptions(definition).filter(
      ({ partnerAction }) => partnerAction === 'syncAudience'
    )
    return { definition, settings, subscription, now: Date.now }
  }

  private settle(changes: Change[]): void {
    this.checkpoint.after = this.passed.last
    this.checkpoint.unchanged += this.passed.unchanged
    this.passed.unchanged = 0
    for (const { member, refusal } of changes) {
      if (!refusal) {
        count(this.checkpoint, member)
        continue
      }
      this.checkpoint.rejected++
      this.refusals++
      this.rejections += `${JSON.stringify({ id: member.id, member: member.now, ...refusal })}\n`
      this.refused += `${member.id}\n`
    }
  }
}

/** The identify call by which Segment Engage says who enters or leaves an audience. */
function audienceCall(key: string, { id, now }: Membership): SegmentMessage {
  const timestamp = new Date().toISOString()
  return {
    type: 'identify',
    messageId: `audience-${key}-${id}`,
    userId: id,
    traits: { [key]: now },
    context: { personas: { computation_class: 'audience', computation_key: key } },
    timestamp,
    originalTimestamp: timestamp,
    receivedAt: timestamp
  }
}
