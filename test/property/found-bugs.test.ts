import { heapUser } from '../../src/destinations/heap/identifyUser'
import { heapEvent } from '../../src/destinations/heap/trackEvent'

/** Smallest cases of what the other tests in this folder have found. */
describe('found bugs', () => {
  const unreadable = () =>
    Object.defineProperty<Record<string, unknown>>({ a: 1 }, 'b', { get: fail, enumerable: true })

  function fail(): never {
    throw new Error('from the data')
  }

  it('takes an event with a property that throws when it is read', () => {
    const properties = { a: 1, segment_library: 'segment' }
    const item = { event: 'E', identity: 'ann', properties, idempotency_key: 'message-1' }
    expect(heapEvent({ message_id: 'message-1', identity: 'ann', event: 'E', properties: unreadable() })).toStrictEqual(
      [{ call: 'track', item }]
    )
  })

  it('takes a user with a trait that throws when it is read', () => {
    const item = { identity: 'ann', properties: { a: 1, anonymous_id: 'anon-1' } }
    expect(heapUser({ user_id: 'ann', anonymous_id: 'anon-1', traits: unreadable() })).toStrictEqual([
      { call: 'userProperties', item }
    ])
  })
})
