import { Errors } from '@oclif/core'
import { isoTimestamp } from '../../lib/iso-timestamp'

/** An ISO 8601 date or time; a date alone is its first moment in UTC. @throws CLIError when it is neither */
export function momentOf(flag: string, value: string | undefined, otherwise: number): number {
  if (value === undefined) return otherwise
  const time = isInCalendar(value) ? Date.parse(isoTimestamp(value) ?? '') : NaN
  if (isNaN(time)) throw new Errors.CLIError(`--${flag} must be an ISO 8601 date such as 2024-01-31; got "${value}"`)
  return time
}

/** JavaScript takes 30 February for 2 March. */
function isInCalendar(value: string): boolean {
  const [date] = /^\d{4}-\d\d-\d\d/.exec(value) ?? []
  return date !== undefined && isoTimestamp(`${date}T00:00:00Z`)?.startsWith(date) === true
}
