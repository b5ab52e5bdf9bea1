import type { SegmentEvent } from '@segment/actions-core'

/** The example of https://segment.com/docs/connections/spec/ecommerce/v2/#order-completed, as JSON comes in. */
const ORDER = JSON.stringify({
  checkout_id: 'fksdjfsdjfisjf9sdfjsd9f',
  order_id: '50314b8e9bcf000000000000',
  affiliation: 'Google Store',
  total: 27.5,
  subtotal: 22.5,
  revenue: 25,
  shipping: 3,
  tax: 2,
  discount: 2.5,
  coupon: 'hasbros',
  currency: 'USD',
  products: [
    {
      product_id: '507f1f77bcf86cd799439011',
      sku: '45790-32',
      name: 'Monopoly: 3rd Edition',
      price: 19,
      quantity: 1,
      category: 'Games',
      url: 'https://www.example.com/product/path',
      image_url: 'https:///www.example.com/product/path.jpg'
    },
    {
      product_id: '505bd76785ebb509fc183733',
      sku: '46493-32',
      name: 'Uno Card Game',
      price: 3,
      quantity: 2,
      category: 'Games'
    }
  ]
})

/** Track calls as a server sends them, each of another known user. They have no anonymousId: then both make one request for a single one. */
export function knownUserEvents(count: number, first = 0): SegmentEvent[] {
  return Array.from({ length: count }, (_, offset) => knownUserEvent(first + offset))
}

function knownUserEvent(index: number): SegmentEvent {
  return {
    type: 'track',
    event: 'Order Completed',
    userId: `user-${index}`,
    messageId: `node-next-1795464159383-${index}`,
    timestamp: '2026-01-02T03:04:05.678Z',
    properties: JSON.parse(ORDER),
    context: { library: { name: '@segment/analytics-node', version: '3.1.0' } },
    integrations: {}
  }
}
