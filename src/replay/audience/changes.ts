import { MAX_ITEMS_PER_REQUEST } from '../../lib/heap/limits'
import { defaultSubscriptions } from '../../segment/connection'
import type { EngineOutcome } from '../../segment/engine-outcome'
import type { SegmentMessage } from '../../segment/message'
import { numberKey } from '../../store/sublevel'
import type { Change } from '../../store/sublevel'
import { callOf, deliver, reasonOf } from '../deliver'
import type { Progress } from '../progress'
import type { Target } from '../target'
import type { Membership } from './compare'
import type { Members } from './members'
import type { NewList, Refusal } from './new-list'

interface ChangesOptions {
  members: Members
  list: NewList
  target: Target
  /** In snake_case. */
  key: string
  signal: AbortSignal
  progress: Progress
}

interface Batch {
  key: string
  members: Membership[]
}

/** Tells Heap who has come and who has left. */
export class Changes {
  added = 0
  removed = 0
  refused = 0
  waiting = 0
  /** What Heap has acknowledged and the store does not say yet. */
  private outcomes: Change[] = []
  private refusals: Refusal[] = []

  constructor(private readonly options: ChangesOptions) {}

  get settled(): number {
    return this.added + this.removed + this.refused
  }

  /**
   * Whom a batch names is in the store before it is sent, and what Heap has acknowledged after it: in one write with the
   * names of the batch after the next, while the next is on its way.
   */
  async send(memberships: AsyncIterable<Membership[]>): Promise<void> {
    const { members, signal } = this.options
    let current: Batch | undefined
    let next: Batch | undefined
    try {
      for await (next of batchesOf(memberships)) {
        const ids = next.members.map(({ id }) => id)
        const writing = members.write([...this.outcomes.splice(0), members.tell(next.key, ids)])
        await both(writing, current && this.deliver(current))
        current = next
        next = undefined
        if (signal.aborted) break
      }
      if (current) await this.deliver(current)
    } finally {
      if (next) this.outcomes.push(members.tell(next.key, []))
      await members.write(this.outcomes.splice(0))
    }
  }

  private async deliver({ key, members: batch }: Batch): Promise<void> {
    const { members, list, signal, progress } = this.options
    const unsettled = new Set(signal.aborted ? [] : batch.map(({ id }) => id))
    this.waiting = unsettled.size
    try {
      const changes = batch.map((member) => ({ member, message: audienceCall(this.options.key, member) }))
      await deliver(
        {
          engine: this.options.target.engine,
          call: this.call(),
          signal,
          settle: ({ member }, outcome) => {
            unsettled.delete(member.id)
            this.settle(member, outcome)
          },
          onRetry: (again, reason, { waitMs }) => progress.retry(again.length, reason, waitMs)
        },
        changes
      )
    } finally {
      this.waiting = 0
      this.outcomes.push(members.tell(key, [...unsettled]))
      await list.refuse(this.refusals.splice(0))
    }
  }

  private call() {
    const { target } = this.options
    const [subscription] = defaultSubscriptions(target.engine.definition).filter(
      ({ partnerAction }) => partnerAction === 'syncAudience'
    )
    return callOf(subscription, target)
  }

  private settle({ id, now }: Membership, outcome: EngineOutcome): void {
    const { status } = outcome
    if (status < 300) {
      this.outcomes.push(this.options.members.acknowledged(id, now))
      if (now) this.added++
      else this.removed++
    } else {
      this.refused++
      this.refusals.push({ id, member: now, status, reason: reasonOf(outcome) })
    }
  }
}

/** Waits for both, also when one fails. */
async function both(...tasks: (Promise<void> | undefined)[]): Promise<void> {
  for (const result of await Promise.allSettled(tasks.map(async (task) => task)))
    if (result.status === 'rejected') throw result.reason
}

/** What Heap does not know, as many at a time as it takes. */
async function* batchesOf(memberships: AsyncIterable<Membership[]>): AsyncGenerator<Batch> {
  let members: Membership[] = []
  let count = 0
  for await (const chunk of memberships) {
    for (const member of chunk) {
      if (member.before === member.now && member.isSure) continue
      members.push(member)
      if (members.length < MAX_ITEMS_PER_REQUEST) continue
      yield { key: numberKey(count++), members }
      members = []
    }
  }
  if (members.length > 0) yield { key: numberKey(count), members }
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
