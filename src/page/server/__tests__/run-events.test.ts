import { Socket } from 'net'
import { defaultValues } from '@segment/actions-core'
import type { DestinationDefinition } from '@segment/actions-core'
import heap from '../../../destinations/heap'
import { runEvents } from '../run-events'
import { Engine } from '../../../segment/engine'
import type { JsonObject } from '../../protocol'

const engine = new Engine({ definition: heap as DestinationDefinition, dryRun: true })
const mapping = defaultValues(heap.actions.trackEvent.fields) as JsonObject
const track = {
  type: 'track',
  event: 'Paid',
  userId: 'user-1',
  messageId: 'message-1',
  properties: { id: 1, gone: null }
}

function run(event: unknown, changes: JsonObject = {}, settings: JsonObject = { appId: '11' }) {
  return runEvents(engine, { action: 'trackEvent', event, mapping: { ...mapping, ...changes }, settings })
}

let connected: jest.SpyInstance
beforeEach(() => (connected = jest.spyOn(Socket.prototype, 'connect')))
afterEach(() => expect(connected).not.toHaveBeenCalled())

describe('runEvents, nothing being sent', () => {
  it('shows the request to the last header, the payload and the outcome of each value', async () => {
    const { outcomes, exchanges } = await run(track)
    expect(exchanges.map(({ request }) => ({ ...request, body: JSON.parse(request.body) as unknown }))).toStrictEqual([
      {
        url: 'https://heapanalytics.com/api/track',
        method: 'POST',
        headers: { 'content-type': 'application/json', 'user-agent': 'Segment (Actions)' },
        body: {
          app_id: '11',
          events: [
            {
              event: 'Paid',
              identity: 'user-1',
              properties: { id: 1, segment_library: 'segment' },
              idempotency_key: 'message-1'
            }
          ]
        }
      }
    ])
    expect(outcomes).toStrictEqual([
      {
        status: 200,
        error: undefined,
        retryable: false,
        fields: {},
        payload: {
          message_id: 'message-1',
          identity: 'user-1',
          event: 'Paid',
          properties: { id: 1, gone: null },
          type: 'track',
          nested_properties: 'flatten',
          enable_batching: true,
          batch_size: 1000
        },
        missing: [
          { field: 'anonymous_id', path: '$.anonymousId' },
          { field: 'timestamp', path: '$.timestamp' },
          { field: 'name', path: '$.name' },
          { field: 'library', path: '$.context.library.name' }
        ],
        rows: expect.arrayContaining([
          expect.objectContaining({ path: 'id', sentAs: 'properties.id', change: 'kept' }),
          expect.objectContaining({ path: 'gone', sentAs: null, change: 'dropped' }),
          expect.objectContaining({ sentAs: 'properties.segment_library', change: 'added' })
        ])
      }
    ])
  })

  it.each([
    ['a missing field', { message_id: undefined }, 'message_id', /missing the required field 'message_id'/],
    ['a value of another type', { message_id: { a: 1 } }, 'message_id', /Message ID must be a string/],
    ['a broken directive', { event: { '@nope': 1 } }, 'event', /\/event has an invalid directive: @nope/],
    ['a refusal by the action', { timestamp: '', event: '' }, 'event', /No event name/]
  ])('puts %s down to its field', async (_name, changes, field, message) => {
    const { outcomes, exchanges } = await run(track, changes)
    expect(exchanges).toStrictEqual([])
    expect(outcomes).toMatchObject([{ status: 400, retryable: false, error: expect.stringMatching(message) }])
    expect(Object.keys(outcomes[0].fields)).toStrictEqual([field])
  })

  it('puts a wrong setting down to the setting', async () => {
    const { outcomes } = await run(track, {}, { appId: 'abc' })
    expect(outcomes).toMatchObject([{ status: 401, fields: { appId: expect.stringContaining('"abc"') } }])
  })

  it('runs an array as one batch, with an outcome for each event', async () => {
    const { outcomes, exchanges } = await run([
      track,
      { ...track, messageId: undefined },
      { ...track, event: '' },
      track
    ])
    expect(exchanges).toHaveLength(1)
    expect(outcomes.map(({ status, fields }) => [status, Object.keys(fields)])).toStrictEqual([
      [200, []],
      [400, ['message_id']],
      [400, ['event']],
      [200, []]
    ])
  })

  it('shows no password that a request or an error holds', async () => {
    const { outcomes, exchanges } = await run(
      { ...track, userId: 'hush-hush' },
      {},
      { appId: '11', apiKey: 'hush-hush' }
    )
    expect(JSON.stringify([exchanges, outcomes.map(({ error, fields }) => [error, fields])])).not.toContain('hush-hush')
  })

  it('refuses, at the field, Liquid that would keep the server busy, and none that is quick', async () => {
    const long = `{% assign a = 'xxxxxxxxxxxxxxxx' %}${'{% assign a = a | append: a %}'.repeat(14)}`
    const slow = { '@liquid': `${long}{{ a | replace: 'x', 'xxxxxxxx' | replace: 'x', 'yyyyyyyyyy' | size }}` }
    let turns = 0
    const turning = setInterval(() => turns++, 10)
    const { outcomes, exchanges } = await run(track, {
      properties: Object.fromEntries(Array.from({ length: 40 }, (_, at) => [at, slow]))
    })
    clearInterval(turning)
    const message =
      'The Liquid of properties takes longer than a second. Make it simpler, or send fewer events at once.'
    expect(outcomes).toStrictEqual([
      { status: 400, error: message, retryable: false, fields: { properties: message }, missing: [], rows: [] }
    ])
    expect(exchanges).toStrictEqual([])
    expect(turns).toBeGreaterThan(10)

    const quick = await run(track, { event: { '@liquid': '{{ event | upcase }}' } })
    expect(quick.outcomes[0].payload?.event).toBe('PAID')
  })
})
