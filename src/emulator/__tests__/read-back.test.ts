import { answerOf, NOW, post, useEmulator } from './__helpers__/emulator-client'

const heap = useEmulator({ rateLimits: false, faults: { retryAfter: 1 } })
const event = { app_id: '11', event: 'A', identity: 'ann' }
const read = (path: string) => answerOf(fetch(heap().url + path))

describe('GET /_emulator/...', () => {
  it('lists what is stored, all of it or for one app_id', async () => {
    await post(`${heap().url}/api/track`, event)
    await post(`${heap().url}/api/track`, { ...event, app_id: '22' })
    await post(`${heap().url}/api/add_account_properties`, { app_id: '11', accounts: [{ account_id: 'acme' }] })
    expect(await read('/_emulator/events')).toEqual({ status: 200, body: heap().events() })
    expect(await read('/_emulator/events?app_id=22')).toEqual({ status: 200, body: heap().events('22') })
    expect(await read('/_emulator/users?app_id=11')).toEqual({ status: 200, body: heap().users('11') })
    expect(await read('/_emulator/users?app_id=33')).toEqual({ status: 200, body: [] })
    expect(await read('/_emulator/accounts')).toEqual({
      status: 200,
      body: [{ app_id: '11', account_id: 'acme', properties: {} }]
    })
    expect(await read('/_emulator/requests')).toEqual({ status: 200, body: heap().requests })
    expect(await read('/_emulator/requests?app_id=22')).toEqual({ status: 200, body: [heap().requests[1]] })
    expect([heap().events(), heap().users()].map(({ length }) => length)).toEqual([2, 2])
  })

  it('records requests whole, refused ones included, and their count', async () => {
    await post(`${heap().url}/eu/api/track`, { app_id: '11', events: [{ event: 1 }] })
    await post(`${heap().url}/api/track`, 'no JSON')
    expect(heap().requests).toEqual([
      {
        number: 1,
        received_at: NOW,
        method: 'POST',
        region: 'EU',
        path: '/api/track',
        app_id: '11',
        items: 1,
        bytes: 38,
        body: { app_id: '11', events: [{ event: 1 }] },
        status: 400,
        response: 'postBody.events[0] should have exactly one of identity, user_id',
        fault: null,
        accepted: false,
        dropped: []
      },
      {
        number: 2,
        received_at: NOW,
        method: 'POST',
        region: 'US',
        path: '/api/track',
        app_id: null,
        items: 0,
        bytes: 7,
        body: 'no JSON',
        status: 400,
        response: { error: 'The body is not valid JSON' },
        fault: null,
        accepted: false,
        dropped: []
      }
    ])
    expect((await fetch(`${heap().url}/_emulator/requests`)).headers.get('x-total-count')).toBe('2')
  })

  it('lists a request that is nested too deep to be printed', async () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000)
    await post(`${heap().url}/api/track`, `{"app_id":"11","event":"A","identity":"ann","properties":{"a":${deep}}}`)
    expect(await read('/_emulator/requests')).toEqual({
      status: 200,
      body: [{ ...heap().requests[0], body: '(nested too deep)' }]
    })
    expect(
      heap()
        .events()
        .map(({ properties }) => properties)
    ).toEqual([{ a: '' }])
  })
})

describe('POST /_emulator/reset', () => {
  it('empties everything and brings back the faults of the start', async () => {
    const { requests } = heap()
    await post(`${heap().url}/api/track`, event)
    heap().setFaults({ delayMs: 1 })
    expect(await answerOf(post(`${heap().url}/_emulator/reset`, ''))).toEqual({ status: 200, body: {} })
    expect([heap().events(), heap().users(), heap().accounts(), requests]).toEqual([[], [], [], []])
    expect(await read('/_emulator/faults')).toEqual({ status: 200, body: { retryAfter: 1 } })
    await post(`${heap().url}/api/track`, event)
    expect(requests.map(({ number }) => number)).toEqual([1])
  })
})

describe('POST /_emulator/faults', () => {
  const set = (faults: unknown) => answerOf(post(`${heap().url}/_emulator/faults`, faults))

  it('replaces the faults', async () => {
    const faults = { next: [{ status: 503 }, { status: 500 }] }
    expect(await set(faults)).toEqual({ status: 200, body: faults })
    expect((await post(`${heap().url}/api/track`, event)).status).toBe(503)
    expect(await read('/_emulator/faults')).toEqual({ status: 200, body: { next: [{ status: 500 }] } })
  })

  it('refuses what is not a fault and keeps the old ones', async () => {
    expect(await set({ x: 1 })).toEqual({ status: 400, body: { error: "faults should NOT have a property 'x'" } })
    expect(await set('{')).toEqual({ status: 400, body: { error: 'The body is not valid JSON' } })
    expect(await read('/_emulator/faults')).toEqual({ status: 200, body: { retryAfter: 1 } })
  })
})
