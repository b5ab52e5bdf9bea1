import { answerOf, post, useEmulator } from './__helpers__/emulator-client'
import { checkFaults, FaultDealer } from '../faults'
import type { Faults } from '../faults'

const heap = useEmulator({ rateLimits: false })
const track = (event: string, path = '/api/track') => post(heap().url + path, { app_id: '11', event, identity: 'ann' })
const stored = () =>
  heap()
    .events()
    .map(({ event }) => event)

/** The status of an answer, or the code of the failed connection. */
async function outcome(response: Promise<Response>): Promise<unknown> {
  return response.then(
    ({ status }) => status,
    (error: Error & { cause: { code: string } }) => error.cause.code
  )
}

describe('Faults over HTTP', () => {
  it('uses up next, one fault for each request', async () => {
    heap().setFaults({ next: [{ status: 503 }, { pass: true }, { reset: 'before' }, { reset: 'after' }] })
    const outcomes = []
    for (const event of ['A', 'B', 'C', 'D', 'E']) outcomes.push(await outcome(track(event)))
    expect(outcomes).toEqual([503, 200, 'ECONNRESET', 'ECONNRESET', 200])
    expect(stored()).toEqual(['B', 'D', 'E'])
    expect(heap().requests.map(({ status, fault, accepted }) => [status, fault, accepted])).toEqual([
      [503, '503', false],
      [200, null, true],
      [null, 'reset-before', false],
      [null, 'reset-after', true],
      [200, null, true]
    ])
  })

  it('sends Retry-After with 429 when it is set', async () => {
    heap().setFaults({ retryAfter: 3, next: [{ status: 429 }, { status: 503 }, { status: 503, retryAfter: 5 }] })
    const headers = []
    for (const event of ['A', 'B', 'C']) headers.push((await track(event)).headers.get('retry-after'))
    expect(headers).toEqual(['3', null, '5'])
    heap().setFaults({ next: [{ status: 429 }] })
    const bare = await track('D')
    expect([bare.status, bare.headers.get('retry-after')]).toEqual([429, null])
  })

  it('strikes at its rate, the same requests for the same seed', async () => {
    const run = async () => {
      heap().setFaults({ seed: 7, status: { '429': 0.3, '503': 0.2 } })
      const statuses = []
      for (let at = 0; at < 40; at++) statuses.push((await track('A')).status)
      return statuses
    }
    const first = await run()
    expect(new Set(first)).toEqual(new Set([200, 429, 503]))
    expect(await run()).toEqual(first)
  })

  it('answers 413 above a number of items or bytes', async () => {
    heap().setFaults({ tooLarge: { items: 1 } })
    const events = [
      { event: 'A', identity: 'ann' },
      { event: 'B', identity: 'ann' }
    ]
    const tooLarge = { status: 413, body: 'Payload Too Large' }
    expect(await answerOf(post(`${heap().url}/api/track`, { app_id: '11', events }))).toEqual(tooLarge)
    expect(await outcome(track('C'))).toBe(200)
    heap().setFaults({ tooLarge: { bytes: 60 } })
    expect(await answerOf(track('x'.repeat(60)))).toEqual(tooLarge)
    expect(await outcome(track('D'))).toBe(200)
    expect(stored()).toEqual(['C', 'D'])
  })

  it('refuses a request with an item that contains a text, naming the item or not', async () => {
    const send = () => {
      const users = [{ identity: 'ann' }, { identity: 'poison-1' }, { identity: 'poison-2' }]
      return answerOf(post(`${heap().url}/api/add_user_properties`, { app_id: '11', users }))
    }
    heap().setFaults({ refuseContaining: 'poison' })
    expect(await send()).toEqual({ status: 400, body: "postBody.users[1] should NOT contain 'poison'" })
    heap().setFaults({ refuseContaining: 'poison', withoutIndex: true })
    expect(await send()).toEqual({ status: 400, body: 'Bad Request' })
    expect(heap().users()).toEqual([])
  })

  it('names no item in the texts of its own rules either, without index', async () => {
    heap().setFaults({ withoutIndex: true })
    expect(await answerOf(track(''))).toEqual({ status: 400, body: 'Bad Request' })
  })

  it('touches only the paths it is limited to, and nothing of the emulator itself', async () => {
    heap().setFaults({ limitTo: '/eu/', status: { '500': 1 } })
    expect(await outcome(track('A'))).toBe(200)
    expect(await outcome(track('B', '/eu/api/track'))).toBe(500)
    heap().setFaults({ status: { '500': 1 } })
    expect(await outcome(fetch(`${heap().url}/_emulator/events`))).toBe(200)
  })

  it('delays each answer', async () => {
    heap().setFaults({ delayMs: 200, limitTo: '/api/track' })
    const order: string[] = []
    const user = { app_id: '11', identity: 'ann' }
    const slow = track('A').then(() => order.push('slow'))
    const quick = post(`${heap().url}/api/add_user_properties`, user).then(() => order.push('quick'))
    await Promise.all([slow, quick])
    expect(order).toEqual(['quick', 'slow'])
  })
})

describe('FaultDealer', () => {
  it('strikes as often as its rates say', () => {
    const dealer = new FaultDealer({ resetBefore: 0.1, resetAfter: 0.2, status: { '503': 0.3 } })
    const strikes = Array.from({ length: 10_000 }, () => JSON.stringify(dealer.strike('/api/track')) ?? 'none')
    const share = (of: unknown) => strikes.filter((strike) => strike === (JSON.stringify(of) ?? 'none')).length / 10_000
    expect(share({ reset: 'before' })).toBeCloseTo(0.1, 1)
    expect(share({ reset: 'after' })).toBeCloseTo(0.2, 1)
    expect(share({ status: 503 })).toBeCloseTo(0.3, 1)
    expect(share(undefined)).toBeCloseTo(0.4, 1)
  })

  it('leaves the list it was given alone', () => {
    const faults: Faults = { next: [{ pass: true }] }
    new FaultDealer(faults).strike('/api/track')
    expect(faults).toEqual({ next: [{ pass: true }] })
  })
})

describe('checkFaults', () => {
  it.each([
    ['no object', [], 'faults should be object'],
    ['an unknown fault', { x: 1 }, "faults should NOT have a property 'x'"],
    ['a status that is not an error', { status: { '200': 1 } }, "faults.status property name '200' is invalid"],
    ['a rate above 1', { resetAfter: 1.5 }, 'faults.resetAfter should be <= 1'],
    [
      'rates above 1 together',
      { resetAfter: 0.6, status: { '500': 0.7 } },
      'faults: the rates add up to 1.30, more than 1'
    ],
    ['a next that is nothing', { next: [{}] }, 'faults.next[0] should have exactly one of status, reset, pass']
  ])('refuses %s', (_name, faults, text) => {
    expect(() => checkFaults(faults)).toThrow(new Error(text))
  })
})
