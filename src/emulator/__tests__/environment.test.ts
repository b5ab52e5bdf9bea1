import { Environment } from '../environment'
import type { NewEvent } from '../environment'

describe('Environment.identify', () => {
  it('takes ten more user_ids for an identity in the next month', () => {
    let time = '2026-01-31T23:59:59.000Z'
    const environment = new Environment('11', () => time)
    const identify = (user: number) => environment.identify({ app_id: '11', user_id: String(user), identity: 'ann' })
    for (let user = 1; user <= 10; user++) identify(user)
    expect(identify(11)).toBe('the identity already has 10 user_ids this month')
    time = '2026-02-01T00:00:00.000Z'
    expect(identify(11)).toBeUndefined()
  })
})

describe('Environment.deleteUsers', () => {
  const environment = () => new Environment('11', () => '2026-01-31T00:00:00.000Z')
  const event = (identifier: NewEvent['identifier']): NewEvent => ({
    region: 'US',
    endpoint: '/api/track',
    event: 'E',
    identifier,
    properties: {}
  })

  it('forgets every id of a user: what comes later is a new user or nobody', () => {
    const heap = environment()
    heap.addUserProperties({ identity: 'ann', properties: { anonymous_id: 'anon-1' } })
    heap.identify({ app_id: '11', identity: 'ann', user_id: '42' })
    heap.deleteUsers([{ user_id: '42' }])
    expect(heap.users()).toEqual([])
    heap.addEvent(event({ anonymous_id: 'anon-1' }))
    heap.addEvent(event({ user_id: '42' }))
    expect(heap.events().map(({ identity, user_id }) => [identity, user_id])).toEqual([
      [null, null],
      [null, '42']
    ])
  })
})

describe('Environment.addUserProperties', () => {
  it('gives a new user no user_id that is taken', () => {
    const heap = new Environment('11', () => '2026-01-31T00:00:00.000Z')
    heap.identify({ app_id: '11', identity: 'ann', user_id: String(2 ** 52 + 1) })
    heap.addUserProperties({ identity: 'bob' })
    expect(heap.users().map(({ identity, user_id }) => [identity, user_id])).toEqual([
      ['ann', String(2 ** 52)],
      ['bob', String(2 ** 52 + 2)]
    ])
  })
})
