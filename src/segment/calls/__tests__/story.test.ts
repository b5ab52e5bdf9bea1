import type { JSONObject } from '@segment/actions-core'
import { sentItems } from '../sent-leaves'
import { missingPaths, storyRows } from '../story'

const LONG = 'x'.repeat(1500)
const CUT = LONG.slice(0, 1023)

const MAPPING: JSONObject = {
  message_id: { '@path': '$.messageId' },
  event: { '@path': '$.event' },
  properties: { '@path': '$.properties' },
  batch_size: 1000
}

/** Path, where it stands, and what changed, of what is below `properties`. */
function told(properties: unknown, sent: object) {
  const { rows } = storyRows(MAPPING, { properties } as JSONObject, [{ properties: sent }])
  return rows.map(({ path, sentAs, change }) => [path, sentAs, change])
}

describe('storyRows', () => {
  it('says of each value where the mapping took it from and where it is in the request', () => {
    const payload = { message_id: 'message-1', event: 'Paid', properties: { foo: { bar: 9.5 } }, batch_size: 1000 }
    const sent = { event: 'Paid', properties: { 'foo.bar': 9.5, lib: 'x' }, idempotency_key: 'message-1' }
    expect(storyRows(MAPPING, payload, sent)).toStrictEqual({
      rows: [
        {
          field: 'message_id',
          from: '$.messageId',
          path: '',
          value: 'message-1',
          sentAs: 'idempotency_key',
          sent: 'message-1',
          change: 'renamed'
        },
        { field: 'event', from: '$.event', path: '', value: 'Paid', sentAs: 'event', sent: 'Paid', change: 'kept' },
        {
          field: 'properties',
          from: '$.properties',
          path: 'foo.bar',
          value: 9.5,
          sentAs: 'properties.foo.bar',
          sent: 9.5,
          change: 'kept'
        },
        { field: '', from: null, path: '', value: null, sentAs: 'properties.lib', sent: 'x', change: 'added' }
      ],
      more: 0
    })
  })

  it.each([
    ['another type', { a: 9.5 }, { a: '9.5' }, [['a', 'properties.a', 'converted']]],
    ['a list as text', { a: [1, { b: 2 }] }, { a: '[1,{"b":2}]' }, [['a', 'properties.a', 'converted']]],
    ['an object as text', { a: { b: 2 } }, { a: '{"b":2}' }, [['a', 'properties.a', 'converted']]],
    ['a list by index', { a: [1] }, { 'a.0': 1 }, [['a.0', 'properties.a.0', 'kept']]],
    ['a nested request', { a: { b: 1 } }, { a: { b: 1 } }, [['a.b', 'properties.a.b', 'kept']]],
    ['a text that is cut', { a: LONG }, { a: CUT }, [['a', 'properties.a', 'cut']]],
    ['a name that is cut', { [LONG]: 1 }, { [CUT]: 1 }, [[LONG, `properties.${CUT}`, 'cut']]],
    ['another name', { ID: 7 }, { _id: 7 }, [['ID', 'properties._id', 'renamed']]],
    ['null', { a: null }, {}, [['', null, 'dropped']]],
    [
      'nothing of an object',
      { a: { b: 1, c: 2 }, d: 3 },
      { d: 3 },
      [
        ['a', null, 'dropped'],
        ['d', 'properties.d', 'kept']
      ]
    ],
    [
      'the later of two values',
      { 'a.b': 1, a: { b: 2 } },
      { 'a.b': 2 },
      [
        ['a.b', null, 'dropped'],
        ['a.b', 'properties.a.b', 'kept']
      ]
    ],
    [
      'values that many have',
      { a: true, b: true },
      { b: true, c: true },
      [
        ['a', 'properties.c', 'renamed'],
        ['b', 'properties.b', 'kept']
      ]
    ]
  ])('knows %s', (_name, properties, sent, rows) => {
    expect(told(properties, sent)).toStrictEqual(rows)
  })

  it('finds a field below whatever the request calls it, and a name that was a value', () => {
    const mapping = { audience_key: { '@path': '$.key' }, anonymous_id: { '@path': '$.anonymousId' } }
    const items = [{ user_identifier: { anonymous_id: 'anon-1' } }, { properties: { vip: true } }]
    const { rows } = storyRows(mapping, { audience_key: 'vip', anonymous_id: 'anon-1' }, items)
    expect(rows.map(({ field, sentAs, change }) => [field, sentAs, change])).toStrictEqual([
      ['audience_key', 'properties.vip', 'kept'],
      ['anonymous_id', 'user_identifier.anonymous_id', 'kept'],
      ['', 'properties.vip', 'added']
    ])
  })

  it('looks at names that every object has as at any other', () => {
    const hostile: unknown = JSON.parse('{"__proto__": 1, "constructor": {"prototype": 2}, "": 3}')
    expect(told(hostile, { 'constructor.prototype': 2 })).toStrictEqual([
      ['__proto__', null, 'dropped'],
      ['constructor.prototype', 'properties.constructor.prototype', 'kept'],
      ['', null, 'dropped']
    ])
  })

  it('shows a part of 100,000 values, and counts the rest', () => {
    const properties = Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [`k${at}`, at % 2 === 0]))
    const renamed = Object.fromEntries(Object.entries(properties).map(([key, value]) => [`_${key}`, value]))
    const { rows, more } = storyRows(MAPPING, { properties }, [{ properties: renamed }])
    expect(rows.length + more).toBe(100_000)
    expect(rows.slice(0, 2).map(({ sentAs }) => sentAs)).toStrictEqual(['properties._k0', 'properties._k1'])
  })
})

describe('sentItems', () => {
  it('takes the items out of the lists of requests, whatever they are called', () => {
    const requests = ['{"app_id":"11","events":[{"event":"a"}]}', '{"user_id":"1"}', 'not JSON']
    const exchanges = requests.map((body) => ({ request: { url: '', method: 'POST', headers: {}, body } }))
    expect(sentItems(exchanges)).toStrictEqual([{ event: 'a' }, { user_id: '1' }, {}])
  })
})

describe('missingPaths', () => {
  it('names paths that find nothing, but none that another stands in for', () => {
    const either = { '@if': { exists: { '@path': '$.userId' }, then: { '@path': '$.userId' }, else: 'none' } }
    const mapping = { ...MAPPING, identity: either, traits: { plan: { '@path': '$.traits.plan' }, fixed: 'a' } }
    expect(missingPaths(mapping, { event: 'Paid', properties: {} })).toStrictEqual([
      { field: 'message_id', path: '$.messageId' },
      { field: 'traits', path: '$.traits.plan' }
    ])
  })
})
