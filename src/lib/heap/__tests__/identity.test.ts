import { realId } from '../identity'

describe('realId', () => {
  it.each([
    ['user-1', 'user-1'],
    ['  Mixed Case \n', 'Mixed Case'],
    [42, '42'],
    [1e21, '1000000000000000000000'],
    [1.5, '1.5'],
    [BigInt('12345678901234567890'), '12345678901234567890'],
    ['00', '00'],
    ['users', 'users'],
    ['u'.repeat(300), 'u'.repeat(300)]
  ])('takes %p for %p', (value, id) => {
    expect(realId(value)).toBe(id)
  })

  it.each([
    '',
    ' ',
    '0',
    0,
    'null',
    'NULL',
    'undefined',
    'NaN',
    NaN,
    Infinity,
    'none',
    'nil',
    'true',
    'False',
    true,
    '[object Object]',
    'anonymous',
    'guest',
    'Unknown',
    'user',
    'not_authenticated',
    null,
    undefined,
    {},
    ['user-1']
  ])('takes %p for absent', (value) => {
    expect(realId(value)).toBeUndefined()
  })
})
