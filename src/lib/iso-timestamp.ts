const UNIX_SECONDS = /^\d{10}$/
const UNIX_MILLISECONDS = /^\d{13}$/

/** A point in time (date string, or Unix time in seconds or milliseconds) as ISO 8601; `undefined` when it is none. */
export function isoTimestamp(value: string | number): string | undefined {
  const date = new Date(milliseconds(String(value).trim()))
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString()
}

function milliseconds(text: string): number {
  if (UNIX_SECONDS.test(text)) return Number(text) * 1000
  if (UNIX_MILLISECONDS.test(text)) return Number(text)
  return Date.parse(text)
}
