import type { DestinationDefinition } from '@segment/actions-core'
import { MultiStatusResponse } from '@segment/actions-core'
import type { SegmentMessage } from '../../segment/message'
import { Engine } from '../../segment/engine'
import { callOf, deliver } from '../deliver'

interface Payload {
  id: string
}

/** An action whose answer to each payload of each attempt the test decides. */
function definitionThat(
  statusOf: (id: string, attempt: number, size: number) => number,
  sent: string[][]
): DestinationDefinition {
  const performBatch = (_request: unknown, { payload }: { payload: Payload[] }) => {
    sent.push(payload.map(({ id }) => id))
    const response = new MultiStatusResponse()
    for (const { id } of payload) {
      const status = statusOf(id, sent.length, payload.length)
      if (status < 300) response.pushSuccessResponse({ status, sent: {}, body: '' })
      else response.pushErrorResponse({ status, errormessage: `status ${status}` })
    }
    return Promise.resolve(response)
  }
  const action = { title: 'A', description: '', fields: { id: { label: 'ID', description: '', type: 'string' } } }
  const perform = () => Promise.reject(new Error('not as a batch'))
  return {
    ...{ name: 'Test', mode: 'cloud', authentication: { scheme: 'custom', fields: {} } },
    actions: { act: { ...action, perform, performBatch } }
  } as DestinationDefinition
}

const job = (messageId: string) => ({ message: { type: 'track', messageId } as SegmentMessage })
const subscription = {
  partnerAction: 'act',
  subscribe: 'type = "track"',
  mapping: { id: { '@path': '$.messageId' }, enable_batching: true }
}

/** Delivers in a time that runs as fast as it can. */
async function run(ids: string[], statusOf: (id: string, attempt: number, size: number) => number) {
  const seen = { sent: [] as string[][], settled: {} as Record<string, number>, resent: [] as string[][] }
  const waits: number[] = []
  const definition = definitionThat(statusOf, seen.sent)
  const delivery = deliver(
    {
      engine: new Engine({ definition }),
      call: callOf(subscription, { settings: {} }),
      signal: new AbortController().signal,
      settle: ({ message }, { status }) => (seen.settled[String(message.messageId)] = status),
      onRetry: (_jobs, _reason, { waitMs }) => waits.push(waitMs),
      beforeResend: (jobs) => Promise.resolve(void seen.resent.push(jobs.map(({ message }) => message.messageId)))
    },
    ids.map(job)
  ).then(
    () => undefined,
    (error: Error) => error.message
  )
  let isOver = false
  void delivery.finally(() => (isOver = true))
  while (!isOver) await jest.advanceTimersByTimeAsync(1_000)
  return { ...seen, waits, error: await delivery }
}

describe('deliver', () => {
  beforeEach(() => {
    jest.useFakeTimers()
  })
  afterEach(() => {
    jest.useRealTimers()
  })

  it('sends again what can be retried, and nothing else, once the rate allows it', async () => {
    const { sent, settled, resent, error } = await run(['a', 'b', 'c'], (id, attempt) => {
      if (id === 'b') return 400
      return id === 'c' && attempt < 3 ? 503 : 200
    })
    expect({ sent, settled, resent, error }).toStrictEqual({
      sent: [['a', 'b', 'c'], ['c'], ['c']],
      settled: { a: 200, b: 400, c: 200 },
      resent: [['c'], ['c']],
      error: undefined
    })
  })

  it('gives up after twelve attempts that deliver nothing', async () => {
    const { sent, settled, waits, error } = await run(['a'], () => 503)
    expect(sent).toHaveLength(12)
    expect(waits).toHaveLength(11)
    expect(settled).toStrictEqual({})
    expect(error).toBe('gave up after 12 attempts: status 503; run the same command to continue from here')
  })

  it('begins to count anew when an attempt settles something', async () => {
    const { sent, settled, error } = await run(['a', 'b'], (id, attempt) => (id === 'a' && attempt === 11 ? 200 : 503))
    expect(settled).toStrictEqual({ a: 200 })
    expect(sent).toHaveLength(11 + 12)
    expect(error).toMatch(/^gave up after 12 attempts/)
  })

  it('sends half as much after four attempts in vain, twice as much after one that is not, and all in order', async () => {
    const { sent, resent, waits } = await run(['a', 'b', 'c', 'd', 'e', 'f', 'g'], (_id, _attempt, size) =>
      size > 2 ? 503 : 200
    )
    const four = (...ids: string[]) => Array.from({ length: 4 }, () => ids)
    expect(sent).toStrictEqual([
      ...four('a', 'b', 'c', 'd', 'e', 'f', 'g'),
      ['a', 'b', 'c', 'd'],
      ['a', 'b'],
      ...four('c', 'd', 'e', 'f'),
      ['c', 'd'],
      ...four('e', 'f', 'g'),
      ['e', 'f'],
      ['g']
    ])
    expect(resent).toStrictEqual(sent.slice(1))
    expect(waits).toHaveLength(13)
  })
})
