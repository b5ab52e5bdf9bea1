import type { MessageType } from './message'

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

/** One call of each type, and those of Engage: an audience tells of its members in either of two forms. */
export const SAMPLE_CALLS: Readonly<Record<string, SampleCall>> = {
  track: call('track', {
    event: 'Order Completed',
    properties: { total: 42.5, products: [{ sku: 'a-1', price: 42.5 }] }
  }),
  page: call('page', { name: 'Pricing', properties: { url: 'https://example.com/pricing', path: '/pricing' } }),
  screen: call('screen', { name: 'Settings', properties: { tab: 'profile' } }),
  identify: call('identify', { traits: { email: 'ada@example.com', address: { city: 'London' } } }),
  group: call('group', { groupId: 'acme', traits: { name: 'Acme', employees: 20 } }),
  alias: call('alias', { previousId: 'anon-1' }),
  'audience-identify': call('identify', { traits: { big_spenders: true } }, AUDIENCE),
  'audience-track': call('track', { event: 'Audience Exited', properties: { big_spenders: false } }, AUDIENCE),
  'computed-trait': call('identify', { traits: { orders_30_days: 3 } }, TRAIT)
}
