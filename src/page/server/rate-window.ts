import max from 'lodash/max'
import sumBy from 'lodash/sumBy'
import { BULK_EVENTS_PER_APP, BULK_EVENTS_PER_IDENTITY } from '../../emulator/limits'
import type { RecordedRequest } from '../../emulator'
import { isJsonObject } from '../../segment/json-object'
import type { Rates } from '../protocol'

const WINDOW_MS = 60_000

/** Requests of a burst within this time are counted as one entry, so that a load test does not fill the memory. */
const STEP_MS = 1000

/** The events are the accepted ones of bulk track calls, which is what the limits count. */
interface Step {
  startedAt: number
  limited: number
  ofApps: Map<string, number>
  ofIdentities: Map<string, number>
}

/** Requests of the last minute, against the limits of https://developers.heap.io/reference/bulk-track */
export class RateWindow {
  private steps: Step[] = []

  constructor(private readonly now: () => number = Date.now) {}

  add({ app_id: app, path, status, body }: RecordedRequest): void {
    const { ofApps, ofIdentities } = this.stepWith(status === 429 ? 1 : 0)
    if (path !== '/api/track' || status !== 200 || !isJsonObject(body) || !Array.isArray(body.events)) return
    for (const { identity, user_id } of body.events as { identity?: unknown; user_id?: unknown }[]) {
      add(ofApps, String(app), 1)
      add(ofIdentities, JSON.stringify([app, identity, user_id]), 1)
    }
  }

  clear(): void {
    this.steps = []
  }

  rates(): Rates {
    this.steps = this.steps.filter(({ startedAt }) => startedAt > this.now() - WINDOW_MS)
    return {
      limited: sumBy(this.steps, 'limited'),
      appEvents: busiest(this.steps.map(({ ofApps }) => ofApps)),
      appLimit: BULK_EVENTS_PER_APP.points,
      identityEvents: busiest(this.steps.map(({ ofIdentities }) => ofIdentities)),
      identityLimit: BULK_EVENTS_PER_IDENTITY.points
    }
  }

  private stepWith(limited: number): Step {
    const last = this.steps[this.steps.length - 1]
    const isNow = last && this.now() - last.startedAt < STEP_MS
    const step = isNow ? last : { startedAt: this.now(), limited: 0, ofApps: new Map(), ofIdentities: new Map() }
    if (!isNow) this.steps.push(step)
    step.limited += limited
    return step
  }
}

function busiest(steps: Map<string, number>[]): number {
  const sums = new Map<string, number>()
  for (const counts of steps) counts.forEach((count, key) => add(sums, key, count))
  return max([...sums.values()]) ?? 0
}

function add(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count)
}
