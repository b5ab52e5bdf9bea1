import heap from '../../../destinations/heap'
import { MAX_REQUESTS_PER_BATCH } from '../../../destinations/heap/bulk'
import {
  MAX_EVENT_NAME_LENGTH,
  MAX_IDENTITY_LENGTH,
  MAX_ITEMS_PER_REQUEST,
  MAX_USERS_PER_DELETION,
  MIN_PARTNER_IDEMPOTENCY_KEY_LENGTH
} from '../../../lib/heap/limits'
import { KEPT_CHARACTERS } from './kept-characters'
import { table } from './markdown'
import { refusalTable } from './refusals'
import type { RefusedCall } from './refusals'

const REFERENCE = 'https://developers.heap.io/reference'

/** What the definition of cloud mode does and does not say in its fields. */
export async function heapNotes(): Promise<string[]> {
  return [
    '## Limits',
    limits(),
    '## Errors',
    'Refused before anything is sent, with the code `PAYLOAD_VALIDATION_FAILED` and status 400; alone in a batch:',
    await refusalTable(heap, REFUSED_CALLS),
    "Heap's answers:",
    ANSWERS,
    '## Deletion',
    deletion()
  ]
}

function limits(): string {
  return table(
    ['what', 'limit', 'beyond it'],
    [
      ['events in a request', linked(MAX_ITEMS_PER_REQUEST, 'bulk-track'), 'more requests'],
      ['users in a request', linked(MAX_ITEMS_PER_REQUEST, 'bulk-add-user-properties'), 'more requests'],
      ['accounts in a request', linked(MAX_ITEMS_PER_REQUEST, 'bulk-add-account-properties'), 'more requests'],
      ['requests for one batch', grouped(MAX_REQUESTS_PER_BATCH), 'what is undecided is left to a retry'],
      ['characters of an event name', linked(MAX_EVENT_NAME_LENGTH, 'track-1'), 'refused'],
      ['characters of an identity', linked(MAX_IDENTITY_LENGTH, 'track-1'), 'refused: cutting could merge people'],
      ['characters of a property key or text', `[${KEPT_CHARACTERS}](${REFERENCE}/track-1)`, 'cut'],
      [
        'characters of the message ID of an anonymous event',
        `${MIN_PARTNER_IDEMPOTENCY_KEY_LENGTH} or more`,
        'shorter ones get the prefix `segment-`'
      ],
      ['events a minute for an App ID', linked(15000, 'bulk-track'), 'Heap answers 429, Segment retries'],
      ['events a minute for an identity', linked(1000, 'bulk-track'), 'Heap answers 429, Segment retries'],
      ['Heap user IDs for an identity in a month', linked(10, 'identify-1'), 'Heap ignores them'],
      ['users in a deletion', linked(MAX_USERS_PER_DELETION, 'user-deletion'), 'refused']
    ]
  )
}

function linked(limit: number, page: string): string {
  return `[${grouped(limit)}](${REFERENCE}/${page})`
}

function grouped(number: number): string {
  return number.toLocaleString('en-US')
}

const TRACK = { message_id: 'message-1', type: 'track', event: 'Paid', identity: 'user-1' }
const TOO_LONG = 'x'.repeat(MAX_EVENT_NAME_LENGTH + 1)

const REFUSED_CALLS: RefusedCall[] = [
  { action: 'trackEvent', when: 'no ID at all', payload: { ...TRACK, identity: null } },
  { action: 'trackEvent', when: 'a track call without a name', payload: { ...TRACK, event: '' } },
  { action: 'trackEvent', when: 'an event name too long', payload: { ...TRACK, event: TOO_LONG } },
  { action: 'trackEvent', when: 'an identity too long', payload: { ...TRACK, identity: TOO_LONG } },
  { action: 'trackEvent', when: 'a timestamp that is no date', payload: { ...TRACK, timestamp: '2026-13-45' } },
  { action: 'trackEvent', when: 'a blank message ID', payload: { ...TRACK, message_id: ' ' } },
  { action: 'identifyUser', when: 'no identity, or a placeholder such as `guest`', payload: { user_id: 'guest' } },
  {
    action: 'identifyUser',
    when: 'a Heap user ID that is no number',
    payload: { user_id: 'user-1', heap_user_id: 'x' }
  },
  {
    action: 'syncAudience',
    when: 'a call that is no audience membership',
    payload: { identity: 'user-1', audience_key: 'vip', traits_or_properties: {} }
  },
  {
    action: 'syncAudience',
    when: 'a key without letters and digits',
    payload: { identity: 'user-1', audience_key: '!', traits_or_properties: { '!': true } }
  },
  { action: 'groupAccount', when: 'no account', payload: { account_id: 'null' } }
]

const ANSWERS = table(
  ['status', 'outcome'],
  [
    ['2xx', 'delivered'],
    [
      '400',
      `Heap refuses the whole request. The item it names, or the half that holds it, is set apart and the rest sent again; final for that item. What ${MAX_REQUESTS_PER_BATCH} requests have not decided gets a 500, which Segment retries`
    ],
    ['401', 'final: the settings `appId` and `apiKey` do not fit; deletion and the test of the settings only'],
    ['413', 'the request is halved'],
    [
      '408, 423, 429, 5xx',
      'Segment retries the events of that request and those of the batch not yet sent; idempotency keys keep events from counting twice'
    ],
    ['none (network, timeout)', 'counts as 504, so Segment retries']
  ]
)

function deletion(): string {
  return `Segment's deletion requests delete the user with that \`userId\` in Heap, [in all environments](${REFERENCE}/user-deletion), some time later. It needs the setting \`apiKey\` and the App ID of Heap's Main Production environment.`
}
