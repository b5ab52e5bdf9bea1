import type { NestedProperties } from '../flatten'
import { flatten } from '../flatten'

type Properties = Record<string, unknown>

const modes: NestedProperties[] = ['flatten', 'index', 'stringify', 'drop']

function fail(): never {
  throw new Error('from the data')
}

function withCycle(): Properties {
  const root: Properties = { name: 'root' }
  root.self = root
  root.child = { name: 'child', parent: root, list: [1, root, { root }] }
  return root
}

/** A list of single entries, each behind one more object. */
function deepCycle(depth: number): Properties {
  const root: Properties = {}
  let last = root
  for (let level = 1; level < depth; level++) {
    last = last.a = {} as Properties
  }
  Object.assign(last, { up: root, self: last, end: 1 })
  return root
}

describe('flatten of cycles', () => {
  it.each<[NestedProperties, Properties]>([
    ['flatten', { name: 'root', 'child.name': 'child', 'child.list': '[1,null,{}]' }],
    ['index', { name: 'root', 'child.name': 'child', 'child.list.0': 1 }],
    ['stringify', { name: 'root', child: '{"name":"child","list":[1,null,{}]}' }],
    ['drop', { name: 'root' }]
  ])('leaves out the reference that closes one (%s)', (mode, expected) => {
    expect(flatten(withCycle(), { mode })).toStrictEqual(expected)
  })

  it.each([2, 17, 100, 500])('finds one at %d levels', (depth) => {
    expect(flatten(deepCycle(depth))).toStrictEqual({ [`${'a.'.repeat(depth - 1)}end`]: 1 })
  })

  it('keeps what is shared without a cycle', () => {
    const shared = { list: [1], child: { leaf: 1 } }
    const list = [shared, { again: shared }, BigInt(1)]
    const json = '{"list":[1],"child":{"leaf":1}}'
    expect(flatten({ a: shared, b: { c: shared }, list })).toStrictEqual({
      'a.list': '[1]',
      'a.child.leaf': 1,
      'b.c.list': '[1]',
      'b.c.child.leaf': 1,
      list: `[${json},{"again":${json}},"1"]`
    })
  })

  it('keeps what is shared far down', () => {
    const shared = { leaf: 1 }
    let root: Properties = { one: shared, two: { three: shared }, four: shared }
    for (let level = 1; level < 40; level++) {
      root = { a: root, shared }
    }
    const flat = flatten(root)
    const deep = 'a.'.repeat(39)
    expect(Object.keys(flat)).toHaveLength(42)
    expect(flat).toMatchObject({
      [`${deep}one.leaf`]: 1,
      [`${deep}two.three.leaf`]: 1,
      [`${deep}four.leaf`]: 1,
      'shared.leaf': 1
    })
  })

  it('counts the owner of a toJSON as an ancestor', () => {
    const parent: Properties = { name: 'parent', toJSON: () => ({ ...parent, toJSON: undefined }) }
    const child: Properties = { name: 'child', parent, toJSON: () => ({ ...child, toJSON: undefined }) }
    Object.assign(parent, { child, children: [child] })
    expect(flatten({ parent })).toStrictEqual({
      'parent.name': 'parent',
      'parent.child.name': 'child',
      'parent.children': '[{"name":"child"}]'
    })
    expect(flatten(parent)).toStrictEqual({ name: 'parent', 'child.name': 'child', children: '[{"name":"child"}]' })
  })

  it('takes a toJSON that returns its owner or holds it', () => {
    const owner: Properties = { leaf: 1, toJSON: () => owner }
    const holder: Properties = { toJSON: () => ({ leaf: 1, holder }) }
    const list: Properties = { toJSON: () => [1, list] }
    expect(flatten({ owner, holder, list })).toStrictEqual({ 'owner.leaf': 1, 'holder.leaf': 1, list: '[1,null]' })
  })

  it('takes a toJSON that returns an ancestor', () => {
    const root: Properties = { leaf: 1 }
    const up = { toJSON: () => root }
    Object.assign(root, { up, child: { up }, list: [up, 2] })
    expect(flatten(root)).toStrictEqual({ leaf: 1, list: '[null,2]' })
  })

  it.each(modes)('ends where objects are made without end (%s)', (mode) => {
    const toJSON = jest.fn(() => ({ left: endless(), right: endless() }))
    const endless = (): unknown => ({ toJSON })
    expect(flatten({ endless: endless(), list: [endless()], after: 1 }, { mode })).toStrictEqual({ after: 1 })
    expect(toJSON.mock.calls.length).toBeLessThan(20000)
  })

  it('ends where getters make objects without end', () => {
    const endless = (): Properties => ({
      get next() {
        return endless()
      }
    })
    const twice = (): Properties => ({
      get left() {
        return twice()
      },
      get right() {
        return twice()
      }
    })
    expect(flatten({ endless: endless(), after: { a: 1 } })).toStrictEqual({ 'after.a': 1 })
    expect(flatten({ twice: twice(), after: 1 })).toStrictEqual({ after: 1 })
  })
})

