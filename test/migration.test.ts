import { createTestEvent, createTestIntegration } from '@segment/actions-core'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import nock from 'nock'
import heap from '../src/destinations/heap'

/** As saved for `actions-heap-cloud`: every field key it has, and none that is new here. */
const TRACK_DIRECTIVES = {
  message_id: { '@path': '$.messageId' },
  identity: { '@path': '$.userId' },
  anonymous_id: { '@path': '$.anonymousId' },
  event: { '@path': '$.event' },
  properties: { '@path': '$.properties' },
  timestamp: { '@path': '$.timestamp' },
  type: { '@path': '$.type' },
  name: { '@path': '$.name' },
  traits: { '@path': '$.context.traits' }
}
const TRACK_LITERALS = {
  message_id: 'message-1',
  identity: 'user-1',
  anonymous_id: 'anon-1',
  event: 'Order Completed',
  properties: { total: '9.5', items: { first: 'tea' } },
  timestamp: '2026-01-02T03:04:05.000Z',
  type: 'track',
  name: 'Home',
  traits: { plan: 'pro' }
}
const IDENTIFY_DIRECTIVES = {
  user_id: { '@path': '$.userId' },
  anonymous_id: { '@path': '$.anonymousId' },
  traits: { '@path': '$.traits' }
}
const IDENTIFY_LITERALS = {
  user_id: 'user-1',
  anonymous_id: 'anon-1',
  traits: { plan: 'pro', address: { city: 'Oslo' } }
}

/** A call with the values of the literals. */
const CALL = {
  messageId: 'message-1',
  userId: 'user-1',
  anonymousId: 'anon-1',
  event: 'Order Completed',
  properties: TRACK_LITERALS.properties,
  timestamp: TRACK_LITERALS.timestamp,
  type: 'track' as const,
  context: { traits: TRACK_LITERALS.traits },
  traits: IDENTIFY_LITERALS.traits
}

const EVENT = { event: 'Order Completed', timestamp: CALL.timestamp, idempotency_key: 'message-1' }
const PROPERTIES = { total: '9.5', 'items.first': 'tea', segment_library: 'segment' }
const APP = { app_id: '11' }

const USER_TRACKED = [
  { path: '/api/track', body: { ...APP, events: [{ ...EVENT, identity: 'user-1', properties: PROPERTIES }] } },
  {
    path: '/api/add_user_properties',
    body: { ...APP, users: [{ identity: 'user-1', properties: { plan: 'pro' } }] }
  }
]
const USER_IDENTIFIED = [
  {
    path: '/api/add_user_properties',
    body: {
      ...APP,
      users: [{ identity: 'user-1', properties: { plan: 'pro', 'address.city': 'Oslo', anonymous_id: 'anon-1' } }]
    }
  }
]
const ANONYMOUS_TRACKED = (event: object, properties: object = PROPERTIES) => [
  {
    path: '/api/integrations/track',
    body: {
      ...APP,
      library: 'server',
      events: [{ ...EVENT, ...event, user_identifier: { anonymous_id: 'anon-1' }, custom_properties: properties }]
    }
  }
]

/** What Heap gets when an action runs with a saved mapping alone, without the defaults of fields that are new. */
async function sentBy(action: string, mapping: object, call: object = {}) {
  const sent: { path: string; body: unknown }[] = []
  nock('https://heapanalytics.com')
    .persist()
    .post(/.*/)
    .reply(200, (path, body) => {
      sent.push({ path, body })
      return {}
    })
  await createTestIntegration(heap).testAction(action, {
    event: createTestEvent({ ...CALL, ...call }),
    mapping: { ...mapping },
    settings: { appId: '11' },
    useDefaultMappings: false
  })
  return sent
}

