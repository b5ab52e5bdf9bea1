export type Payload = Record<string, unknown>

export const small: Payload = {
  plan: 'enterprise',
  seats: 42,
  active: true,
  email: 'ada@example.com',
  company: 'Analytical Engines'
}

/** 30 leaves, three levels deep; the array of five objects is one leaf. */
export const typical: Payload = {
  order_id: 'ord_50314b8e9bcf000000000000',
  affiliation: 'Google Store',
  total: 27.5,
  subtotal: 22.5,
  revenue: 25.0,
  currency: 'USD',
  gift: false,
  ordered_at: new Date('2026-01-02T03:04:05.678Z'),
  note: null,
  coupon: { code: 'hasbros', discount: 2.5, stackable: false, expires_at: new Date('2026-02-01T00:00:00.000Z') },
  shipping: {
    method: 'express',
    cost: 3,
    address: { street: '1 Market St', city: 'San Francisco', state: 'CA', postal_code: '94105', country: 'US' },
    carrier: { name: 'UPS', tracking: '1Z999AA10123456784', eta: undefined }
  },
  customer: {
    tier: 'gold',
    since: 2019,
    address: { city: 'Oakland', state: 'CA', country: 'US' },
    consent: { email: true, sms: false, push: true }
  },
  products: [1, 2, 3, 4, 5].map((position) => ({
    product_id: `507f1f77bcf86cd79943901${position}`,
    sku: `45790-3${position}`,
    name: 'Monopoly: 3rd Edition',
    price: 19 + position,
    position,
    category: 'Games'
  }))
}

/** Ten leaves in a section, a hundred sections in a group. */
export function wide(leaves: number): Payload {
  const payload: Payload = {}
  for (let section = 0; section < leaves / 10; section++) {
    const group = (payload[`group_${Math.floor(section / 100)}`] ??= {}) as Payload
    group[`section_${section}`] = sectionOf(section)
  }
  return payload
}

function sectionOf(section: number): Payload {
  return {
    id: `id-${section}`,
    name: 'Monopoly: 3rd Edition',
    price: section + 0.5,
    quantity: section % 7,
    available: section % 2 === 0,
    category: 'Games',
    brand: 'Hasbro',
    variant: '200 pieces',
    url: `https://www.example.com/product/${section}`,
    position: section
  }
}

/** One leaf under as many objects. */
export function chain(depth: number): Payload {
  let payload: Payload = { leaf: true }
  for (let level = 1; level < depth; level++) {
    payload = { child: payload }
  }
  return payload
}
