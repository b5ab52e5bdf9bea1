import { MAX_ITEMS_PER_REQUEST } from '../../lib/heap/limits'
import { defaultSubscriptions } from '../../segment/connection'
import type { EngineOutcome } from '../../segment/engine-outcome'
import type { SegmentMessage } from '../../segment/message'
import { callOf, deliver, reasonOf } from '../deliver'
import type { Progress } from '../progress'
import type { Target } from '../target'
import type { Membership } from './compare'
import type { Members, Refusal } from './members'

interface ChangesOptions {
  members: Members
  target: Target
  /** In snake_case. */
  key: string
  signal: AbortSignal
  progress: Progress
}

/** Tells Heap who has come and who has left. */
export class Changes {
  added = 0
  removed = 0
  refused = 0
  /** Changes on their way. */
  waiting = 0
  /** What Heap has acknowledged and the store does not say yet. */
  private acknowledged = new Map<string, boolean>()
  private readonly refusals: Refusal[] = []

  constructor(private readonly options: ChangesOptions) {}

  /** The store knows each batch before it is sent: while the batch before is on its way, which costs no time. */
  async send(memberships: AsyncIterable<Membership[]>): Promise<void> {
    const unsettled = new Set<string>()
    let sending = Promise.resolve()
    try {
      for await (const batch of batchesOf(memberships)) {
        await this.save([...unsettled, ...batch.map(({ id }) => id)])
        await sending
        if (this.options.signal.aborted) return
        for (const { id } of batch) unsettled.add(id)
        sending = this.deliver(batch, unsettled)
        // Awaited below; until then, nobody else would take an error.
        sending.catch(() => undefined)
      }
      await sending
    } finally {
      await sending.catch(() => undefined)
      await this.save([...unsettled])
    }
  }

  private async save(told: string[]): Promise<void> {
    const { members } = this.options
    const acknowledged = this.acknowledged
    this.acknowledged = new Map()
    await members.settle(acknowledged, told)
    await members.refuse(this.refusals.splice(0))
  }

  private async deliver(batch: Membership[], unsettled: Set<string>): Promise<void> {
    const { key, target, signal, progress } = this.options
    const subscriptions = defaultSubscriptions(target.engine.definition)
    const [subscription] = subscriptions.filter(({ partnerAction }) => partnerAction === 'syncAudience')
    this.waiting = batch.length
    await deliver(
      {
        engine: target.engine,
        call: callOf(subscription, target),
        signal,
        settle: ({ member }, outcome) => {
          unsettled.delete(member.id)
          this.waiting--
          this.settle(member, outcome)
        },
        onRetry: (again, reason, { waitMs }) => progress.retry(again.length, reason, waitMs)
      },
      batch.map((member) => ({ member, message: audienceCall(key, member) }))
    )
  }

  private settle({ id, now }: Membership, outcome: EngineOutcome): void {
    const { status } = outcome
    if (status >= 300) {
      this.refused++
      this.refusals.push({ id, member: now, status, reason: reasonOf(outcome) })
      return
    }
    this.acknowledged.set(id, now)
    if (now) this.added++
    else this.removed++
  }
}

/** What Heap does not know, as many at a time as it takes. */
async function* batchesOf(memberships: AsyncIterable<Membership[]>): AsyncGenerator<Membership[]> {
  let batch: Membership[] = []
  for await (const chunk of memberships) {
    for (const member of chunk) {
      if (member.before === member.now && member.isSure) continue
      batch.push(member)
      if (batch.length < MAX_ITEMS_PER_REQUEST) continue
      yield batch
      batch = []
    }
  }
  if (batch.length > 0) yield batch
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
