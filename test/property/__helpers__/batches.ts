import { PayloadValidationError } from '@segment/actions-core'
import type { IntegrationError } from '@segment/actions-core'
import fc from 'fast-check'
import type { HeapItem } from '../../../src/destinations/heap/heap-api'
import type { Answer, Behaviour } from './fake-heap'

/** What a payload becomes: what to tell Heap, or why it cannot be told. */
export type Conversion = HeapItem[] | IntegrationError

/** What a payload is planned to be, and whether Heap refuses it. */
export interface Planned {
  kind: 'invalid' | 'track' | 'trackWithTraits' | 'partner' | 'user' | 'linkedUser' | 'account'
  /** Payloads with the same one are merged where Heap has properties. */
  person: number
  isPoison: boolean
}

const kind = fc.constantFrom<Planned['kind']>(
  'invalid',
  'track',
  'track',
  'trackWithTraits',
  'partner',
  'user',
  'linkedUser',
  'account'
)

const chance = (share: number) => fc.integer({ min: 1, max: 1000 }).map((draw) => draw <= share * 1000)

export const planned = (people: number, poison: number): fc.Arbitrary<Planned> =>
  fc.record({ kind, person: fc.nat({ max: people }), isPoison: chance(poison) })

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('', '{}', 'null', '[]', '"x"', 'OK', '{"error":"users[0]"}', 'events[0] and events[1]'),
  fc.integer({ min: -1, max: 30 }).map((index) => `postBody.events[${index}].properties should be object`),
  fc.constant('events[99999999999999999999999]')
)

const status = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(200, 201, 400, 413, 429, 500, 503) },
  { weight: 1, arbitrary: fc.integer({ min: 200, max: 999 }) }
)

export const answer: fc.Arbitrary<Answer> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ status, text }) },
  { weight: 1, arbitrary: fc.record({ throws: fc.constantFrom('connect ECONNREFUSED', 'timed out', '') }) }
)

const naming = fc.constantFrom<Behaviour['naming']>('right', 'none', 'wrong')
const maxItems = fc.constantFrom(1, 2, 3, 7, 1000, 1000, 1000)

/** Refuses what is bad and too large, and takes the rest. */
export const honest: fc.Arbitrary<Behaviour> = fc.record({
  naming,
  maxItems,
  answers: fc.constant([]),
  links: fc.constant([])
})

/** Answers its first requests as it pleases. */
export const arbitrary: fc.Arbitrary<Behaviour> = fc.record({
  naming,
  maxItems,
  answers: fc.array(fc.option(answer, { nil: undefined, freq: 3 }), { maxLength: 12 }),
  links: fc.array(fc.option(answer, { nil: undefined, freq: 2 }), { maxLength: 4 })
})

export function conversionOf({ kind, person, isPoison }: Planned, index: number): Conversion {
  const properties = { [`p${index}`]: true, ...(isPoison ? { poison: true } : {}) }
  const identity = `person-${person}`
  const event = { event: 'E', identity, properties, idempotency_key: `message-${index}` }
  const user: HeapItem = { call: 'userProperties', item: { identity, properties: { ...properties } } }
  switch (kind) {
    case 'invalid':
      return new PayloadValidationError('no')
    case 'track':
      return [{ call: 'track', item: event }]
    case 'trackWithTraits':
      return [{ call: 'track', item: event }, user]
    case 'partner': {
      const custom_properties = Object.fromEntries(Object.keys(properties).map((key) => [key, 'true']))
      const user_identifier = { anonymous_id: identity }
      return [
        { call: 'partnerTrack', item: { event: 'E', user_identifier, custom_properties, idempotency_key: identity } }
      ]
    }
    case 'user':
      return [user]
    case 'linkedUser':
      return [{ call: 'identify', item: { user_id: String(person), identity } }, user]
    case 'account':
      return [{ call: 'accountProperties', item: { account_id: identity, properties } }]
  }
}
