import { runInNewContext } from 'vm'
import type { NestedProperties } from '../flatten'
import { flatten } from '../flatten'

type Properties = Record<string, unknown>

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(deepFreeze)
    Object.freeze(value)
  }
  return value
}

const cheeses = deepFreeze({
  foo: { bar: { cheese: 'american', prop: [1, 2, 3], products: [{ A: 'Jello' }, { B: 'Peanut' }] } }
})

describe('flatten', () => {
  it('joins the keys of objects with dots and writes arrays as JSON', () => {
    expect(flatten(cheeses)).toStrictEqual({
      'foo.bar.cheese': 'american',
      'foo.bar.prop': '[1,2,3]',
      'foo.bar.products': '[{"A":"Jello"},{"B":"Peanut"}]'
    })
  })

  it.each<[string, unknown, unknown]>([
    ['a string', 'text', 'text'],
    ['an empty string', '', ''],
    ['true', true, true],
    ['false', false, false],
    ['zero', 0, 0],
    ['a negative number', -1.5, -1.5],
    ['a bigint', BigInt('123456789012345678901234567890'), '123456789012345678901234567890'],
    ['a Date', new Date('2026-01-02T03:04:05.678Z'), '2026-01-02T03:04:05.678Z'],
    ['a Date of another realm', runInNewContext('new Date(0)'), '1970-01-01T00:00:00.000Z'],
    [
      'a Date with methods of its own',
      Object.assign(new Date(0), { toJSON: () => 'x', toISOString: () => 'y' }),
      '1970-01-01T00:00:00.000Z'
    ],
    ['an array', [1, 'a', null], '[1,"a",null]'],
    ['an empty array', [], '[]'],
    ['dates in an array', [new Date(0), { on: new Date(NaN) }], '["1970-01-01T00:00:00.000Z",{"on":null}]'],
    ['bigints in an array', [BigInt(1), { two: BigInt(2) }], '["1",{"two":"2"}]'],
    ['an array in an array', [[1], { list: [] }], '[[1],{"list":[]}]'],
    ['what JSON has no word for, in an array', [undefined, NaN, () => 1, Symbol('s')], '[null,null,null,null]'],
    ['a String object', Object('text'), 'text'],
    ['a Number object', Object(1), 1],
    ['a Boolean object', Object(false), false],
    ['a URL, by its toJSON', new URL('https://example.com/'), 'https://example.com/'],
    ['a toJSON that returns a Date', { toJSON: () => new Date(0) }, '1970-01-01T00:00:00.000Z'],
    ['a toJSON that returns a bigint', { toJSON: () => BigInt(5) }, '5'],
    ['a toJSON that returns an array', { toJSON: () => [1, { toJSON: () => 2 }] }, '[1,2]'],
    ['a toJSON that asks for its key', { toJSON: (key: string) => `at ${key}` }, 'at value']
  ])('keeps %s', (_name, value, expected) => {
    expect(flatten({ value })).toStrictEqual({ value: expected })
    expect(flatten({ parent: { value } })).toStrictEqual({ 'parent.value': expected })
  })

  it.each<[string, unknown]>([
    ['null', null],
    ['undefined', undefined],
    ['NaN', NaN],
    ['Infinity', Infinity],
    ['-Infinity', -Infinity],
    ['a NaN object', Object(NaN)],
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['an invalid Date', new Date(NaN)],
    ['an empty object', {}],
    ['objects that hold nothing', { a: {}, b: { c: null } }],
    ['a Map', new Map([['a', 1]])],
    ['a Set', new Set([1])],
    ['inherited entries', Object.create({ inherited: 1 })],
    ['entries that are not enumerable', Object.defineProperty({}, 'hidden', { value: 1 })],
    ['symbol keys', { [Symbol('s')]: 1 }],
    ['a toJSON that returns null', { toJSON: () => null }],
    ['a toJSON that returns an invalid Date', { toJSON: () => new Date(NaN) }]
  ])('leaves out %s', (_name, value) => {
    expect(flatten({ value, after: 1 })).toStrictEqual({ after: 1 })
    expect(flatten({ parent: { value }, after: 1 })).toStrictEqual({ after: 1 })
  })

  it.each<[string, unknown]>([
    ['null', null],
    ['undefined', undefined],
    ['text', 'text'],
    ['an array', [1]],
    ['a Date', new Date(0)]
  ])('makes nothing of %s in place of properties', (_name, value) => {
    expect(flatten(value as Properties)).toStrictEqual({})
  })

  it('flattens properties without a prototype', () => {
    const bare = (properties: Properties) => Object.assign(Object.create(null) as Properties, properties)
    expect(flatten(bare({ a: bare({ b: 1 }) }))).toStrictEqual({ 'a.b': 1 })
  })

  it('leaves out an empty key at the top level only', () => {
    expect(flatten({ '': 1, a: { '': 2, b: { '': { c: 3 } } } })).toStrictEqual({ 'a.': 2, 'a.b..c': 3 })
    expect(flatten({ '': { a: 1 } })).toStrictEqual({})
  })

  it('lets the later of two paths to one key win', () => {
    expect(flatten({ 'a.b': 1, a: { b: 2 } })).toStrictEqual({ 'a.b': 2 })
    expect(flatten({ a: { b: 2 }, 'a.b': 1 })).toStrictEqual({ 'a.b': 1 })
    expect(flatten({ 'a.b': 1, a: { b: null } })).toStrictEqual({ 'a.b': 1 })
  })

  it('keeps the order of the entries', () => {
    expect(Object.keys(flatten({ z: 1, a: { y: 1, b: { x: 1 }, c: 1 }, w: 1 }))).toStrictEqual([
      'z',
      'a.y',
      'a.b.x',
      'a.c',
      'w'
    ])
  })
})

