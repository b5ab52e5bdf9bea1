import { userProperties } from '../properties'

describe('userProperties', () => {
  it('renames a key that is `id` in any casing, and no other', () => {
    expect(userProperties({ iD: 1, uid: 2, a: { id: 3 } })).toStrictEqual({ _id: 1, uid: 2, 'a.id': 3 })
  })

  it('renames what becomes `id` by flattening, and keeps a hostile key as data', () => {
    const traits = JSON.parse('{"__proto__": {"polluted": true}, "id": 1}') as Record<string, unknown>
    const properties = userProperties(traits)
    expect(Object.entries(properties)).toStrictEqual([
      ['__proto__.polluted', true],
      ['_id', 1]
    ])
    expect({}).not.toHaveProperty('polluted')
  })

  it('lets the later of `id` and `_id` win', () => {
    expect(userProperties({ id: 1, _id: 2 })).toStrictEqual({ _id: 2 })
  })
})
