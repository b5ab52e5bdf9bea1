import { MAX_ITEMS_PER_REQUEST } from '../../lib/heap/limits'
import { defaultSubscriptions } from '../../segment/connection'
import type { EngineCall } from '../../segment/engine'
import type { EngineOutcome } from '../../segment/engine-outcome'
import type { SegmentMessage } from '../../segment/message'
import { callOf, deliver, reasonOf } from '../deliver'
import type { Progress } from '../progress'
import type { Target } from '../target'
import type { Membership } from './compare'
import type { Members, Refusal, Told } from './members'

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
  private acknowledged: Membership[] = []
  private readonly refusals: Refusal[] = []
  /** By number of a batch that the store knows: the ids in it that may still be on their way. */
  private readonly open = new Map<number, Set<string>>()

  private readonly call: EngineCall

  constructor(private readonly options: ChangesOptions) {
    const { key, target } = options
    const subscriptions = defaultSubscriptions(target.engine.definition)
    const [subscription] = subscriptions.filter(({ partnerAction }) => partnerAction === 'syncAudience')
    // All calls are of one form: to look for the others takes a tenth of the time.
    const mapping = { ...subscription.mapping, audience_key: key, traits_or_properties: { '@path': '$.traits' } }
    this.call = callOf({ ...subscription, mapping }, target)
  }

  /** The store knows each batch before it is sent: while the batch before is on its way, which costs no time. */
  async send(memberships: AsyncIterable<Membership[]>): Promise<void> {
    let number = 0
    let sending = Promise.resolve()
    try {
      for await (const batch of batchesOf(memberships)) {
        const ids = batch.map(({ id }) => id)
        await this.save([...this.settledBatches(), [++number, ids]])
        this.open.set(number, new Set())
        await sending
        if (this.options.signal.aborted) return
        const unsettled = new Set(ids)
        this.open.set(number, unsettled)
        sending = this.deliver(batch, unsettled)
        // Awaited below; until then, nobody else would take an error.
        sending.catch(() => undefined)
      }
      await sending
    } finally {
      await sending.catch(() => undefined)
      await this.save([...this.open].map(([batch, ids]) => [batch, [...ids]]))
    }
  }

  private settledBatches(): Told[] {
    const settled = [...this.open].filter(([, { size }]) => size === 0)
    for (const [batch] of settled) this.open.delete(batch)
    return settled.map(([batch]) => [batch, []])
  }

  private async save(told: Told[]): Promise<void> {
    const { members } = this.options
    await members.settle(this.acknowledged.splice(0), told)
    await members.refuse(this.refusals.splice(0))
  }

  private async deliver(batch: Membership[], unsettled: Set<string>): Promise<void> {
    const { key, target, signal, progress } = this.options
    const timestamp = new Date().toISOString()
    this.waiting = batch.length
    await deliver(
      {
        engine: target.engine,
        call: this.call,
        signal,
        settle: ({ member }, outcome) => {
          unsettled.delete(member.id)
          this.waiting--
          this.settle(member, outcome)
        },
        onRetry: (again, reason, { waitMs }) => progress.retry(again.length, reason, waitMs)
      },
      batch.map((member) => ({ member, message: audienceCall(key, member, timestamp) }))
    )
  }

  private settle(member: Membership, outcome: EngineOutcome): void {
    const { id, now } = member
    const { status } = outcome
    if (status >= 300) {
      this.refused++
      this.refusals.push({ id, member: now, status, reason: reasonOf(outcome) })
      return
    }
    this.acknowledged.push(member)
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
function audienceCall(key: string, { id, now }: Membership, timestamp: string): SegmentMessage {
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
