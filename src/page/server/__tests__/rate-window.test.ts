import { createEmulator } from '../../../emulator'
import { RateWindow } from '../rate-window'

describe('RateWindow', () => {
  const IDLE = { limited: 0, appEvents: 0, appLimit: 15000, identityEvents: 0, identityLimit: 1000 }
  let now = 0
  const window = new RateWindow(() => now)
  const heap = createEmulator({ faults: { next: [{ pass: true }, { status: 429 }] } })
  heap.onChange((change) => change.type === 'request' && window.add(change.request))

  const send = (path: string, body: object) => heap.app.request(path, { method: 'POST', body: JSON.stringify(body) })
  const events = (identities: string[]) => identities.map((identity) => ({ event: 'Paid', identity }))

  it('counts the accepted events of the busiest app and identity in the last minute', async () => {
    expect(window.rates()).toStrictEqual(IDLE)
    await send('/api/track', { app_id: '11', events: events(['ann', 'bob', 'ann']) })
    await send('/api/track', { app_id: '11', events: events(['ann']) })
    expect(window.rates()).toStrictEqual({ ...IDLE, limited: 1, appEvents: 3, identityEvents: 2 })
    now = 30_000
    await send('/api/track', { app_id: '12', events: events(['ann']) })
    await send('/api/add_user_properties', { app_id: '11', users: [{ identity: 'ann', properties: {} }] })
    expect(window.rates()).toStrictEqual({ ...IDLE, limited: 1, appEvents: 3, identityEvents: 2 })
    now = 60_000
    expect(window.rates()).toStrictEqual({ ...IDLE, appEvents: 1, identityEvents: 1 })
    now = 90_000
    expect(window.rates()).toStrictEqual(IDLE)
  })
})
