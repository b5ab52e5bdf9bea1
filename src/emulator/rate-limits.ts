import { RateLimiterMemory } from 'rate-limiter-flexible'
import type { Identifier, TrackEvent } from './accept'
import {
  BULK_EVENTS_PER_APP,
  BULK_EVENTS_PER_IDENTITY,
  SINGLE_EVENTS_PER_IDENTITY,
  SINGLE_USERS_PER_IDENTITY
} from './limits'
import type { Allowance } from './limits'

/** Points that a request takes from an allowance. */
export interface Charge {
  allowance: Allowance
  key: string
  points: number
}

/** Counts what each key has used. A request that any allowance refuses is charged to none. */
export class RateLimits {
  private readonly limiters = new Map<Allowance, RateLimiterMemory>()
  private last: Promise<unknown> = Promise.resolve()

  /** The allowance that is used up, if one is. One request is decided at a time, so that none is charged in between. */
  admit(charges: Charge[]): Promise<Allowance | undefined> {
    const verdict = this.last.then(() => this.decide(charges))
    this.last = verdict
    return verdict
  }

  clear(): void {
    this.limiters.clear()
  }

  private async decide(charges: Charge[]): Promise<Allowance | undefined> {
    const fits = await Promise.all(charges.map((charge) => this.fits(charge)))
    const spent = charges.find((_, at) => !fits[at])
    if (spent) return spent.allowance
    await Promise.all(charges.map(({ allowance, key, points }) => this.limiter(allowance).penalty(key, points)))
    return undefined
  }

  private async fits({ allowance, key, points }: Charge): Promise<boolean> {
    const used = await this.limiter(allowance).get(key)
    const consumed = used && used.msBeforeNext > 0 ? used.consumedPoints : 0
    return consumed + points <= allowance.points
  }

  private limiter(allowance: Allowance): RateLimiterMemory {
    const known = this.limiters.get(allowance)
    if (known) return known
    const created = new RateLimiterMemory({ points: allowance.points, duration: allowance.seconds })
    this.limiters.set(allowance, created)
    return created
  }
}

/** What a track call is charged: its events in bulk form, itself in single form. */
export function trackCharges(appId: string, events: TrackEvent[], single: boolean): Charge[] {
  const perIdentity = single ? SINGLE_EVENTS_PER_IDENTITY : BULK_EVENTS_PER_IDENTITY
  const counts = new Map<string, number>()
  for (const event of events) counts.set(keyOf(appId, event), (counts.get(keyOf(appId, event)) ?? 0) + 1)
  const charges = [...counts].map(([key, points]) => ({ allowance: perIdentity, key, points }))
  return single ? charges : [{ allowance: BULK_EVENTS_PER_APP, key: appId, points: events.length }, ...charges]
}

/** What an add_user_properties call is charged: nothing in bulk form, for which Heap names no rate. */
export function userCharges(appId: string, users: Identifier[], single: boolean): Charge[] {
  if (!single) return []
  return users.map((user) => ({ allowance: SINGLE_USERS_PER_IDENTITY, key: keyOf(appId, user), points: 1 }))
}

function keyOf(appId: string, { identity, user_id }: Identifier): string {
  return JSON.stringify([appId, identity, user_id])
}
