import nock from 'nock'
import { APP_ID, testAction, US } from '../../__tests__/__helpers__/heap-api'

describe('groupAccount', () => {
  afterEach(() => {
    nock.cleanAll()
  })

  it('sends the flattened traits as account properties and takes the text OK for an answer', async () => {
    const body = {
      app_id: APP_ID,
      accounts: [{ account_id: 'group-1', properties: { name: 'Acme', id: 1, 'address.city': 'Rome' } }]
    }
    nock(US).post('/api/add_account_properties', body).reply(200, 'OK')
    const traits = { name: 'Acme', id: 1, address: { city: 'Rome' } }
    await testAction('groupAccount', { type: 'group', groupId: 'group-1', userId: 'user-1', traits })
    expect(nock.isDone()).toBe(true)
  })

  it.each([undefined, 'null'])('refuses the account id %s', async (groupId) => {
    await expect(testAction('groupAccount', { type: 'group', groupId, userId: 'user-1' })).rejects.toMatchObject({
      message: expect.stringContaining('account_id')
    })
  })
})
