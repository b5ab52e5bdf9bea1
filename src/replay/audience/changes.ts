import { appendAt } from '../durable-file'
import { callOf, deliver, reasonOf } from '../deliver'
import type { Progress } from '../progress'
import { SAVE_EVERY_MS } from '../backfill/checkpoint-writer'
import type { Target } from '../target'
import { MAX_ITEMS_PER_REQUEST } from '../../lib/heap/limits'
import { defaultSubscriptions } from '../../segment/connection'
import type { SegmentMessage } from '../../segment/message'
import type { Membership } from './sorted-ids'
import type { AudienceState, SyncCheckpoint } from './state'

export interface ChangeOptions {
  state: AudienceState
  target: Target
  /** In snake_case. */
  key: string
  /** Rows that name nobody, and members that Heap refused, with the reasons. */
  rejectedFile: string
  signal: AbortSignal
  progress: Progress
}

export function count(totals: SyncCheckpoint, { before, now }: Membership): void {
  if (before && now) totals.unchanged++
  else if (now) totals.added++
  else totals.removed++
}

interface Change {
  message: SegmentMessage
  member: Membership
  refusal?: { status: number; reason: string }
}

/** What has changed since the last sync, told to Heap in order of the ids. */
export class Changes {
  readonly checkpoint: SyncCheckpoint
  private rejections = ''
  private refused = ''
  private savedAt = Date.now()
  private waiting = 0
  private refusals = 0
  /** Seen since something was settled: an interrupted sync sees them again. */
  private readonly passed: { unchanged: number; last?: string }

  constructor(
    private readonly options: ChangeOptions,
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
        if (batch.length < MAX_ITEMS_PER_REQUEST) continue
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
        engine: this.options.target.engine,
        call: this.call(),
        signal: this.options.signal,
        settle: (change, outcome) => {
          settled++
          const { status } = outcome
          if (status >= 300) change.refusal = { status, reason: reasonOf(outcome) }
        },
        onRetry: (again, reason, { waitMs }) => this.options.progress.retry(again.length, reason, waitMs)
      },
      changes
    )
    this.waiting = 0
    if (settled === changes.length) this.settle(changes)
    if (Date.now() - this.savedAt >= SAVE_EVERY_MS) await this.save()
  }

  private call() {
    const { target } = this.options
    const [subscription] = defaultSubscriptions(target.engine.definition).filter(
      ({ partnerAction }) => partnerAction === 'syncAudience'
    )
    return callOf(subscription, target)
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
