import type { Store } from '../store/store'
import { numberKey } from '../store/sublevel'
import type { Change, Sublevel } from '../store/sublevel'
import type { SegmentMessage } from './message'

/** A call, and the subscriptions that owe it a final outcome, by {@link routeOf}. */
export interface AcceptedCall {
  /** Grows from call to call. */
  id: number
  message: SegmentMessage
  routes: string[]
}

/** What a subscription did not deliver, and why. */
export interface FailedCall {
  message: SegmentMessage
  route: string
  action: string
  outcome: 'refused' | 'given-up'
  status: number
  reason: string
  /** ISO 8601. */
  at: string
}

/** Delivered, or not and why. */
export type Settled = Pick<FailedCall, 'message' | 'route'> | FailedCall

/** The oldest go first. */
const MAX_FAILED = 10_000

/**
 * The calls that were answered with 200 and have no final outcome, on the disk: the next start delivers them. What was
 * refused or given up stays to be looked at and sent again.
 */
export class AcceptedCalls {
  private readonly waiting: Sublevel<Omit<AcceptedCall, 'id'>>
  private readonly failed: Sublevel<FailedCall>
  /** Subscriptions that owe an outcome, by call. */
  private readonly open = new Map<number, Set<string>>()
  private failedKeys: string[] = []
  private nextId = 0

  private constructor(private readonly store: Store) {
    this.waiting = store.sublevel('waiting')
    this.failed = store.sublevel('failed')
  }

  static async in(store: Store): Promise<AcceptedCalls> {
    const calls = new AcceptedCalls(store)
    const used = [-1]
    for await (const chunk of calls.failed.entries()) {
      calls.failedKeys.push(...chunk.map(([key]) => key))
      used.push(...chunk.map(([key]) => Number(key.split(' ')[0])))
    }
    for await (const chunk of calls.waiting.entries()) used.push(...chunk.map(([key]) => Number(key)))
    calls.nextId = 1 + used.reduce((most, id) => Math.max(most, id))
    return calls
  }

  newId(): number {
    return this.nextId++
  }

  /** What an earlier run has left, in the order of acceptance. */
  async left(): Promise<AcceptedCall[]> {
    const left: AcceptedCall[] = []
    for await (const chunk of this.waiting.entries()) {
      for (const [key, { message, routes }] of chunk) left.push({ id: Number(key), message, routes })
    }
    for (const { id, routes } of left) this.open.set(id, new Set(routes))
    return left
  }

  /** Resolves once all of them are on the disk. */
  async add(calls: AcceptedCall[], changes: Change[] = []): Promise<void> {
    for (const { id, routes } of calls) this.open.set(id, new Set(routes))
    const puts = calls.map(({ id, ...call }) => this.waiting.put(numberKey(id), call))
    try {
      await this.store.write([...changes, ...puts])
    } catch (error) {
      for (const { id } of calls) this.open.delete(id)
      throw error
    }
  }

  /** A subscription has a final outcome for the call. */
  async settle(id: number, { message, route, ...failure }: Settled): Promise<void> {
    const open = this.open.get(id)
    if (!open?.delete(route)) return
    const key = numberKey(id)
    if (open.size === 0) this.open.delete(id)
    const rest = open.size > 0 ? this.waiting.put(key, { message, routes: [...open] }) : this.waiting.del(key)
    await this.store.write([rest, ...('outcome' in failure ? this.keep(key, { ...failure, message, route }) : [])])
  }

  /** What was refused or given up, the oldest first. */
  async *failures(): AsyncGenerator<{ key: string; call: FailedCall }> {
    for await (const chunk of this.failed.entries()) for (const [key, call] of chunk) yield { key, call }
  }

  /** Calls that were refused or given up, as new ones. */
  again(failures: { call: FailedCall }[]): AcceptedCall[] {
    return failures.map(({ call: { message, route } }) => ({ id: this.newId(), message, routes: [route] }))
  }

  /** The calls wait from now on, in place of the failures that they come from. */
  async replace(failures: { key: string }[], calls: AcceptedCall[]): Promise<void> {
    const keys = new Set(failures.map(({ key }) => key))
    const changes = [...keys].map((key) => this.failed.del(key))
    await this.add(calls, changes)
    this.failedKeys = this.failedKeys.filter((key) => !keys.has(key))
  }

  private keep(key: string, call: FailedCall): Change[] {
    const failedKey = `${key} ${call.route}`
    this.failedKeys.push(failedKey)
    const forgotten = this.failedKeys.length > MAX_FAILED ? this.failedKeys.splice(0, 1) : []
    return [this.failed.put(failedKey, call), ...forgotten.map((oldest) => this.failed.del(oldest))]
  }
}
