import { storedEntries } from '../stored-properties'

describe('storedEntries', () => {
  it.each<[string, unknown, unknown]>([
    ['keeps strings, numbers and booleans', { a: '', b: 0, c: false }, { a: '', b: 0, c: false }],
    ['drops nested objects', { a: { b: 1 }, c: 2 }, { c: 2 }],
    ['joins arrays', { a: ['x', 1, true] }, { a: 'x||1||true' }],
    ['leaves what is not a single value out of the join', { a: ['x', null, { b: 1 }, ['y'], 'z'] }, { a: 'x||z' }],
    ['cuts a joined array at 1024 characters', { a: ['x'.repeat(1022), 'yz'] }, { a: `${'x'.repeat(1022)}||` }],
    ['takes no properties', undefined, {}]
  ])('%s', (_name, sent, kept) => {
    expect(Object.fromEntries(storedEntries(sent as Record<string, unknown> | undefined))).toEqual(kept)
  })

  it('keeps a key named __proto__', () => {
    expect(storedEntries(JSON.parse('{"__proto__":"x"}') as Record<string, unknown>)).toEqual([['__proto__', 'x']])
  })
})
