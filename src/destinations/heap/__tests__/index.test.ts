import { createTestIntegration, Destination } from '@segment/actions-core'
import { parseFql, validate } from '@segment/destination-subscriptions'
import nock from 'nock'
import destination from '../index'
import { settings, US } from './__helpers__/heap-api'

const TOKEN = '/api/public/v0/auth_token'
const DELETION = '/api/public/v0/user_deletion'
const credentials = { user: settings.appId, pass: 'key-1' }

function testAuthentication(changes: object) {
  return createTestIntegration(destination).testAuthentication({ ...settings, ...changes })
}

describe('Heap', () => {
  afterEach(() => {
    nock.cleanAll()
  })

  describe('testAuthentication', () => {
    it('asks nothing of Heap without an API key', async () => {
      await expect(testAuthentication({})).resolves.toBeUndefined()
    })

    it.each(['abc', '12a', '', '1 2', '-1'])('refuses the App ID "%s"', async (appId) => {
      await expect(testAuthentication({ appId })).rejects.toThrow('numeric App ID')
    })

    it('asks for a deletion token with an API key', async () => {
      nock(US).post(TOKEN).basicAuth(credentials).reply(200, { access_token: 't' })
      await expect(testAuthentication({ apiKey: 'key-1' })).resolves.toBeUndefined()
      expect(nock.isDone()).toBe(true)
    })

    it('names both settings when Heap refuses them', async () => {
      nock(US).post(TOKEN).reply(401)
      await expect(testAuthentication({ apiKey: 'wrong' })).rejects.toThrow(/`appId` and `apiKey`/)
    })

    it('tells when Heap cannot be asked', async () => {
      nock(US).post(TOKEN).reply(503, 'try later')
      await expect(testAuthentication({ apiKey: 'key-1' })).rejects.toThrow('Heap answered 503: try later')
    })
  })

  describe('onDelete', () => {
    function deleteUser(event: object, changes: object = { apiKey: 'key-1' }) {
      return new Destination(destination).onDelete?.({ type: 'delete', ...event } as never, { ...settings, ...changes })
    }

    it.each(['US', 'EU'])('deletes a user of the region %s on heapanalytics.com', async (region) => {
      nock(US).post(TOKEN).basicAuth(credentials).reply(200, { access_token: 'token-1' })
      nock(US, { reqheaders: { authorization: 'Bearer token-1' } })
        .post(DELETION, { users: [{ identity: 'user-1' }] })
        .reply(201, { deletion_request_id: 'd-1', status: 'pending' })
      expect(await deleteUser({ userId: 'user-1' }, { apiKey: 'key-1', region })).toStrictEqual({
        deletion_request_id: 'd-1',
        status: 'pending'
      })
    })

    it('refuses an event without a userId', async () => {
      await expect(deleteUser({ anonymousId: 'a' })).rejects.toThrow('`userId` is missing')
    })

    it('refuses to work without an API key', async () => {
      await expect(deleteUser({ userId: 'user-1' }, {})).rejects.toThrow('`apiKey` is missing')
    })

    it('throws what Heap answers to the deletion', async () => {
      nock(US).persist().post(TOKEN).reply(200, { access_token: 'token-1' })
      nock(US).persist().post(DELETION).reply(400, 'too many users')
      await expect(deleteUser({ userId: 'user-1' })).rejects.toMatchObject({
        status: 400,
        message: expect.stringMatching(/too many users/)
      })
    })
  })

  describe('presets', () => {
    const audience = { context: { personas: { computation_class: 'audience', computation_key: 'k' } } }
    const trait = { context: { personas: { computation_class: 'trait', computation_key: 'k' } } }

    it.each([
      ['track', {}, ['trackEvent']],
      ['page', {}, ['trackEvent']],
      ['screen', {}, ['trackEvent']],
      ['identify', {}, ['identifyUser']],
      ['identify', trait, ['identifyUser']],
      ['group', {}, ['groupAccount']],
      ['alias', {}, []],
      ['identify', audience, ['syncAudience']],
      ['track', audience, ['syncAudience']],
      ['track', trait, ['trackEvent']]
    ])('deliver a %s call with %j to %j', (type, event, actions) => {
      const presets = destination.presets ?? []
      const matching = presets.filter(
        (preset) => preset.type === 'automatic' && validate(parseFql(preset.subscribe), { type, ...event })
      )
      expect(matching.map(({ partnerAction }) => partnerAction)).toStrictEqual(actions)
    })

    it('answer the events of connected audiences, Linked Audiences and Journeys', () => {
      const specific = (destination.presets ?? []).filter((preset) => preset.type === 'specificEvent')
      expect(specific.map(({ eventSlug, partnerAction }) => [eventSlug, partnerAction])).toStrictEqual([
        ['warehouse_audience_entered_track', 'syncAudience'],
        ['warehouse_audience_exited_track', 'syncAudience'],
        ['warehouse_audience_membership_changed_identify', 'syncAudience'],
        ['warehouse_entity_added_track', 'trackEvent'],
        ['warehouse_entity_removed_track', 'trackEvent'],
        ['journeys_step_entered_track', 'trackEvent']
      ])
    })
  })
})
