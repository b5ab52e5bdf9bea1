import { connect } from './__helpers__/connection'

const MAPPINGS = {
  identifyUser: { userId: { '@path': '$.userId' } },
  trackEvent: { name: { '@path': '$.event' } }
}

const track = (event: string, ids: object) => ({ type: 'track', event, ...ids })
const named = (calls: unknown[][]) => calls.map(([method, first]) => (first === undefined ? method : first))

describe('analytics.reset()', () => {
  beforeEach(() => jest.useFakeTimers())
  afterEach(() => jest.useRealTimers())

  it('is in its place by the anonymousId where Analytics.js does not tell when calls are made', async () => {
    const { calls, handOver, analytics } = await connect(MAPPINGS)
    await handOver(track('First', { anonymousId: 'anon-1' }))
    analytics.emit('reset')
    await handOver(track('Before', { anonymousId: 'anon-1' }))
    await handOver(track('After', { anonymousId: 'anon-2' }))
    jest.runAllTimers()
    expect(named(calls)).toStrictEqual(['First', 'Before', 'resetIdentity', 'After'])
  })

  it('is made once when no call follows, soon after the last one from before', async () => {
    const { calls, handOver, analytics } = await connect(MAPPINGS)
    const before = ['One', 'Two'].map((event) => track(event, { messageId: event, anonymousId: 'anon-1' }))
    before.forEach((event) => analytics.emit('dispatch_start', { event }))
    analytics.emit('reset')
    analytics.emit('reset')
    for (const event of before) {
      jest.advanceTimersByTime(250)
      await handOver(event)
    }
    expect(named(calls)).toStrictEqual(['One', 'Two'])
    jest.runAllTimers()
    expect(named(calls)).toStrictEqual(['One', 'Two', 'resetIdentity'])
  })

  it('is made at once when the page is left', async () => {
    const { calls, analytics, page } = await connect(MAPPINGS)
    analytics.emit('reset')
    expect(calls).toStrictEqual([])
    page.emit('pagehide')
    jest.runAllTimers()
    expect(named(calls)).toStrictEqual(['resetIdentity'])
  })

  it('waits in its place for a Heap that the page brings', async () => {
    const { calls, handOver, analytics, page } = await connect(MAPPINGS)
    const { heap } = page.window
    page.window.heap = undefined
    await handOver({ type: 'identify', userId: 'ann', anonymousId: 'anon-1' })
    analytics.emit('reset')
    await handOver(track('After', { anonymousId: 'anon-2' }))
    expect(calls).toStrictEqual([])
    page.window.heap = heap
    jest.runAllTimers()
    expect(named(calls)).toStrictEqual(['ann', 'resetIdentity', 'After'])
  })
})

describe('calls that wait for a Heap that never comes', () => {
  beforeEach(() => jest.useFakeTimers())
  afterEach(() => jest.useRealTimers())

  it('are told of after half a minute, once', async () => {
    const { handOver, page } = await connect(MAPPINGS)
    page.window.heap = undefined
    await handOver(track('One', {}))
    jest.advanceTimersByTime(29_000)
    expect(page.warnings).toStrictEqual([])
    jest.advanceTimersByTime(60_000)
    expect(page.warnings).toStrictEqual([expect.stringMatching(/Nothing has loaded Heap yet.*`heapIsOnThePage`/)])
  })
})
