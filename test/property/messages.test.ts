import { deepStrictEqual, ok } from 'node:assert'
import type {
  ActionDefinition,
  DestinationDefinition,
  JSONObject,
  ModifiedResponse,
  RequestClient
} from '@segment/actions-core'
import fc from 'fast-check'
import heap from '../../src/destinations/heap'
import type { Settings } from '../../src/destinations/heap/generated-types'
import { createEmulator } from '../../src/emulator'
import { defaultSubscriptions, subscriptionFilter } from '../../src/segment/connection'
import { Engine } from '../../src/segment/engine'
import { parseMessage } from '../../src/segment/message'
import type { SegmentMessage } from '../../src/segment/message'
import { tryCasesAsync } from './__helpers__/cases'
import { idText } from './__helpers__/ids'
import { expectPrototypesUntouched } from './__helpers__/prototypes'
import { key } from './__helpers__/recipes'

const emulator = createEmulator({ rateLimits: false })

/** The emulator as a request client, without a socket. */
const request = (async (url: string, { json }: { json: unknown }) => {
  const answer = await emulator.app.request(new URL(url).pathname, { method: 'POST', body: JSON.stringify(json) })
  return { status: answer.status, content: await answer.text() } as ModifiedResponse
}) as RequestClient

const definition: DestinationDefinition<Settings> = {
  ...heap,
  actions: Object.fromEntries(Object.entries(heap.actions).map(([name, action]) => [name, overTheEmulator(action)]))
}

function overTheEmulator(action: ActionDefinition<Settings>): ActionDefinition<Settings> {
  const { perform, performBatch } = action
  return {
    ...action,
    perform: (_, data) => perform(request, data),
    performBatch: (_, data) => performBatch?.(request, data)
  }
}

const engine = new Engine({ definition })

const ROUTES = defaultSubscriptions(definition).map((subscription) => ({
  subscription,
  matches: subscriptionFilter(subscription)
}))

const json = fc.letrec<{ value: unknown; object: object }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'max' },
    fc.oneof(fc.string({ unit: 'binary', maxLength: 6 }), fc.double(), fc.boolean(), fc.constant(null)),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('object')
  ),
  object: fc.array(fc.tuple(key, tie('value')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries))
}))

const { value: anything, object } = json
const mostly = <T>(usual: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 8, arbitrary: usual },
    { weight: 1, arbitrary: anything },
    { weight: 1, arbitrary: fc.constant(undefined) }
  )

const personas = fc.record({
  computation_class: mostly(fc.constantFrom('audience', 'trait')),
  computation_key: mostly(fc.oneof(key, fc.constant('vip'))),
  computation_id: mostly(fc.constant('id'))
})

const message = fc.record({
  type: fc.constantFrom('track', 'identify', 'page', 'screen', 'group', 'alias'),
  userId: mostly(idText),
  anonymousId: mostly(idText),
  groupId: mostly(idText),
  messageId: mostly(fc.string()),
  event: mostly(fc.oneof(fc.string(), fc.constantFrom('Audience Entered', 'e'.repeat(1025)))),
  name: mostly(fc.string()),
  properties: mostly(object),
  traits: mostly(fc.oneof(object, fc.constant({ vip: true }))),
  timestamp: mostly(fc.date({ noInvalidDate: true }).map((date) => date.toISOString())),
  context: mostly(fc.record({ personas: mostly(personas), library: mostly(fc.record({ name: mostly(fc.string()) })) }))
})

const good = (type: string, index: number) => ({
  type,
  userId: `good-${index}`,
  groupId: 'group-1',
  event: 'Good',
  messageId: `good-${index}`,
  traits: { vip: true },
  context: { personas: { computation_class: type === 'track' ? 'audience' : 'none', computation_key: 'vip' } },
  properties: { vip: true }
})

/** As it came over the wire. */
function received(sent: object): SegmentMessage[] {
  const parsed = parseMessage(JSON.parse(JSON.stringify(sent)), { receivedAt: new Date(0) })
  return 'message' in parsed ? [parsed.message] : []
}

describe('messages that the Tracking API takes', () => {
  beforeEach(() => emulator.reset())

  it('are delivered or refused for good, each for itself, and Heap refuses nothing', async () => {
    await tryCasesAsync(600, fc.array(message, { minLength: 1, maxLength: 4 }), async (sent) => {
      const messages = [...sent, ...['track', 'identify', 'page', 'group'].map(good)].flatMap(received)
      for (const { subscription, matches } of ROUTES) {
        const batch = messages.filter(matches)
        const { partnerAction: action, mapping = {} } = subscription
        const call = { action, mapping, settings: { appId: '11' } }
        const { outcomes } = await engine.runApart(call, batch as JSONObject[], { batched: batch.length > 0 })
        deepStrictEqual(
          outcomes.filter(
            ({ status }, index) => status !== (batch[index].messageId.startsWith('good-') ? 200 : status)
          ),
          []
        )
        ok(outcomes.every(({ status }) => status === 200 || status === 400))
      }
      deepStrictEqual(
        emulator.requests.filter(({ status }) => status !== 200).map(({ response }) => response),
        []
      )
      emulator.reset()
      expectPrototypesUntouched()
    })
  })
})
