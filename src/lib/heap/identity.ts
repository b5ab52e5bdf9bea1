// Written by clients that stringify a missing id. Heap cannot separate people again who were merged under one identity:
// https://developers.heap.io/docs/using-identify, "Identify pitfalls".
const PLACEHOLDERS = new Set([
  '',
  '0',
  'null',
  'undefined',
  'nan',
  'none',
  'nil',
  'true',
  'false',
  '[object object]',
  'anonymous',
  'guest',
  'unknown',
  'user',
  'not_authenticated'
])

/**
 * The id a person can be known by: trimmed, case kept, a number as its decimal string.
 * `undefined` when there is none, or only a placeholder such as `null` or `guest`.
 */
export function realId(value: unknown): string | undefined {
  const id = asText(value).trim()
  return PLACEHOLDERS.has(id.toLowerCase()) ? undefined : id
}

function asText(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'number' || !Number.isFinite(value)) return ''
  // String(1e21) is "1e+21", which is not a decimal string.
  return Number.isInteger(value) ? BigInt(value).toString() : String(value)
}
