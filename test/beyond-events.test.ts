import { Destination } from '@segment/actions-core'
import type { JSONObject, SegmentEvent } from '@segment/actions-core'
import { deleteUsers } from '../src/replay/deletion'
import heap from '../src/destinations/heap'
import { start } from '../src/emulator'
import type { RunningEmulator } from '../src/emulator'
import { redirectRequests, toEmulator } from '../src/segment/redirect'

const settings = { appId: '11', apiKey: 'key-1' }

describe('deletion, accounts and links', () => {
  let emulator: RunningEmulator
  let destination: Destination
  beforeAll(async () => {
    emulator = await start({ apiKeys: { '11': 'key-1' }, deletionDelayMs: 10, rateLimits: false })
    destination = new Destination(redirectRequests(heap, toEmulator(emulator.url)) as never)
  })
  beforeEach(() => emulator.reset())
  afterAll(() => emulator.close())

  function subscription(partnerAction: string, mapping: object = {}): JSONObject {
    const preset = (heap.presets ?? []).find(
      (each) => each.partnerAction === partnerAction && each.type === 'automatic'
    )
    return { ...preset, subscribe: 'type != ""', mapping: { ...preset?.mapping, ...mapping } }
  }

  async function batch(action: string, events: object[], { mapping = {}, region = 'US' } = {}) {
    const given = { ...settings, region, subscription: subscription(action, mapping) }
    const [result] = await destination.onBatch(events as SegmentEvent[], given)
    return result.multistatus as { status: number; errormessage?: string; body?: JSONObject }[]
  }

  const paths = () => emulator.requests.map(({ region, path }) => `${region} ${path}`)

  describe('onDelete', () => {
    const deleteUser = (event: object, changes: object = {}) =>
      destination.onDelete?.({ type: 'delete', ...event } as never, { ...settings, ...changes })

    it('deletes a user of the EU region on the one host that has the deletion API', async () => {
      await batch('identifyUser', [{ type: 'identify', userId: 'user-1', traits: { a: 1 } }], { region: 'EU' })
      await deleteUser({ userId: 'user-1' }, { region: 'EU' })
      expect(paths()).toStrictEqual([
        'EU /api/add_user_properties',
        'US /api/public/v0/auth_token',
        'US /api/public/v0/user_deletion'
      ])
      while (emulator.users().length > 0) await new Promise((resolve) => setTimeout(resolve, 5))
    })

    it.each([
      ['no API key', { userId: 'user-1' }, { apiKey: undefined }, '`apiKey` is missing'],
      ['a wrong API key', { userId: 'user-1' }, { apiKey: 'wrong' }, '`appId` and `apiKey`'],
      ['no userId', { anonymousId: 'anon-1' }, {}, '`userId` is missing']
    ])('submits nothing with %s', async (_case, event, changes, message) => {
      await expect(deleteUser(event, changes)).rejects.toThrow(message)
      expect(paths()).not.toContain('US /api/public/v0/user_deletion')
    })

    it('splits more than 10,000 users over several deletions', async () => {
      const userIds = Array.from({ length: 10001 }, (_, index) => `user-${index}`)
      const sizes: number[] = []
      const flags = { emulator: emulator.url, live: false, wait: false, 'poll-interval': 5 }
      const deletions = deleteUsers(
        { ...flags, 'user-id': userIds, 'app-id': '11', 'api-key': 'key-1' },
        new AbortController().signal
      )
      for await (const { users } of deletions) sizes.push(users)
      expect(sizes).toStrictEqual([10000, 1])
      expect(emulator.requests.filter(({ status }) => status === 201)).toHaveLength(2)
    })
  })

  describe('groupAccount', () => {
    it('sends a batch as one request, one entry an account, and takes an answer that is no JSON', async () => {
      const groups = ['acme', 'other', 'acme'].map((groupId, index) => ({
        type: 'group',
        groupId,
        userId: 'user-1',
        traits: { index, nested: { [`k${index}`]: true } }
      }))
      const outcomes = await batch('groupAccount', [...groups, { type: 'group', groupId: 'null', userId: 'u' }])
      expect(outcomes.map(({ status }) => status)).toStrictEqual([200, 200, 200, 400])
      expect(outcomes[0].body).toBe('OK')
      expect(paths()).toStrictEqual(['US /api/add_account_properties'])
      expect(emulator.accounts()).toMatchObject([
        { account_id: 'acme', properties: { index: 2, 'nested.k0': true, 'nested.k2': true } },
        { account_id: 'other', properties: { index: 1, 'nested.k1': true } }
      ])
    })
  })

  describe('heap_user_id', () => {
    const mapping = { heap_user_id: { '@path': '$.traits.heap' } }
    const identify = (userId: string, heapUserId: string) => ({
      type: 'identify',
      userId,
      traits: { heap: heapUserId, plan: 'pro' }
    })

    async function anonymousEvent(userId: string): Promise<void> {
      const body = { app_id: '11', events: [{ event: 'Visited', user_id: userId, properties: {} }] }
      await fetch(`${emulator.url}/api/track`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body)
      })
    }

    it("joins an anonymous visitor's history to the person", async () => {
      await anonymousEvent('123')
      await batch('identifyUser', [identify('user-1', '123')], { mapping })
      expect(emulator.users()).toMatchObject([
        { identity: 'user-1', merged_user_ids: ['123'], properties: { plan: 'pro' } }
      ])
      expect(emulator.events()).toMatchObject([{ event: 'Visited', identity: 'user-1' }])
    })

    it('links before it sends the properties of all users in one request', async () => {
      await batch(
        'identifyUser',
        ['1', '2', '3'].map((id) => identify(`user-${id}`, id)),
        { mapping }
      )
      expect(paths()).toStrictEqual([...Array<string>(3).fill('US /api/v1/identify'), 'US /api/add_user_properties'])
    })

    it('links at most 5 users at a time', async () => {
      emulator.setFaults({ delayMs: 20 })
      let open = 0
      const most: number[] = []
      const count = (step: number) => most.push((open += step))
      const counted = new Destination({
        ...heap,
        name: 'Heap-counted',
        actions: {
          identifyUser: {
            ...heap.actions.identifyUser,
            performBatch: (request, data) =>
              heap.actions.identifyUser.performBatch?.(
                (async (url: string, options: object) => {
                  count(1)
                  const answer = await request(url.replace('https://heapanalytics.com', emulator.url), {
                    ...options,
                    agent: undefined
                  })
                  count(-1)
                  return answer
                }) as typeof request,
                data
              )
          }
        },
        extendRequest: undefined
      })
      const events = Array.from({ length: 23 }, (_, index) => identify(`user-${index}`, String(index + 1)))
      const given = { ...settings, subscription: subscription('identifyUser', mapping) }
      await counted.onBatch(events as never, given)
      expect(Math.max(...most)).toBe(5)
      expect(emulator.requests).toHaveLength(24)
    })

    it('sends the properties of a user whose link is refused for good, and tells the reason', async () => {
      emulator.setFaults({ next: [{ status: 404 }], limitTo: '/api/v1/identify' })
      const [outcome] = await batch('identifyUser', [identify('user-1', '123')], { mapping })
      expect(outcome).toMatchObject({
        status: 200,
        body: { heap_user_id: expect.stringMatching(/^Not linked. Heap answered 404/) }
      })
      expect(emulator.users()).toMatchObject([{ identity: 'user-1', properties: { plan: 'pro' } }])
    })

    it('holds up the links behind one that can be retried, not the users that are linked', async () => {
      emulator.setFaults({ next: [{ status: 429 }] })
      const events = Array.from({ length: 8 }, (_, index) => identify(`user-${index}`, String(index + 1)))
      const outcomes = await batch('identifyUser', events, { mapping })
      const linked = paths().filter((path) => path === 'US /api/v1/identify').length - 1
      expect(linked).toBeLessThan(7)
      expect(outcomes.filter(({ status }) => status === 429)).toHaveLength(8 - linked)
      expect(emulator.users().filter(({ properties }) => properties.plan === 'pro')).toHaveLength(linked)
    })

    it("is dropped silently by Heap beyond 10 a month, with the user's properties stored all the same", async () => {
      const events = Array.from({ length: 11 }, (_, index) => identify('user-1', String(index + 1)))
      for (const event of events) await batch('identifyUser', [event], { mapping })
      const [user] = emulator.users().filter(({ identity }) => identity === 'user-1')
      expect(user.merged_user_ids).toHaveLength(10)
      expect(emulator.requests.filter(({ dropped }) => dropped.length > 0)).toHaveLength(1)
      expect(user.properties).toMatchObject({ plan: 'pro', heap: '11' })
    })
  })
})
