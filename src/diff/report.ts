import uniqBy from 'lodash/uniqBy'
import { IdentityForecast } from '../replay/identity-forecast'
import type { Forecast } from '../replay/identity-forecast'
import { DIFFERENCE_KINDS } from './compare'
import type { Difference, Verdict } from './compare'
import type { SideOutcome } from './side'

export const OUTCOMES = [
  'same',
  'changed',
  'only before',
  'only after',
  'newly refused',
  'no longer refused',
  'refused by both',
  'sent by neither'
] as const
export type Outcome = (typeof OUTCOMES)[number]

/** Where an example stands. */
export interface Example {
  /** `archive.gz:12` */
  where: string
  messageId: string
}

export interface CountedDifference extends Difference {
  events: number
  /** The first event with it; `before` and `after` are its. */
  example: Example
}

export interface Report {
  events: number
  unreadable: number
  outcomes: Record<Outcome, { events: number; examples: Example[] }>
  /** Events that reach another person, of those that are changed. */
  identityChanged: number
  differences: CountedDifference[]
  /** Reasons of events that are newly refused, or no longer. */
  refusals: { outcome: Outcome; reason: string; events: number; example: Example }[]
  /** Differences and reasons of which there were too many kinds to keep. */
  notListed: number
  requests: { before: number; after: number }
  people: { before: Forecast; after: Forecast }
}

const EXAMPLES = 3

/** Kinds of differences, and reasons, that are kept: names of properties may be without end. */
const MAX_LISTED = 1000

/** Counts the outcome of each event; its size does not grow with their number. */
export class ReportBuilder {
  private events = 0
  unreadable = 0
  private identityChanged = 0
  private notListed = 0
  private readonly outcomes = Object.fromEntries(
    OUTCOMES.map((outcome) => [outcome, { events: 0, examples: [] as Example[] }])
  ) as Report['outcomes']
  private readonly differences = new Map<string, CountedDifference>()
  private readonly refusals = new Map<string, Report['refusals'][number]>()
  private readonly people = { before: new IdentityForecast(), after: new IdentityForecast() }

  add(
    verdict: Verdict,
    sides: { before: SideOutcome; after: SideOutcome },
    event: Example & { timestamp: string }
  ): void {
    const example = { where: event.where, messageId: event.messageId }
    const counted = this.outcomes[verdict.outcome]
    this.events += 1
    counted.events += 1
    if (counted.examples.length < EXAMPLES) counted.examples.push(example)
    if ('differences' in verdict) this.addDifferences(verdict.differences, example)
    if ('reasons' in verdict) this.addReasons(verdict.outcome, verdict.reasons, example)
    for (const side of ['before', 'after'] as const) {
      for (const told of sides[side].told) this.people[side].add(told, event)
    }
  }

  /** The requests are those of each side. */
  report(requests: Report['requests']): Report {
    const { events, unreadable, identityChanged, outcomes, notListed, people } = this
    return {
      ...{ events, unreadable, outcomes, identityChanged, notListed, requests },
      differences: [...this.differences.values()].sort(byKindAndCount),
      refusals: [...this.refusals.values()].sort((a, b) => b.events - a.events),
      people: { before: people.before.result(), after: people.after.result() }
    }
  }

  private addDifferences(differences: Difference[], example: Example): void {
    if (differences.some(({ kind }) => kind === 'identity')) this.identityChanged += 1
    // Several items of a list are one difference of the event.
    for (const difference of uniqBy(differences, keyOf)) {
      this.count(this.differences, keyOf(difference), { ...difference, events: 0, example })
    }
  }

  private addReasons(outcome: Outcome, reasons: string[], example: Example): void {
    for (const reason of new Set(reasons)) {
      this.count(this.refusals, `${outcome} ${reason.replace(/"[^"]*"|\d+/g, '…')}`, {
        outcome,
        reason,
        events: 0,
        example
      })
    }
  }

  private count<Counted extends { events: number }>(all: Map<string, Counted>, key: string, first: Counted): void {
    const known = all.get(key) ?? (all.size < MAX_LISTED ? first : undefined)
    if (!known) this.notListed += 1
    else {
      known.events += 1
      all.set(key, known)
    }
  }
}

function keyOf({ kind, name }: Difference): string {
  return `${kind} ${name}`
}

function byKindAndCount(a: CountedDifference, b: CountedDifference): number {
  return DIFFERENCE_KINDS.indexOf(a.kind) - DIFFERENCE_KINDS.indexOf(b.kind) || b.events - a.events
}
