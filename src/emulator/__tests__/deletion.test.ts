import { start } from '..'
import type { RunningEmulator } from '..'
import { DeletionApi } from '../deletion'
import { Store } from '../store'
import { answerOf, NOW, post } from './__helpers__/emulator-client'

const UNAUTHORIZED = { status: 401, body: { error: 'Unauthorized' } }
const API = '/api/public/v0'
const TOKEN_LIFE_MS = 300_000

let time: number
let heap: RunningEmulator

beforeEach(async () => {
  time = Date.parse(NOW)
  heap = await start({ apiKeys: { '11': 'secret', '33': 'third' }, deletionDelayMs: 0, now: () => time })
})
afterEach(() => heap.close())

const basic = (credentials: string) => ({ authorization: `Basic ${Buffer.from(credentials).toString('base64')}` })
const askToken = (credentials: string) => answerOf(post(`${heap.url}${API}/auth_token`, '', basic(credentials)))
const token = async (credentials = '11:secret') =>
  ((await askToken(credentials)).body as { access_token: string }).access_token
const remove = (bearer: string, users: unknown) =>
  answerOf(post(`${heap.url}${API}/user_deletion`, { users }, { authorization: `Bearer ${bearer}` }))
const deleted = () =>
  new Promise<void>((resolve) => {
    const end = heap.onChange(({ type }) => type === 'deletion' && (end(), resolve()))
  })
const track = (body: object) => post(`${heap.url}/api/track`, { app_id: '11', ...body })

describe('POST /api/public/v0/auth_token', () => {
  it('gives a token for app_id and API key', async () => {
    expect(await askToken('11:secret')).toEqual({
      status: 200,
      body: { access_token: expect.stringMatching(/^\S{20,}$/) }
    })
  })

  it.each([
    ['a wrong key', '11:other'],
    ['an empty key', '11:'],
    ['an unknown app_id', '22:secret'],
    ['an app_id with letters', 'abc:secret'],
    ['the name of an inherited property', 'constructor:secret'],
    ['no colon', '11']
  ])('answers %s with 401', async (_name, credentials) => {
    expect(await askToken(credentials)).toEqual(UNAUTHORIZED)
  })

  it('answers 401 without credentials', async () => {
    expect(await answerOf(post(`${heap.url}${API}/auth_token`, ''))).toEqual(UNAUTHORIZED)
  })

  it('takes every key that is not empty when no keys are given', async () => {
    await heap.close()
    heap = await start()
    expect((await askToken('22:anything')).status).toBe(200)
    expect(await askToken('22:')).toEqual(UNAUTHORIZED)
  })
})

describe('POST /api/public/v0/user_deletion', () => {
  it('removes users by either id with their events, later, and says so', async () => {
    await track({ event: 'A', identity: 'ann' })
    await track({ event: 'B', identity: 'bob' })
    await track({ event: 'C', user_id: '42' })
    await post(`${heap.url}/api/add_user_properties`, {
      app_id: '11',
      identity: 'ann',
      properties: { anonymous_id: 'x' }
    })
    const events = ['x', 'y'].map((anonymous_id) => ({ event: anonymous_id, user_identifier: { anonymous_id } }))
    await post(`${heap.url}/api/integrations/track`, { app_id: '11', events })
    const bearer = await token()
    const done = deleted()
    const answer = await remove(bearer, [{ identity: 'ann' }, { user_id: '42' }, { identity: 'nobody' }])
    const { deletion_request_id } = answer.body as { deletion_request_id: string }
    expect(answer).toEqual({ status: 201, body: { deletion_request_id, status: 'pending' } })
    await done
    expect(heap.events().map(({ event }) => event)).toEqual(['B', 'y'])
    expect(heap.users().map(({ identity }) => identity)).toEqual(['bob'])
    const status = fetch(`${heap.url}${API}/deletion_status/${deletion_request_id}`, {
      headers: { authorization: `Bearer ${bearer}` }
    })
    expect(await answerOf(status)).toEqual({ status: 200, body: { deletion_request_id, status: 'complete' } })
  })

  it('leaves the same identity of another app_id alone', async () => {
    await track({ event: 'A', identity: 'ann', app_id: '22' })
    const done = deleted()
    await remove(await token(), [{ identity: 'ann' }])
    await done
    expect(heap.users().map(({ app_id, identity }) => [app_id, identity])).toEqual([['22', 'ann']])
  })

  it('answers an unknown token with 401', async () => {
    expect(await remove('nonsense', [{ identity: 'ann' }])).toEqual(UNAUTHORIZED)
  })

  it('takes a token for five minutes', async () => {
    const bearer = await token()
    time += TOKEN_LIFE_MS - 1
    expect((await remove(bearer, [])).status).toBe(201)
    time += 1
    expect(await remove(bearer, [])).toEqual(UNAUTHORIZED)
  })

  it('takes no token from before a reset', async () => {
    const bearer = await token()
    heap.reset()
    expect(await remove(bearer, [])).toEqual(UNAUTHORIZED)
  })

  it('refuses a body against the rules', async () => {
    expect(await remove(await token(), [{}])).toEqual({
      status: 400,
      body: 'postBody.users[0] should have exactly one of identity, user_id'
    })
  })

  it('is not in the EU region', async () => {
    expect(await answerOf(post(`${heap.url}/eu${API}/user_deletion`, {}))).toEqual({
      status: 404,
      body: { error: 'No POST route here' }
    })
  })
})

describe('GET /api/public/v0/deletion_status/<id>', () => {
  const status = (headers: Record<string, string>, id = 'none') =>
    answerOf(fetch(`${heap.url}${API}/deletion_status/${id}`, { headers }))

  it('answers an unknown id with 404', async () => {
    expect(await status({ authorization: `Bearer ${await token()}` })).toEqual({
      status: 404,
      body: { error: 'Unknown deletion request' }
    })
  })

  it("answers 404 for another app_id's deletion", async () => {
    const { body } = await remove(await token(), [{ identity: 'ann' }])
    const { deletion_request_id } = body as { deletion_request_id: string }
    const ofAnother = { authorization: `Bearer ${await token('33:third')}` }
    expect((await status(ofAnother, deletion_request_id)).status).toBe(404)
    expect((await status({ authorization: `Bearer ${await token()}` }, deletion_request_id)).status).toBe(200)
  })

  it('answers 401 without a token', async () => {
    expect(await status({})).toEqual(UNAUTHORIZED)
  })
})

describe('DeletionApi', () => {
  afterEach(() => jest.useRealTimers())

  it('carries out no deletion that was pending when it was cleared', () => {
    jest.useFakeTimers()
    const onDeleted = jest.fn()
    const api = new DeletionApi({ store: new Store(Date.now), delayMs: 1000, now: Date.now, onDeleted })
    const ask = () => {
      const { body } = api.issueToken(basic('11:secret').authorization)
      return api.request(`Bearer ${(body as { access_token: string }).access_token}`, { users: [{ identity: 'ann' }] })
    }
    expect(ask().status).toBe(201)
    api.clear()
    jest.advanceTimersByTime(1000)
    expect(onDeleted).not.toHaveBeenCalled()
    expect(ask().status).toBe(201)
    jest.advanceTimersByTime(1000)
    expect(onDeleted).toHaveBeenCalledTimes(1)
  })
})
