const UNIX_SECONDS = /^\d{9,10}$/
const UNIX_MILLISECONDS = /^\d{11,13}$/

/** Numbers below count seconds, up to the year 5138; the others milliseconds, from 1973 on. */
const FIRST_MILLISECONDS = 1e11

const WITHOUT_ZONE = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(:\d\d(\.\d+)?)?)$/

/**
 * A point in time (date string, or Unix time in seconds or milliseconds) as ISO 8601; `undefined` when it is none. A
 * time without a zone is UTC, wherever it runs.
 */
export function isoTimestamp(value: string | number): string | undefined {
  const date = new Date(typeof value === 'number' ? fromUnix(value) : fromText(value.trim()))
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString()
}

function fromUnix(time: number): number {
  return Math.abs(time) < FIRST_MILLISECONDS ? time * 1000 : time
}

function fromText(text: string): number {
  if (UNIX_SECONDS.test(text)) return Number(text) * 1000
  if (UNIX_MILLISECONDS.test(text)) return Number(text)
  return Date.parse(text.replace(WITHOUT_ZONE, '$1T$2Z'))
}
