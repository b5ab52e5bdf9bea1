// Letters and digits of any script, so that a key in Greek or Japanese keeps its name.
const SNAKE_CASE = /^[\p{Ll}\p{Lo}\p{Lm}\p{M}\p{N}_]+$/u

/**
 * An audience's property name as Segment Engage computes it. A key that is snake_case already stays itself;
 * digits are never split from letters, camelCase is, and each run of other characters becomes one `_`.
 * Empty when the key holds no letter or digit.
 *
 * @example snakeCase('Order Completed Last 30days') // 'order_completed_last_30days'
 */
export function snakeCase(key: string): string {
  if (SNAKE_CASE.test(key)) return key
  return key
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1_$2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1_$2')
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '')
    .toLowerCase()
}
