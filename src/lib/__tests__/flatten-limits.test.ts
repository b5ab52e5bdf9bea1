import { flatten } from '../flatten'

type Properties = Record<string, unknown>

/** As many objects in one another, the innermost with `end` as its entries. */
function chain(depth: number, end: Properties, entries: (level: number) => Properties = () => ({})): Properties {
  let properties = end
  for (let level = depth - 1; level >= 1; level--) {
    properties = { ...entries(level), child: properties }
  }
  return properties
}

function nestedArray(depth: number, end: unknown = 1): unknown[] {
  let array: unknown[] = [end]
  for (let current = 1; current < depth; current++) {
    array = [array]
  }
  return array
}

const pair = '\u{1F600}'
const half = pair[0]

describe('flatten limits of length', () => {
  it.each<[string, string, string]>([
    ['keeps 1,023 characters', 'x'.repeat(1023), 'x'.repeat(1023)],
    ['cuts the 1,024th character', 'x'.repeat(1024), 'x'.repeat(1023)],
    ['keeps a surrogate pair that ends at the limit', 'x'.repeat(1021) + pair, 'x'.repeat(1021) + pair],
    ['cuts a surrogate pair that ends past the limit', 'x'.repeat(1022) + pair, 'x'.repeat(1022)],
    ['cuts behind a surrogate pair', 'x'.repeat(1021) + pair + 'x', 'x'.repeat(1021) + pair],
    ['keeps half a pair that stands alone at the limit', 'x'.repeat(1022) + half + 'x', 'x'.repeat(1022) + half]
  ])('%s, in keys and values', (_name, text, expected) => {
    expect(flatten({ value: text })).toStrictEqual({ value: expected })
    expect(flatten({ [text]: 1 })).toStrictEqual({ [expected]: 1 })
    expect(flatten({ [text]: text })).toStrictEqual({ [expected]: expected })
    expect(flatten({ [text]: BigInt(1) })).toStrictEqual({ [expected]: '1' })
    expect(flatten({ [text.slice(0, 500)]: { [text.slice(501)]: 1 } })).toStrictEqual({
      [`${expected.slice(0, 500)}.${expected.slice(501)}`]: 1
    })
  })

  it.each<[string, string, string]>([
    ['before the dot', 'x'.repeat(1023), 'x'.repeat(1023)],
    ['behind the dot', 'x'.repeat(1022), `${'x'.repeat(1022)}.`],
    ['inside a surrogate pair', 'x'.repeat(1022) + pair, 'x'.repeat(1022)],
    ['between half a pair and the dot', 'x'.repeat(1022) + half, 'x'.repeat(1022) + half]
  ])('cuts the path of an entry %s', (_name, key, expected) => {
    expect(flatten({ [key]: { child: { leaf: 1 } } })).toStrictEqual({ [expected]: 1 })
  })

  it('cuts the JSON of arrays, of objects and the digits of a bigint', () => {
    const list = Array.from({ length: 600 }, () => 1)
    const digits = BigInt('1'.repeat(2000))
    expect(flatten({ list, digits })).toStrictEqual({
      list: `[${'1,'.repeat(511)}`,
      digits: '1'.repeat(1023)
    })
    expect(flatten({ object: { list } }, { mode: 'stringify' })).toStrictEqual({
      object: `{"list":[${'1,'.repeat(507)}`
    })
  })

  it('lets the later of two keys with one cut form win', () => {
    const key = 'x'.repeat(1023)
    expect(flatten({ [`${key}a`]: 1, [`${key}b`]: 2 })).toStrictEqual({ [key]: 2 })
  })
})

describe('flatten limits of depth and size', () => {
  it('reaches a leaf 500 levels deep', () => {
    expect(flatten(chain(500, { leaf: 1 }))).toStrictEqual({ ['child.'.repeat(171).slice(0, 1023)]: 1 })
    expect(flatten({ a: nestedArray(499) }, { mode: 'index' })).toStrictEqual({ [`a${'.0'.repeat(499)}`]: 1 })
  })

  it.each([501, 10000, 100000])('leaves out what is nested %d levels deep, and nothing around it', (depth) => {
    const a = { deep: chain(depth - 2, { leaf: 1 }), b: 1, c: { d: 2 } }
    expect(flatten({ a, e: { f: 3 } })).toStrictEqual({ 'a.b': 1, 'a.c.d': 2, 'e.f': 3 })
    expect(flatten({ a: nestedArray(depth - 1), b: [1] }, { mode: 'index' })).toStrictEqual({ 'b.0': 1 })
  })

  it('keeps the keys of a chain with a leaf on each of 4,000 levels small', () => {
    const keys = Object.keys(flatten(chain(4000, { leaf: 4000 }, (level) => ({ leaf: level }))))
    expect(keys).toHaveLength(172)
    expect(keys.join('').length).toBeLessThan(100000)
  })

  it('takes keys that together are longer than a string can be', () => {
    const key = 'x'.repeat(2 ** 24)
    let properties: Properties = { leaf: 1 }
    for (let level = 1; level < 40; level++) {
      properties = { [key]: properties }
    }
    expect(flatten(properties)).toStrictEqual({ ['x'.repeat(1023)]: 1 })
  })

  it('continues behind a deep chain', () => {
    expect(flatten({ deep: chain(5000, {}), a: { b: 1 }, c: 2 })).toStrictEqual({ 'a.b': 1, c: 2 })
  })

  it('takes 100,000 leaves', () => {
    const groups = Array.from({ length: 1000 }, (_, group) => [
      `group${group}`,
      Object.fromEntries(Array.from({ length: 100 }, (_value, index) => [`leaf${index}`, index]))
    ])
    const flat = flatten(Object.fromEntries(groups) as Properties)
    expect(Object.keys(flat)).toHaveLength(100000)
    expect(flat['group999.leaf99']).toBe(99)
  })

  it('takes 100,000 entries that all are left out', () => {
    expect(flatten({ list: Array.from({ length: 100000 }, () => ({})) }, { mode: 'index' })).toStrictEqual({})
  })

  it('leaves out an array that is too deep for JSON', () => {
    expect(flatten({ a: nestedArray(100000), b: 1, c: { d: nestedArray(100000) } })).toStrictEqual({ b: 1 })
    expect(flatten({ a: nestedArray(100000, BigInt(1)), b: 1 })).toStrictEqual({ b: 1 })
    expect(flatten({ a: chain(100000, { leaf: 1 }), b: 1 }, { mode: 'stringify' })).toStrictEqual({ b: 1 })
  })

  it('writes an array of more levels than objects may have', () => {
    expect(flatten({ a: nestedArray(501) })).toStrictEqual({
      a: `${'['.repeat(501)}1${']'.repeat(501)}`.slice(0, 1023)
    })
  })
})
