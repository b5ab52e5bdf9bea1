import type { JsonObject } from '../../protocol'

export interface Sample {
  name: string
  action: string
  event: JsonObject | JsonObject[]
}

const ids = { userId: 'user-1', anonymousId: 'anon-1' }
const timestamp = '2026-01-02T03:04:05.000Z'
const personas = { computation_class: 'audience', computation_key: 'big_spenders' }
const hostile = '<img src=x onerror=alert(1)>'

function call(type: string, rest: JsonObject): JsonObject {
  return { type, messageId: `sample-${type}`, timestamp, ...ids, ...rest }
}

const order = call('track', {
  event: 'Order Completed',
  properties: { total: 42.5, paid: true, coupon: null, shipped_at: '2026-01-03T00:00:00.000Z' }
})

/** Events to start from, with the action that usually takes them. */
export const SAMPLES: Sample[] = [
  { name: 'Track', action: 'trackEvent', event: order },
  {
    name: 'Track, nested with arrays',
    action: 'trackEvent',
    event: call('track', {
      event: 'Order Completed',
      properties: {
        foo: { bar: { cheese: 'american', prop: [1, 2, 3], products: [{ A: 'Jello' }, { B: 'Peanut' }] } }
      }
    })
  },
  { name: 'Track, anonymous', action: 'trackEvent', event: { ...order, userId: null, messageId: 'sample-anonymous' } },
  {
    name: 'Page',
    action: 'trackEvent',
    event: call('page', { name: 'Pricing', properties: { url: 'https://example.com/pricing' } })
  },
  { name: 'Screen', action: 'trackEvent', event: call('screen', { name: 'Settings', properties: { tab: 'profile' } }) },
  {
    name: 'Identify',
    action: 'identifyUser',
    event: call('identify', { traits: { id: 7, email: 'ada@example.com', address: { city: 'London' } } })
  },
  {
    name: 'Group',
    action: 'groupAccount',
    event: call('group', { groupId: 'acme', traits: { name: 'Acme', employees: 20 } })
  },
  {
    name: 'Audience entered (identify)',
    action: 'syncAudience',
    event: call('identify', { traits: { big_spenders: true }, context: { personas } })
  },
  {
    name: 'Audience exited (track)',
    action: 'syncAudience',
    event: call('track', { event: 'Audience Exited', properties: { big_spenders: false }, context: { personas } })
  },
  {
    name: 'Computed trait',
    action: 'identifyUser',
    event: call('identify', {
      traits: { orders_30_days: 3 },
      context: { personas: { computation_class: 'trait', computation_key: 'orders_30_days' } }
    })
  },
  {
    name: 'Hostile',
    action: 'trackEvent',
    event: call('track', {
      event: hostile,
      properties: {
        [hostile]: 'javascript:alert(1)',
        constructor: { prototype: { polluted: true } },
        long: 'x'.repeat(2000)
      }
    })
  },
  {
    name: 'Batch with one bad event',
    action: 'trackEvent',
    event: [
      order,
      { ...order, messageId: 'sample-bad', event: '' },
      { ...order, messageId: 'sample-3', userId: 'user-2' }
    ]
  }
]
