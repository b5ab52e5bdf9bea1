import { IntegrationError } from '@segment/actions-core'
import fc from 'fast-check'
import { heapAccount } from '../../src/destinations/heap/groupAccount'
import { BULK_CALLS } from '../../src/destinations/heap/heap-api'
import type { HeapItem } from '../../src/destinations/heap/heap-api'
import { heapUser } from '../../src/destinations/heap/identifyUser'
import { heapMembership } from '../../src/destinations/heap/syncAudience'
import { heapEvent } from '../../src/destinations/heap/trackEvent'
import {
  acceptAccountProperties,
  acceptIdentify,
  acceptPartnerTrack,
  acceptTrack,
  acceptUserProperties
} from '../../src/emulator/accept'
import { tryCases } from './__helpers__/cases'
import { idText } from './__helpers__/ids'
import { expectPrototypesUntouched } from './__helpers__/prototypes'
import { buildObject, key, objectRecipe } from './__helpers__/recipes'

const RULES = {
  track: acceptTrack,
  partnerTrack: acceptPartnerTrack,
  userProperties: acceptUserProperties,
  accountProperties: acceptAccountProperties,
  identify: acceptIdentify
}

/** As it goes over the wire. */
function bodyOf({ call, item }: HeapItem): unknown {
  const { list = undefined, body = {} } = call === 'identify' ? {} : BULK_CALLS[call]
  return JSON.parse(JSON.stringify({ app_id: '11', ...body, ...(list ? { [list]: [item] } : item) }))
}

/** True when Heap takes what the conversion makes of the payload, false when that is refused in core's way. */
function isTaken<Payload>(convert: (payload: Payload) => HeapItem[], payload: Payload): boolean {
  try {
    const items = convert(Object.freeze(payload))
    for (const item of items) {
      const verdict = RULES[item.call](bodyOf(item))
      if ('refusal' in verdict) throw new Error(verdict.refusal)
    }
    return items.length > 0
  } catch (error) {
    if (!(error instanceof IntegrationError && error.status === 400)) throw error
    return false
  } finally {
    expectPrototypesUntouched()
  }
}

/** No payload may fail in another way, and more than `taken` of a hundred are taken: a conversion that refuses all is wrong, too. */
function tryConversion<Payload>(
  { cases, taken }: { cases: number; taken: number },
  payloads: fc.Arbitrary<Payload>,
  convert: (payload: Payload) => HeapItem[]
): void {
  let [tried, count] = [0, 0]
  tryCases(cases, payloads, (payload) => {
    tried++
    if (isTaken(convert, payload)) count++
  })
  expect((100 * count) / tried).toBeGreaterThan(taken)
}

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
const properties = optional(objectRecipe.map((recipe) => buildObject(recipe)))
const nested_properties = fc.constantFrom(undefined, 'flatten', 'index', 'stringify', 'drop', 'no such mode')
const maybeId = fc.oneof(optional(idText), fc.constant(null))
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 10 }),
  fc.constantFrom('', ' ', 'id', '__proto__', 'toString', 'x'.repeat(1024), 'x'.repeat(1025), `${'x'.repeat(1022)}😀`)
)

describe('heapEvent', () => {
  it('makes what Heap takes, or refuses it with a 400 of its own', () => {
    const payloads = fc.record({
      message_id: text,
      identity: maybeId,
      anonymous_id: maybeId,
      event: optional(text),
      properties,
      timestamp: optional(
        fc.oneof(
          fc.date().map(String),
          fc.double(),
          fc.integer(),
          text,
          fc.constantFrom('1700000000', 8.64e15, 8.64e15 + 1)
        )
      ),
      type: fc.constantFrom('track', 'track', 'page', 'screen', undefined),
      name: fc.oneof(optional(text), fc.constant(null)),
      traits: properties,
      nested_properties,
      library: optional(text)
    })
    tryConversion({ cases: 6000, taken: 15 }, payloads, heapEvent)
  })
})

describe('heapUser', () => {
  it('makes what Heap takes, or refuses it with a 400 of its own', () => {
    const heapUserId = fc.oneof(
      fc.constantFrom('', ' 7 ', '-1', '1.5', '007', '9007199254740992'),
      fc.nat().map(String)
    )
    const payloads = fc.record({
      user_id: maybeId,
      anonymous_id: maybeId,
      traits: properties,
      heap_user_id: fc.oneof(optional(heapUserId), fc.constant(null)),
      nested_properties
    })
    tryConversion({ cases: 5000, taken: 15 }, payloads, heapUser)
  })
})

describe('heapMembership', () => {
  it('makes what Heap takes, or refuses it with a 400 of its own', () => {
    const value = fc.oneof(fc.boolean(), fc.constantFrom<unknown>('true', 'false', 'TRUE', 1, null, undefined, {}))
    const payloads = fc
      .record({
        identity: maybeId,
        audience_key: fc.oneof(key, text),
        value,
        other: key,
        membership: optional(fc.boolean())
      })
      .map(({ value, other, ...rest }) => ({
        ...rest,
        traits_or_properties: Object.fromEntries([
          [other, value],
          [rest.audience_key, value]
        ])
      }))
    tryConversion({ cases: 4000, taken: 12 }, payloads, ({ membership, ...payload }) =>
      heapMembership(payload, membership)
    )
  })
})

describe('heapAccount', () => {
  it('makes what Heap takes, or refuses it with a 400 of its own', () => {
    const payloads = fc.record({ account_id: idText, traits: properties, nested_properties })
    tryConversion({ cases: 3000, taken: 50 }, payloads, heapAccount)
  })
})
