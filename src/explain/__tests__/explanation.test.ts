import type { DestinationDefinition } from '@segment/actions-core'
import heap from '../../destinations/heap'
import { defaultSubscriptions } from '../../segment/connection'
import type { Subscription } from '../../segment/connection'
import { Engine } from '../../segment/engine'
import { parseMessage } from '../../segment/message'
import { explain, remember } from '../explanation'
import type { Connection } from '../explanation'
import { HeapInProcess } from '../heap-verdict'
import { explanationText } from '../text'

const definition = heap as DestinationDefinition<unknown>
const DEFAULTS = defaultSubscriptions(definition)
const ALL_TRACKS: Subscription = { ...DEFAULTS[0], name: 'All Tracks', subscribe: 'type = "track"' }

const TIME = '2026-01-02T03:04:05.000Z'
const PAID = { type: 'track', messageId: 'message-1', userId: 'user-1', event: 'Paid', timestamp: TIME }
const IDENTIFIED = {
  type: 'identify',
  messageId: 'message-2',
  userId: 'user-1',
  anonymousId: 'anon-1',
  traits: { id: 7 }
}
const VISITED = { type: 'track', messageId: 'message-3', userId: 'guest', anonymousId: 'anon-1', event: 'Visited' }
const AUDIENCE = {
  ...IDENTIFIED,
  traits: { vip: true },
  context: { personas: { computation_class: 'audience', computation_key: 'vip' } }
}

function messageOf(call: object) {
  const parsed = parseMessage(call, { receivedAt: new Date(TIME) })
  if ('error' in parsed) throw new Error(parsed.error)
  return parsed.message
}

/** The text on a call, once Heap knows of those before it. */
async function textOn(
  call: object,
  { before = [], subscriptions = DEFAULTS, settings = { appId: '11' } }: Options = {}
) {
  const engine = new Engine({ definition, dryRun: true })
  const connection: Connection = { engine, settings, subscriptions, heap: new HeapInProcess() }
  for (const earlier of before) await remember(messageOf(earlier), connection)
  return explanationText(await explain(messageOf(call), connection)).join('\n')
}

interface Options {
  before?: object[]
  subscriptions?: Subscription[]
  settings?: object
}

