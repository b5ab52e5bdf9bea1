import { RequestLog } from '../request-log'
import { NOW } from './__helpers__/emulator-client'

const KEPT_REQUESTS = 1000
const KEPT_BODY_BYTES = 8 * 1024 * 1024

describe('RequestLog', () => {
  const request = (bytes: number) => ({
    received_at: NOW,
    method: 'POST',
    region: 'US' as const,
    path: '/api/track',
    app_id: '11',
    items: 1,
    bytes,
    text: '{}',
    status: 200,
    response: {},
    fault: null,
    accepted: true,
    dropped: []
  })

  it('keeps the newest requests and counts all', () => {
    const log = new RequestLog()
    for (let sent = 0; sent < KEPT_REQUESTS + 2; sent++) log.add(request(1))
    expect([log.requests.length, log.requests[0].number, log.count]).toEqual([KEPT_REQUESTS, 3, KEPT_REQUESTS + 2])
  })

  it('keeps older requests while their bodies fit, and the newest however large', () => {
    const log = new RequestLog()
    const kept = [KEPT_BODY_BYTES - 1, 1, 1, KEPT_BODY_BYTES + 1].map((bytes) => {
      log.add(request(bytes))
      return log.requests.map(({ number }) => number)
    })
    expect(kept).toEqual([[1], [1, 2], [2, 3], [4]])
  })

  it('has room for a full load of bodies again once cleared', () => {
    const log = new RequestLog()
    log.add(request(KEPT_BODY_BYTES))
    log.clear()
    for (const bytes of [KEPT_BODY_BYTES - 1, 1]) log.add(request(bytes))
    expect(log.requests.map(({ number }) => number)).toEqual([1, 2])
  })
})
