import type { MessageType } from './message'

/** A call that people try things with, and what the Heap destination makes of it with its default mappings. */
export interface Sample {
  name: string
  call: SampleCall
  /** That takes it; null when no preset does. */
  action: string | null
  /** Where it goes, and the item of the request that stands for it. */
  path: string | null
  item: Record<string, unknown> | null
}

/** A call as Segment hands it to destinations. */
export interface SampleCall {
  type: MessageType
  [field: string]: unknown
}

/** What a call of every type has: https://segment.com/docs/connections/spec/common */
function call(type: MessageType, fields: Record<string, unknown>, personas?: Record<string, unknown>): SampleCall {
  return {
    type,
    messageId: `sample-${type}`,
    timestamp: '2026-01-02T03:04:05.000Z',
    userId: 'user-1',
    anonymousId: 'anon-1',
    ...fields,
    context: {
      ip: '192.0.2.1',
      userAgent: 'Mozilla/5.0',
      locale: 'en-GB',
      library: { name: 'analytics.js', version: '2.1.0' },
      page: { url: 'https://example.com/pricing', path: '/pricing', title: 'Pricing', referrer: '', search: '' },
      traits: { email: 'ada@example.com' },
      ...(personas && { personas: { namespace: 'spa_1', computation_id: 'aud_1', ...personas } })
    }
  }
}

const AUDIENCE = { computation_class: 'audience', computation_key: 'big_spenders', external_audience_id: 'external-1' }
const TRAIT = { computation_class: 'trait', computation_key: 'orders_30_days' }

const TRACK = '/api/track'
const USERS = '/api/add_user_properties'
const TIMESTAMP = '2026-01-02T03:04:05.000Z'
const known = (idempotency_key: string) => ({ identity: 'user-1', idempotency_key, timestamp: TIMESTAMP })
const LIBRARY = { segment_library: 'analytics.js' }

/** One call of each type, an anonymous one, and those of Engage: an audience sends its members in either of two forms. */
export const SAMPLES: readonly Sample[] = [
  {
    name: 'track',
    call: call('track', {
      event: 'Order Completed',
      properties: { total: 42.5, products: [{ sku: 'a-1', price: 42.5 }] }
    }),
    action: 'trackEvent',
    path: TRACK,
    item: {
      event: 'Order Completed',
      properties: { total: 42.5, products: '[{"sku":"a-1","price":42.5}]', ...LIBRARY },
      ...known('sample-track')
    }
  },
  {
    name: 'anonymous-track',
    call: { ...call('track', { event: 'Visited', properties: { first: true } }), userId: null },
    action: 'trackEvent',
    path: '/api/integrations/track',
    item: {
      event: 'Visited',
      user_identifier: { anonymous_id: 'anon-1' },
      custom_properties: { first: 'true', ...LIBRARY },
      idempotency_key: 'sample-track',
      timestamp: TIMESTAMP
    }
  },
  {
    name: 'page',
    call: call('page', { name: 'Pricing', properties: { url: 'https://example.com/pricing', path: '/pricing' } }),
    action: 'trackEvent',
    path: TRACK,
    item: {
      event: 'Page viewed',
      properties: { url: 'https://example.com/pricing', path: '/pricing', name: 'Pricing', ...LIBRARY },
      ...known('sample-page')
    }
  },
  {
    name: 'screen',
    call: call('screen', { name: 'Settings', properties: { tab: 'profile' } }),
    action: 'trackEvent',
    path: TRACK,
    item: {
      event: 'Screen viewed',
      properties: { tab: 'profile', name: 'Settings', ...LIBRARY },
      ...known('sample-screen')
    }
  },
  {
    name: 'identify',
    call: call('identify', { traits: { email: 'ada@example.com', address: { city: 'London' } } }),
    action: 'identifyUser',
    path: USERS,
    item: {
      identity: 'user-1',
      properties: { email: 'ada@example.com', 'address.city': 'London', anonymous_id: 'anon-1' }
    }
  },
  {
    name: 'group',
    call: call('group', { groupId: 'acme', traits: { name: 'Acme', employees: 20 } }),
    action: 'groupAccount',
    path: '/api/add_account_properties',
    item: { account_id: 'acme', properties: { name: 'Acme', employees: 20 } }
  },
  { name: 'alias', call: call('alias', { previousId: 'anon-1' }), action: null, path: null, item: null },
  {
    name: 'audience-identify',
    call: call('identify', { traits: { big_spenders: true } }, AUDIENCE),
    action: 'syncAudience',
    path: USERS,
    item: { identity: 'user-1', properties: { big_spenders: true } }
  },
  {
    name: 'audience-track',
    call: call('track', { event: 'Audience Exited', properties: { big_spenders: false } }, AUDIENCE),
    action: 'syncAudience',
    path: USERS,
    item: { identity: 'user-1', properties: { big_spenders: false } }
  },
  {
    name: 'computed-trait',
    call: call('identify', { traits: { orders_30_days: 3 } }, TRAIT),
    action: 'identifyUser',
    path: USERS,
    item: { identity: 'user-1', properties: { orders_30_days: 3, anonymous_id: 'anon-1' } }
  }
]
