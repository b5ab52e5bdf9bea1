import { Environment } from '../environment'

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
