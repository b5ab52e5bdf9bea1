import nock from 'nock'
import { APP_ID, send, testAction, US } from '../../__tests__/__helpers__/heap-api'

const identify = { type: 'identify', userId: 'user-1' }

function user(properties: object) {
  return { path: '/api/add_user_properties', body: { app_id: APP_ID, users: [{ identity: 'user-1', properties }] } }
}

describe('identifyUser', () => {
  afterEach(() => {
    nock.cleanAll()
  })

  it('sends the flattened traits and the anonymous id as user properties', async () => {
    const traits = { email: 'a@b.c', born: new Date(0), address: { city: 'Rome', lines: ['x', 'y'] }, age: 40 }
    expect(await send('identifyUser', { ...identify, anonymousId: 'anon-1', traits })).toStrictEqual([
      user({
        email: 'a@b.c',
        born: '1970-01-01T00:00:00.000Z',
        'address.city': 'Rome',
        'address.lines': '["x","y"]',
        age: 40,
        anonymous_id: 'anon-1'
      })
    ])
  })

  it.each(['id', 'ID', 'Id', 'iD'])('sends the trait `%s`, which Heap forbids, as `_id`', async (key) => {
    const traits = { [key]: 7, user_id: 8, ids: 9, nested: { id: 10 } }
    expect(await send('identifyUser', { ...identify, traits })).toStrictEqual([
      user({ _id: 7, user_id: 8, ids: 9, 'nested.id': 10 })
    ])
  })

  it('registers a user without traits', async () => {
    expect(await send('identifyUser', identify)).toStrictEqual([user({})])
  })

  it('leaves out a placeholder in place of an anonymous id', async () => {
    expect(await send('identifyUser', { ...identify, anonymousId: 'null', traits: { a: 1 } })).toStrictEqual([
      user({ a: 1 })
    ])
  })

  it('links an anonymous Heap user before it sends the properties', async () => {
    const mapping = { heap_user_id: { '@path': '$.traits.heap' } }
    expect(await send('identifyUser', { ...identify, traits: { heap: '1234567890' } }, { mapping })).toStrictEqual([
      { path: '/api/v1/identify', body: { app_id: APP_ID, user_id: '1234567890', identity: 'user-1' } },
      user({ heap: '1234567890' })
    ])
  })

  it.each([
    [400, 'APIError', 'unknown user_id'],
    [429, 'RetryableError', 'slow down']
  ])('sends no properties when Heap answers the link with %d', async (status, name, text) => {
    nock(US).post('/api/v1/identify').reply(status, text)
    await expect(testAction('identifyUser', identify, { mapping: { heap_user_id: '12' } })).rejects.toMatchObject({
      status,
      name,
      message: `Heap answered ${status}: ${text}`
    })
  })

  it.each([
    ['no identity', { userId: undefined, anonymousId: 'anon-1' }, {}, '`user_id` is missing or a placeholder'],
    ['a placeholder', { userId: 'Anonymous' }, {}, '`user_id` is missing or a placeholder'],
    ['an identity over 255 characters', { userId: 'u'.repeat(256) }, {}, '`user_id` has 256 characters'],
    ['a Heap user id that is not a number', {}, { heap_user_id: 'abc' }, '`heap_user_id` must be'],
    ['a Heap user id beyond 2^53-1', {}, { heap_user_id: '9007199254740992' }, '`heap_user_id` must be']
  ])('refuses %s', async (_case, event, mapping, message) => {
    await expect(testAction('identifyUser', { ...identify, ...event }, { mapping })).rejects.toMatchObject({
      code: 'PAYLOAD_VALIDATION_FAILED',
      status: 400,
      message: expect.stringContaining(message)
    })
  })
})
