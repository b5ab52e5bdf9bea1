import fc from 'fast-check'

/** What counts as no ID, whatever its case and the space around it. */
export const PLACEHOLDERS = [
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
]

const space = fc.constantFrom('', '', ' ', '\t', '\n ', '\u00a0', '\ufeff')

const placeholder = fc
  .tuple(fc.constantFrom(...PLACEHOLDERS), fc.func(fc.boolean()))
  .map(([word, isUpper]) => word.replace(/./g, (letter, at: number) => (isUpper(at) ? letter.toUpperCase() : letter)))

const word = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }) },
  { weight: 3, arbitrary: placeholder },
  { weight: 1, arbitrary: fc.constantFrom(254, 255, 256, 1023, 1024).map((length) => 'u'.repeat(length)) },
  { weight: 1, arbitrary: fc.constantFrom('users', 'null1', '00', '__proto__', '😀'.repeat(128)) }
)

/** IDs as clients write them, real ones and others. */
export const idText = fc.tuple(space, word, space).map((parts) => parts.join(''))
