import type { CallOutcome, CallSummary } from '../../protocol'

const MINUTE_MS = 60_000

/** Bars of a plot, one for each minute up to now. */
export const SHOWN_MINUTES = 30

/** Steps of a doubling: times are told to within five percent. */
const STEPS = 8

interface Minute {
  outcomes: Map<CallOutcome, number>
  /** Heap's answers by how long they took, in steps of a logarithmic scale. */
  answers: Map<number, number>
}

const NO_CALLS: Minute = { outcomes: new Map(), answers: new Map() }

export interface MinuteTotals {
  /** Seconds since 1970. */
  at: number
  outcomes: Map<CallOutcome, number>
  p50: number | null
  p95: number | null
}

/** Sums over all calls, kept up with each of them: 50,000 calls are never counted again. */
export class CallTotals {
  readonly outcomes = new Map<CallOutcome, number>()
  private readonly minutes = new Map<number, Minute>()

  /** `times` is -1 for a call that changes or goes. */
  count({ receivedAt, outcome, answeredIn }: CallSummary, times: 1 | -1): void {
    const minute = this.minute(Math.floor(Date.parse(receivedAt) / MINUTE_MS))
    add(this.outcomes, outcome, times)
    add(minute.outcomes, outcome, times)
    if (answeredIn !== null) add(minute.answers, Math.round(Math.log2(answeredIn + 1) * STEPS), times)
  }

  clear(): void {
    this.outcomes.clear()
    this.minutes.clear()
  }

  /** The last half hour, minute by minute. */
  recent(now: number): MinuteTotals[] {
    const last = Math.floor(now / MINUTE_MS)
    return Array.from({ length: SHOWN_MINUTES }, (_, index) => {
      const at = last - SHOWN_MINUTES + 1 + index
      const { outcomes, answers } = this.minutes.get(at) ?? NO_CALLS
      return { at: at * 60, outcomes, p50: quantile(answers, 0.5), p95: quantile(answers, 0.95) }
    })
  }

  /** Over the whole last half hour; null when Heap answered nothing. */
  answeredIn(now: number, share: number): number | null {
    const first = Math.floor(now / MINUTE_MS) - SHOWN_MINUTES
    const all = new Map<number, number>()
    for (const [at, { answers }] of this.minutes) {
      if (at > first) answers.forEach((count, step) => add(all, step, count))
    }
    return quantile(all, share)
  }

  private minute(at: number): Minute {
    const known = this.minutes.get(at)
    if (known) return known
    const created: Minute = { outcomes: new Map(), answers: new Map() }
    this.minutes.set(at, created)
    return created
  }
}

function add<Key>(counts: Map<Key, number>, key: Key, times: number): void {
  counts.set(key, (counts.get(key) ?? 0) + times)
}

/** Milliseconds that this share of the answers took at most. */
function quantile(answers: Map<number, number>, share: number): number | null {
  const steps = [...answers].filter(([, count]) => count > 0).sort(([a], [b]) => a - b)
  const total = steps.reduce((sum, [, count]) => sum + count, 0)
  let left = total * share
  const found = steps.find(([, count]) => (left -= count) <= 0)
  return found ? Math.round(2 ** (found[0] / STEPS) - 1) : null
}