describe('the explanation of a call', () => {
  it('tells everything from the integrations to what Heap does', async () => {
    const properties = { total: 9.5, foo: { list: [1], none: null }, long: 'x'.repeat(1100) }
    expect(await textOn({ ...PAID, properties }, { subscriptions: DEFAULTS.slice(0, 2) })).toBe(
      `The track call "Paid" of "user-1", message ID message-1:
- Heap stores the event "Paid" for user-1, who is new in what was read.

It has no integrations object, so all destinations get it.
"Track Calls" matches and runs trackEvent.
"Page Calls" does not match: type is "track", needed: type = "page".

Track Calls (trackEvent)
  Mapped payload: ${JSON.stringify({
    message_id: 'message-1',
    identity: 'user-1',
    event: 'Paid',
    properties,
    timestamp: TIME,
    type: 'track',
    nested_properties: 'flatten',
    enable_batching: true,
    batch_size: 1000
  })}
  Not found in the event: $.anonymousId for anonymous_id, $.name for name, $.context.library.name for library.
  It belongs to "user-1": $.userId gives the identity.
  Request: POST https://heapanalytics.com/api/track ${JSON.stringify({
    app_id: '11',
    events: [
      {
        event: 'Paid',
        identity: 'user-1',
        properties: { total: 9.5, 'foo.list': '[1]', long: 'x'.repeat(1023), segment_library: 'segment' },
        timestamp: TIME,
        idempotency_key: 'message-1'
      }
    ]
  })}
  Kept: identity, event, properties.total, timestamp.
  Renamed: message_id to idempotency_key.
  Converted: properties.foo.list from [1] to "[1]".
  Cut: properties.long from 1100 characters to 1023.
  Not in the request: properties.foo.none (null), type ("track").
  Added: properties.segment_library "segment".`
    )
  })

  it.each<[string, object, Options, string[]]>([
    [
      'integrations that switch it off',
      { ...PAID, integrations: { All: false } },
      {},
      ['does not reach Heap: its integrations turn this destination off.', 'Its integrations: {"All":false}.']
    ],
    ['integrations that allow it', { ...PAID, integrations: { Heap: true } }, {}, ['allow it: {"Heap":true}.']],
    [
      'a call that nobody takes',
      { type: 'alias', userId: 'user-1', previousId: 'anon-1' },
      {},
      ['does not reach Heap: no subscription matches it.', '"Group Calls" does not match: type is "alias"']
    ],
    [
      'what the destination refuses',
      { ...VISITED, anonymousId: undefined },
      {},
      ['- trackEvent refuses it: No user: both `identity` and `anonymous_id` are missing or placeholders.']
    ],
    [
      'a setting that is wrong',
      PAID,
      { settings: { appId: 'x' } },
      ["- trackEvent refuses it: Setting `appId` must be Heap's numeric App ID"]
    ],
    [
      'a repeated event',
      PAID,
      { before: [PAID] },
      ['Heap changes nothing: it has an event with the idempotency key message-1']
    ],
    ['a person Heap knows', PAID, { before: [IDENTIFIED] }, ['Heap stores the event "Paid" for user-1.']],
    [
      'an anonymous event of nobody',
      VISITED,
      {},
      [
        'under the anonymous ID anon-1, until someone is identified with that ID.',
        'It belongs to "anon-1": $.anonymousId gives the user_identifier.anonymous_id.',
        'The identity "guest" is not used.'
      ]
    ],
    [
      'an anonymous event of somebody',
      VISITED,
      { before: [IDENTIFIED] },
      ['Heap stores the event "Visited" for user-1, to whom the anonymous ID anon-1 belongs.']
    ],
    [
      'a join',
      IDENTIFIED,
      {},
      [
        'sets properties of user-1, who is new in what was read; it joins what the anonymous ID anon-1 did, and will do, to user-1.',
        'Renamed: user_id to identity, traits.id to properties._id.'
      ]
    ],
    [
      'an anonymous ID that somebody else has',
      { ...IDENTIFIED, userId: 'user-2' },
      { before: [IDENTIFIED] },
      ['it leaves the anonymous ID anon-1 with user-1, who had it first.']
    ],
    ['an audience', AUDIENCE, {}, ['"Engage Audiences" matches and runs syncAudience.', 'traits_or_properties.vip']],
    [
      'an account',
      { type: 'group', userId: 'user-1', groupId: 'acme', traits: { size: 3 } },
      {},
      ['- Heap sets properties of the account acme.']
    ],
    [
      'a merge',
      { ...IDENTIFIED, context: { heap: '123' } },
      { subscriptions: [mapped('identifyUser', { heap_user_id: { '@path': '$.context.heap' } })] },
      ['- Heap merges the visitor 123 into user-1, permanently.']
    ],
    [
      'a merge over the limit of a month',
      { ...IDENTIFIED, context: { heap: '11' } },
      {
        subscriptions: [mapped('identifyUser', { heap_user_id: { '@path': '$.context.heap' } })],
        before: Array.from({ length: 10 }, (_, at) => ({ ...IDENTIFIED, context: { heap: String(at) } }))
      },
      ['- Heap takes the call and does nothing: the identity already has 10 user_ids this month.']
    ],
    [
      'two mappings for one call',
      PAID,
      { subscriptions: [...DEFAULTS, ALL_TRACKS] },
      [
        '"Track Calls" and "All Tracks" both run trackEvent for this call, so it is sent 2 times',
        '- Heap changes nothing'
      ]
    ],
    [
      'a mapping that fails',
      PAID,
      { subscriptions: [mapped('trackEvent', { event: { '@template': 1 } })] },
      ['The mapping fails.', '- trackEvent refuses it: ']
    ]
  ])('reports %s', async (_name, call, options, expected) => {
    const text = await textOn(call, options)
    for (const part of expected) expect(text).toContain(part)
  })

  it('lets no call write over the terminal', async () => {
    expect(await textOn({ ...PAID, event: 'a\u001b[2J\u202eb', messageId: 'x\ny' })).not.toMatch(/[\u001b\u202e]|x\ny/)
  })
})

function mapped(action: string, fields: object): Subscription {
  const usual = DEFAULTS.find(({ partnerAction }) => partnerAction === action) as Subscription
  return { ...usual, mapping: { ...usual.mapping, ...fields } }
}
