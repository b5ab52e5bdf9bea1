import { answerOf, NOW, post, useEmulator } from './__helpers__/emulator-client'

const OK = { status: 200, body: {} }
const heap = useEmulator({ rateLimits: false })
const send = (path: string, body: unknown) => answerOf(post(heap().url + path, body))
const anonymous = (event: string, anonymous_id = 'anon-1') => ({
  app_id: '11',
  library: 'server',
  events: [{ event, user_identifier: { anonymous_id } }]
})
const owners = () =>
  heap()
    .events()
    .map(({ event, identity, user_id }) => [event, identity, user_id])

const FIRST_ID = '4503599627370496'

describe('POST /api/integrations/track', () => {
  it('stores an anonymous event', async () => {
    const [event] = anonymous('A').events
    const full = { ...event, custom_properties: { n: '1' }, idempotency_key: '12345678' }
    expect(await send('/api/integrations/track', { app_id: '11', library: 'server', events: [full] })).toEqual(OK)
    expect(heap().events()).toEqual([
      {
        app_id: '11',
        region: 'US',
        event: 'A',
        identity: null,
        user_id: null,
        anonymous_id: 'anon-1',
        properties: { n: '1' },
        timestamp: NOW,
        idempotency_key: '12345678',
        session_id: null,
        endpoint: '/api/integrations/track',
        received_at: NOW
      }
    ])
  })

  it('joins events before and after to the user whose anonymous_id property has the id, for good', async () => {
    const user = (anonymous_id: string) => ({ app_id: '11', identity: 'ann', properties: { anonymous_id } })
    await send('/api/integrations/track', anonymous('Before'))
    await send('/api/integrations/track', anonymous('Other', 'anon-2'))
    await send('/api/add_user_properties', user('anon-1'))
    await send('/api/integrations/track', anonymous('After'))
    await send('/api/add_user_properties', user('anon-3'))
    await send('/api/integrations/track', anonymous('Later'))
    await send('/api/integrations/track', anonymous('New', 'anon-3'))
    expect(owners()).toEqual([
      ['Before', 'ann', FIRST_ID],
      ['Other', null, null],
      ['After', 'ann', FIRST_ID],
      ['Later', 'ann', FIRST_ID],
      ['New', 'ann', FIRST_ID]
    ])
    expect(heap().users()[0].anonymous_ids).toEqual(['anon-1', 'anon-3'])
  })

  it('leaves an anonymous id with its first user', async () => {
    await send('/api/integrations/track', anonymous('A'))
    for (const identity of ['ann', 'bob']) {
      await send('/api/add_user_properties', { app_id: '11', identity, properties: { anonymous_id: 'anon-1' } })
    }
    expect(owners()).toEqual([['A', 'ann', FIRST_ID]])
  })

  it('prefers an identity to an anonymous id', async () => {
    const user_identifier = { identity: 'ann', anonymous_id: 'anon-1' }
    await send('/api/integrations/track', { app_id: '11', events: [{ event: 'A', user_identifier }] })
    expect(owners()).toEqual([['A', 'ann', FIRST_ID]])
  })
})

describe('POST /api/v1/identify', () => {
  const identify = (user_id: string, identity = 'ann') => send('/api/v1/identify', { app_id: '11', user_id, identity })

  it('merges a Heap user into an identity, events before and after included', async () => {
    await send('/api/track', { app_id: '11', event: 'Before', user_id: '42' })
    expect(await identify('42')).toEqual(OK)
    await send('/api/track', { app_id: '11', event: 'After', user_id: '42' })
    expect(owners()).toEqual([
      ['Before', 'ann', FIRST_ID],
      ['After', 'ann', FIRST_ID]
    ])
    expect(
      heap()
        .users()
        .map(({ identity, merged_user_ids }) => [identity, merged_user_ids])
    ).toEqual([['ann', ['42']]])
  })

  it('drops a second identity of a user_id without a word', async () => {
    await identify('42')
    expect(await identify('42', 'bob')).toEqual(OK)
    await send('/api/track', { app_id: '11', event: 'A', user_id: '42' })
    expect(owners()).toEqual([['A', 'ann', FIRST_ID]])
    expect(heap().requests[1].dropped).toEqual([
      {
        item: { app_id: '11', user_id: '42', identity: 'bob' },
        reason: 'the user_id already has another identity'
      }
    ])
  })

  it('drops the eleventh user_id of an identity in a month, not a repeated one', async () => {
    for (let user = 1; user <= 10; user++) await identify(String(user))
    await identify('1')
    expect(await identify('11')).toEqual(OK)
    expect(heap().requests.map(({ dropped }) => dropped.map(({ reason }) => reason))).toEqual([
      ...Array.from({ length: 11 }, () => []),
      ['the identity already has 10 user_ids this month']
    ])
  })
})
