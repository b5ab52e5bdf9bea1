import type { Subscription } from '../connection'
import type { SegmentMessage } from '../message'

/** Fields of a mapping whose entries become properties of a user. */
const PROPERTY_FIELDS = ['traits', 'traits_or_properties']

/**
 * Whose properties a call writes: Heap's property calls carry no time, so the last to arrive wins. Undefined for an event
 * alone, whose order changes nothing.
 */
export function writesTo(message: SegmentMessage, { mapping = {} }: Subscription): string | undefined {
  const { type, userId, anonymousId, groupId } = message
  const isEvent = type === 'track' || type === 'page' || type === 'screen'
  if (isEvent && !PROPERTY_FIELDS.some((field) => field in mapping)) return undefined
  // A groupId may be anything that JSON has.
  return type === 'group' ? `group ${JSON.stringify(groupId)}` : `user ${JSON.stringify(userId ?? anonymousId)}`
}

/** The calls without a final outcome that write properties of one user or account, in the order of acceptance. */
export class UserOrder<Job> {
  private readonly lines = new Map<string, Job[]>()
  private readonly waiting = new Set<() => void>()

  /** Calls `listener` when calls may have become the next of their users, until the returned function is called. */
  onSettled(listener: () => void): () => void {
    this.waiting.add(listener)
    return () => this.waiting.delete(listener)
  }

  settled(): void {
    for (const listener of this.waiting) listener()
  }

  add(key: string, job: Job): void {
    const line = this.lines.get(key)
    if (line) line.push(job)
    else this.lines.set(key, [job])
  }

  /** Whether every earlier call for the same user is in the batch, too. */
  isNext(key: string, job: Job, batch: ReadonlySet<Job>): boolean {
    for (const earlier of this.lines.get(key) ?? []) {
      if (earlier === job) return true
      if (!batch.has(earlier)) return false
    }
    return true
  }

  remove(key: string, job: Job): void {
    const line = this.lines.get(key) ?? []
    line.splice(line.indexOf(job), 1)
    if (line.length === 0) this.lines.delete(key)
  }
}