describe('flatten modes', () => {
  const properties = deepFreeze({
    text: 'a',
    on: new Date(0),
    url: new URL('https://example.com/'),
    empty: {},
    nothing: { toJSON: () => ({}) },
    list: [],
    object: { a: { b: [1, { c: BigInt(2) }] }, d: new Date(0), e: null, f: NaN },
    foods: ['x', null, { name: 'y', tags: [] }, [{}, 'z']]
  })

  it.each<[NestedProperties, Properties]>([
    [
      'flatten',
      {
        list: '[]',
        'object.a.b': '[1,{"c":"2"}]',
        'object.d': '1970-01-01T00:00:00.000Z',
        foods: '["x",null,{"name":"y","tags":[]},[{},"z"]]'
      }
    ],
    [
      'index',
      {
        list: '[]',
        'object.a.b.0': 1,
        'object.a.b.1.c': '2',
        'object.d': '1970-01-01T00:00:00.000Z',
        'foods.0': 'x',
        'foods.2.name': 'y',
        'foods.2.tags': '[]',
        'foods.3.1': 'z'
      }
    ],
    [
      'stringify',
      {
        list: '[]',
        object: '{"a":{"b":[1,{"c":"2"}]},"d":"1970-01-01T00:00:00.000Z","e":null,"f":null}',
        foods: '["x",null,{"name":"y","tags":[]},[{},"z"]]'
      }
    ],
    ['drop', {}]
  ])('takes nested properties as %s says', (mode, nested) => {
    expect(flatten(properties, { mode })).toStrictEqual({
      text: 'a',
      on: '1970-01-01T00:00:00.000Z',
      url: 'https://example.com/',
      ...nested
    })
  })

  it('flattens without a mode', () => {
    expect(flatten(properties, {})).toStrictEqual(flatten(properties, { mode: 'flatten' }))
    expect(flatten(properties, { mode: undefined })).toStrictEqual(flatten(properties))
  })

  it('leaves out an object of which JSON keeps nothing', () => {
    expect(flatten({ a: { b: undefined }, c: { d: null } }, { mode: 'stringify' })).toStrictEqual({ c: '{"d":null}' })
  })
})