describe('flatten of hostile properties', () => {
  afterEach(() => {
    expect(Object.keys(Object.prototype)).toStrictEqual([])
    expect(({} as Properties).x).toBeUndefined()
  })

  it.each(modes)('takes keys of prototypes as data (%s)', (mode) => {
    const input = '{"__proto__":1,"constructor":2,"prototype":3,"toString":4,"hasOwnProperty":5,"toJSON":6,"valueOf":7}'
    const flat = flatten(JSON.parse(input) as Properties, { mode })
    expect(JSON.stringify(flat)).toBe(input)
    expect(Object.getPrototypeOf(flat)).toBe(Object.prototype)
  })

  it('takes nested keys of prototypes as data', () => {
    const input = '{"__proto__":{"x":1,"__proto__":{"x":2}},"constructor":{"prototype":{"x":3}}}'
    expect(Object.entries(flatten(JSON.parse(input) as Properties))).toStrictEqual([
      ['__proto__.x', 1],
      ['__proto__.__proto__.x', 2],
      ['constructor.prototype.x', 3]
    ])
  })

  it.each(modes)('keeps an own __proto__ key whose value is written as text (%s)', (mode) => {
    const flat = flatten(JSON.parse('{"__proto__":["x"]}') as Properties, { mode })
    const expected = { flatten: ['__proto__'], index: ['__proto__.0'], stringify: ['__proto__'], drop: [] }
    expect(Object.keys(flat)).toStrictEqual(expected[mode])
  })

  it('takes a toJSON, valueOf or toString that is not a function as data', () => {
    const data = { toJSON: 'a', valueOf: 'b', toString: 'c', getTime: null }
    expect(flatten({ data })).toStrictEqual({ 'data.toJSON': 'a', 'data.valueOf': 'b', 'data.toString': 'c' })
  })

  it('calls no method of the data but toJSON', () => {
    const data = { toString: fail, valueOf: fail, hasOwnProperty: fail, [Symbol.toPrimitive]: fail, leaf: 1 }
    expect(flatten({ data })).toStrictEqual({ 'data.leaf': 1 })
  })

  it.each(modes)('leaves out what throws (%s)', (mode) => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    const input = {
      get getter() {
        return fail()
      },
      toJSON: { toJSON: fail },
      list: [{ toJSON: fail }],
      valueOf: Object.assign(Object(1), { valueOf: fail }) as unknown,
      proxy,
      keys: new Proxy({}, { ownKeys: fail }),
      nested: { toJSON: () => ({ toJSON: fail }) },
      after: 1
    }
    expect(flatten(input, { mode })).toStrictEqual({ after: 1 })
  })

  it('loses nothing behind a thousand entries that throw', () => {
    const throwing = () => ({ object: new Proxy({}, { ownKeys: fail }), list: { toJSON: () => [{ toJSON: fail }] } })
    const entries = Array.from({ length: 1000 }, (_, index) => [`key${index}`, throwing()])
    const before = Object.fromEntries(entries) as Record<string, unknown>
    expect(flatten({ ...before, after: { a: 1 } })).toStrictEqual({ 'after.a': 1 })
  })

  it('makes nothing of properties that throw', () => {
    expect(flatten({ toJSON: fail })).toStrictEqual({})
    expect(flatten(new Proxy({}, { ownKeys: fail }))).toStrictEqual({})
  })

  it('asks once for toJSON', () => {
    const inner = { leaf: 1, toJSON: fail }
    expect(flatten({ a: { toJSON: () => inner } })).toStrictEqual({ 'a.leaf': 1 })
    expect(flatten({ a: { toJSON: () => Object.assign([1], { toJSON: fail }) } })).toStrictEqual({ a: '[1]' })
    expect(flatten({ a: { toJSON: () => Object.assign([1], { toJSON: () => [2] }) } })).toStrictEqual({ a: '[1]' })
  })
})
