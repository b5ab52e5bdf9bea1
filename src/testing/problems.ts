import type { CallOutcome, CallSummary } from '../segment/calls/call-record'
import { printable } from '../segment/printable'

/** How a call ends that is not in Heap and should be. */
export const FAILURES: CallOutcome[] = ['rejected', 'refused', 'given-up']

/** A line for each call with one of these outcomes: `rejected  track "Order Completed" of user-1: the reason`. */
export function problemLines(calls: CallSummary[], outcomes: CallOutcome[]): string[] {
  return calls.filter(({ outcome }) => outcomes.includes(outcome)).map(lineOf)
}

function lineOf({ outcome, type, event, userId, anonymousId, reason }: CallSummary): string {
  const name = event === null ? '' : ` ${JSON.stringify(event)}`
  const who = userId || anonymousId
  const call = `${type || 'call'}${name}${who ? ` of ${who}` : ''}`
  return printable(`  ${outcome.padEnd(9)} ${call}${reason === null ? '' : `: ${reason}`}`)
}
