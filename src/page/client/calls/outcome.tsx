import type { CallOutcome, CallSummary } from '../../protocol'

export type Tone = 'good' | 'wait' | 'bad' | 'quiet'

/** In the order in which they are listed and stacked. */
export const OUTCOMES: Record<CallOutcome, { name: string; tone: Tone }> = {
  delivered: { name: 'Delivered', tone: 'good' },
  waiting: { name: 'Waiting', tone: 'wait' },
  refused: { name: 'Refused', tone: 'bad' },
  'given-up': { name: 'Given up', tone: 'bad' },
  rejected: { name: 'Rejected', tone: 'bad' },
  unmatched: { name: 'No match', tone: 'quiet' }
}

export function Outcome({ outcome }: { outcome: CallOutcome }) {
  const { name, tone } = OUTCOMES[outcome]
  return <span className={`badge ${tone}`}>{name}</span>
}

/** The outcome of a call, in a sentence. */
export function verdict({ outcome, status, reason, attempts, repeats, milliseconds }: CallSummary): string {
  if (outcome === 'rejected') return `The Tracking API rejected it: ${reason ?? status}.`
  if (outcome === 'unmatched') return reason ?? 'No subscription matches it, so nothing was sent.'
  const why = reason === null ? '' : `: ${reason}`
  if (outcome === 'waiting')
    return attempts === 0 ? `It waits to be sent${why}.` : `Heap has not accepted it yet${why}. It will be retried.`
  if (outcome === 'refused') return `Refused with ${status}${why}`
  if (outcome === 'given-up') return `Given up after ${attempts} attempts${why}`
  const tries = attempts > 1 ? ` after ${attempts} attempts` : ''
  if (repeats === null) return `Heap accepted it${tries}, ${duration(milliseconds)} after it arrived.`
  return `Heap answered ${status}${tries}, but has seen this message ID before: it stores one event for each ID.`
}

export function duration(milliseconds: number | null): string {
  if (milliseconds === null) return '–'
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`
  return `${(milliseconds / 60_000).toFixed(1)} min`
}

export function count(number: number): string {
  return number.toLocaleString('en')
}

/** Hours to milliseconds, as told by the browser's clock. */
export function clock(iso: string): string {
  const date = new Date(iso)
  return `${date.toLocaleTimeString('en-GB')}.${String(date.getMilliseconds()).padStart(3, '0')}`
}
