import max from 'lodash/max'
import sumBy from 'lodash/sumBy'
import { BULK_EVENTS_PER_APP, BULK_EVENTS_PER_IDENTITY } from '../../emulator/limits'
import type { RecordedRequest } from '../../emulator'
import { isJsonObject } from '../../segment/json-object'
import type { Rates } from '../protocol'

const WINDOW_MS = 60_000

/** Requests of a burst within this time are counted as one entry, so that a load test does not fill the memory. */
const STEP_MS = 1000

interface Step {
  startedAt: number
  requests: number
  limited: number
  /** Accepted events of bulk track calls, which is what the limits count. */
  events: Map<string, Map<string, number>>
}

/** Requests of the last minute, against the limits of https://developers.heap.io/reference/bulk-track */
export class RateWindow {
  private steps: Step[] = []

  constructor(private readonly now: () => number = Date.now) {}

  add(request: RecordedRequest): void {
    const { app_id, path, status } = request
    const step = this.currentStep()
    step.requests += 1
    if (status === 429) step.limited += 1
    if (path !== '/api/track' || status !== 200) return
    const { body } = request
    if (!isJsonObject(body) || !Array.isArray(body.events)) return
    const identities = entry(step.events, String(app_id), () => new Map<string, number>())
    for (const event of body.events as JsonEvent[]) {
      const who = JSON.stringify([event.identity, event.user_id])
      identities.set(who, (identities.get(who) ?? 0) + 1)
    }
  }

  clear(): void {
    this.steps = []
  }

  rates(): Rates {
    this.steps = this.steps.filter(({ startedAt }) => startedAt > this.now() - WINDOW_MS)
    const apps = new Map<string, number>()
    const people = new Map<string, number>()
    for (const { events } of this.steps) {
      for (const [app, identities] of events) {
        for (const [who, count] of identities) {
          apps.set(app, (apps.get(app) ?? 0) + count)
          people.set(app + who, (people.get(app + who) ?? 0) + count)
        }
      }
    }
    return {
      requests: sumBy(this.steps, 'requests'),
      limited: sumBy(this.steps, 'limited'),
      appEvents: max([...apps.values()]) ?? 0,
      appLimit: BULK_EVENTS_PER_APP.points,
      identityEvents: max([...people.values()]) ?? 0,
      identityLimit: BULK_EVENTS_PER_IDENTITY.points
    }
  }

  private currentStep(): Step {
    const last = this.steps[this.steps.length - 1]
    if (last && this.now() - last.startedAt < STEP_MS) return last
    const step: Step = { startedAt: this.now(), requests: 0, limited: 0, events: new Map() }
    this.steps.push(step)
    return step
  }
}

interface JsonEvent {
  identity?: unknown
  user_id?: unknown
}

function entry<Value>(map: Map<string, Value>, key: string, create: () => Value): Value {
  const known = map.get(key)
  if (known !== undefined) return known
  const created = create()
  map.set(key, created)
  return created
}
