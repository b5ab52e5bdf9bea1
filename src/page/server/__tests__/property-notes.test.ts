import { propertyNotes } from '../property-notes'

const LONG = 'x'.repeat(1500)

describe('propertyNotes', () => {
  it('says nothing of what arrived as it was, flattened or as text', () => {
    const mapped = { name: 'a', total: 9.5, foo: { bar: { cheese: 'b' } }, list: [1, 2], paid: true }
    const arrived = { name: 'a', total: 9.5, 'foo.bar.cheese': 'b', list: '[1,2]', paid: 'true', segment_library: 's' }
    expect(propertyNotes([mapped], [arrived])).toStrictEqual([])
  })

  it('says nothing of arrays that arrived by index, or objects that arrived as JSON', () => {
    expect(
      propertyNotes([{ list: [1, 2], foo: { bar: 1 } }], [{ 'list.0': 1, 'list.1': 2, foo: '{"bar":1}' }])
    ).toStrictEqual([])
  })

  it.each([
    ['null', { gone: null }, 'gone', 'null: Heap stores text, numbers and booleans'],
    ['an empty object', { none: {} }, 'none', 'an empty object: there is nothing to store'],
    ['a nested value', { foo: { bar: 1 } }, 'foo.bar', 'a nested value that this mapping does not send'],
    ['an array', { list: [1] }, 'list', 'a nested value that this mapping does not send'],
    ['a value', { plan: 'pro' }, 'plan', 'this action does not send it']
  ])('gives the reason why %s is left out', (_name, mapped, path, reason) => {
    expect(propertyNotes([mapped], [{}])).toStrictEqual([{ path, kind: 'left out', reason }])
  })

  it('tells a cut value, a cut name and a renamed property', () => {
    const mapped = { long: LONG, [LONG]: 1, ID: 7 }
    const arrived = { long: LONG.slice(0, 1023), [LONG.slice(0, 1023)]: 1, _id: 7 }
    expect(propertyNotes([mapped], [arrived])).toStrictEqual([
      {
        path: 'long',
        kind: 'cut',
        storedAs: 'long',
        reason: '1500 characters, cut to 1023: Heap takes fewer than 1,024'
      },
      {
        path: LONG,
        kind: 'cut',
        storedAs: LONG.slice(0, 1023),
        reason: 'a name of 1500 characters, cut to 1023: Heap takes fewer than 1,024'
      },
      { path: 'ID', kind: 'renamed', storedAs: '_id', reason: 'Heap forbids a property named ID' }
    ])
  })

  it('tells which of two values for one name is lost', () => {
    expect(propertyNotes([{ 'a.b': 1, a: { b: 2 } }], [{ 'a.b': 2 }])).toStrictEqual([
      { path: 'a.b', kind: 'left out', reason: 'a later value has the same name' }
    ])
  })

  it('looks at names that every object has as at any other', () => {
    const mapped: Record<string, unknown> = JSON.parse('{"__proto__": null, "constructor": {"prototype": 1}}')
    expect(propertyNotes([mapped], [{}]).map(({ path }) => path)).toStrictEqual(['__proto__', 'constructor.prototype'])
  })
})