/** The JSON that a section of the guide tells customers to map. */
function mappingInGuide(heading: string): object {
  const guide = readFileSync(join(__dirname, '../docs/migrate.md'), 'utf8')
  const [, section] = guide.split(`\n${heading}\n`)
  const [, json] = /```json\n([^`]*)```/.exec(section.split('\n## ')[0]) as RegExpExecArray
  return JSON.parse(json) as object
}

afterEach(() => {
  nock.cleanAll()
})

describe('a mapping saved for actions-heap-cloud', () => {
  it.each([
    ['trackEvent', 'directives', TRACK_DIRECTIVES, USER_TRACKED],
    ['trackEvent', 'literals', TRACK_LITERALS, USER_TRACKED],
    ['identifyUser', 'directives', IDENTIFY_DIRECTIVES, USER_IDENTIFIED],
    ['identifyUser', 'literals', IDENTIFY_LITERALS, USER_IDENTIFIED]
  ])('delivers in %s the same from %s', async (action, _kind, mapping, expected) => {
    expect(await sentBy(action, mapping)).toStrictEqual(expected)
  })

  it('keeps events anonymous when it has no identity, which had no default', async () => {
    const { identity: _none, ...mapping } = TRACK_DIRECTIVES
    expect(await sentBy('trackEvent', mapping)).toStrictEqual(ANONYMOUS_TRACKED({}))
  })

  it.each([
    ['page', 'Page viewed'],
    ['screen', 'Screen viewed']
  ])('keeps the names of %s calls', async (type, event) => {
    const call = { type, name: 'Home', event: undefined, userId: null }
    expect(await sentBy('trackEvent', TRACK_DIRECTIVES, call)).toStrictEqual(
      ANONYMOUS_TRACKED({ event }, { ...PROPERTIES, name: 'Home' })
    )
  })

  it('links an anonymous id to the user with track calls where `traits` says so', async () => {
    const mapping = { ...TRACK_DIRECTIVES, traits: { anonymous_id: { '@path': '$.anonymousId' } } }
    const [, properties] = await sentBy('trackEvent', mapping)
    expect(properties).toStrictEqual({
      path: '/api/add_user_properties',
      body: { ...APP, users: [{ identity: 'user-1', properties: { anonymous_id: 'anon-1' } }] }
    })
  })
})

describe('what differs from actions-heap-cloud', () => {
  it('keeps the types of values, and arrays together', async () => {
    const properties = { total: 9.5, paid: true, list: [1, { a: 2 }], none: null, segment_library: 'mine' }
    const [track] = await sentBy('trackEvent', TRACK_DIRECTIVES, { properties })
    expect(track.body).toStrictEqual({
      ...APP,
      events: [
        {
          ...EVENT,
          identity: 'user-1',
          properties: { total: 9.5, paid: true, list: '[1,{"a":2}]', segment_library: 'segment' }
        }
      ]
    })
  })

  it('gives one property for each array item again with `nested_properties`', async () => {
    const mapping = { ...IDENTIFY_DIRECTIVES, nested_properties: 'index' }
    const [{ body }] = await sentBy('identifyUser', mapping, { traits: { list: [1, { a: 2 }] } })
    expect(body).toStrictEqual({
      ...APP,
      users: [{ identity: 'user-1', properties: { 'list.0': 1, 'list.1.a': 2, anonymous_id: 'anon-1' } }]
    })
  })

  it('prefers the field `anonymous_id` to a trait, and renames `id`', async () => {
    const [{ body }] = await sentBy('identifyUser', IDENTIFY_DIRECTIVES, { traits: { anonymous_id: 'x', ID: 7 } })
    expect(body).toStrictEqual({
      ...APP,
      users: [{ identity: 'user-1', properties: { anonymous_id: 'anon-1', _id: 7 } }]
    })
  })

  it('sends the name of page and screen calls only', async () => {
    const [{ body }] = await sentBy('trackEvent', TRACK_DIRECTIVES, { name: 'Home', userId: null })
    expect(body).toStrictEqual(ANONYMOUS_TRACKED({})[0].body)
  })

  it.each([
    ['trackEvent', TRACK_DIRECTIVES, { event: undefined }, /No event name/],
    ['trackEvent', TRACK_DIRECTIVES, { timestamp: '2026-13-45' }, /`timestamp` is not a point in time/],
    ['trackEvent', TRACK_DIRECTIVES, { userId: 'guest', anonymousId: null }, /No user/],
    ['identifyUser', IDENTIFY_DIRECTIVES, { userId: 'null' }, /No identity/]
  ])('refuses in %s what went out as something else', async (action, mapping, call, message) => {
    await expect(sentBy(action, mapping, call)).rejects.toThrow(message)
  })

  it('takes a placeholder for no identity', async () => {
    expect(await sentBy('trackEvent', TRACK_DIRECTIVES, { userId: 'guest' })).toStrictEqual(ANONYMOUS_TRACKED({}))
  })
})

describe('what the guide maps in place of `sendEvent` of actions-heap-cloud-server', () => {
  const { traits: _none, ...defaults } = TRACK_DIRECTIVES
  const mapping = { ...defaults, ...mappingInGuide('## From `actions-heap-cloud-server`') }
  const properties = { items: ['tea'], total: 9.5 }

  it('sends array items apart and user properties with the event', async () => {
    expect(await sentBy('trackEvent', mapping, { properties })).toStrictEqual([
      {
        path: '/api/track',
        body: {
          ...APP,
          events: [
            { ...EVENT, identity: 'user-1', properties: { 'items.0': 'tea', total: 9.5, segment_library: 'segment' } }
          ]
        }
      },
      {
        path: '/api/add_user_properties',
        body: { ...APP, users: [{ identity: 'user-1', properties: { plan: 'pro' } }] }
      }
    ])
  })

  it('takes the traits of the call itself where the context has none', async () => {
    const [, { body }] = await sentBy('trackEvent', mapping, { context: {}, traits: { plan: 'free' } })
    expect(body).toStrictEqual({ ...APP, users: [{ identity: 'user-1', properties: { plan: 'free' } }] })
  })

  it('sends an event with traits and without an identity', async () => {
    expect(await sentBy('trackEvent', mapping, { userId: null, properties })).toStrictEqual(
      ANONYMOUS_TRACKED({}, { 'items.0': 'tea', total: '9.5', segment_library: 'segment' })
    )
  })
})

describe('what the guide maps in place of user properties of the classic destination', () => {
  const traits = mappingInGuide('## From the classic destination')

  it.each([
    [
      { email: 'ada@example.com', plan: 'pro' },
      { email: 'ada@example.com', plan: 'pro', _email: 'ada@example.com', segment_library: 'analytics-ios' }
    ],
    [{ plan: 'pro' }, { plan: 'pro', segment_library: 'analytics-ios' }]
  ])('fills them from %j', async (sent, expected) => {
    const call = { traits: sent, context: { library: { name: 'analytics-ios' } } }
    const [{ body }] = await sentBy('identifyUser', { user_id: { '@path': '$.userId' }, traits }, call)
    expect(body).toStrictEqual({ ...APP, users: [{ identity: 'user-1', properties: expected }] })
  })
})
