import type { CallChanges, CallStory } from '../../src/page/protocol'
import type { CallRecord } from '../../src/segment/calls/call-record'
import { startPipeline } from '../../src/testing'
import type { TestPipeline } from '../../src/testing'

let pipeline: TestPipeline
let lines: string[]

beforeEach(async () => {
  lines = []
  pipeline = await startPipeline({ log: (line) => lines.push(line.slice(10)) })
})
afterEach(() => pipeline.close())

async function send(...batch: object[]): Promise<void> {
  await fetch(`${pipeline.url}/v1/batch`, { method: 'POST', body: JSON.stringify({ writeKey: 'key', batch }) })
}

async function asked<Answer>(path: string): Promise<Answer> {
  return (await (await fetch(pipeline.url + path)).json()) as Answer
}

const track = (messageId: string, fields: object = {}) => ({
  ...{ type: 'track', event: 'Paid', userId: 'user-1', messageId },
  ...fields
})
const long = 'x'.repeat(1025)

/** Each case: what is sent under which faults, then the outcome, the log's lines and what the story says. */
const CASES: [string, object[], object, [string, string][], RegExp[], (call: CallRecord) => void][] = [
  [
    'a delivered call',
    [track('m-1')],
    {},
    [['m-1', 'delivered']],
    [/^✓ track {5}Paid {2}user-1 {2}→ \/api\/track 200 \d+ ms$/],
    (call) => expect(call.deliveries[0].attempts[0]).toMatchObject({ status: 200, sent: { event: 'Paid' } })
  ],
  [
    'a call that the Tracking API rejects',
    [{ type: 'track', event: 'Paid', messageId: 'm-1' }],
    {},
    [['m-1', 'rejected']],
    [/^✗ track {5}Paid {2}→ rejected 400$/, /^ +userId and anonymousId are both missing/],
    (call) => expect(call.reason).toMatch(/^userId and anonymousId are both missing/)
  ],
  [
    'a call that no subscription takes',
    [{ type: 'alias', userId: 'user-1', previousId: 'old', messageId: 'm-1' }],
    {},
    [['m-1', 'unmatched']],
    [/^– alias {5}user-1 {2}→ unmatched$/, /^ +no subscription matches it$/],
    (call) =>
      expect(call.subscriptions.every(({ taken, reason }) => !taken && /type is "alias"/.test(reason ?? ''))).toBe(true)
  ],
  [
    'a call that Heap refuses',
    [track('m-1', { properties: { note: 'poison' } })],
    { refuseContaining: 'poison' },
    [['m-1', 'refused']],
    [/^✗ track {5}Paid {2}user-1 {2}→ \/api\/track 400 \d+ ms$/, /^ +\S/],
    (call) => expect(call.deliveries[0].attempts[0].exchanges).toMatchObject([{ response: { statusCode: 400 } }])
  ],
  [
    'a call that is sent again twice',
    [track('m-1')],
    { next: [{ status: 503 }, { status: 429 }] },
    [['m-1', 'delivered']],
    [
      /503 \d+ ms \(will be retried\)/,
      /^ +\S/,
      /429 \d+ ms \(attempt 2, will be retried\)/,
      /^ +\S/,
      /200 \d+ ms \(attempt 3\)/
    ],
    (call) => {
      expect(call.attempts).toBe(3)
      expect(call.deliveries[0].attempts.map(({ status }) => status)).toStrictEqual([503, 429, 200])
    }
  ],
  [
    'a connection that is reset after Heap has stored the call',
    [track('m-1')],
    { next: [{ reset: 'after' }] },
    [['m-1', 'delivered']],
    [/200 \d+ ms$/],
    (call) => {
      const [{ exchanges }] = call.deliveries[0].attempts
      expect(exchanges.map(({ problem, response }) => [problem, response?.statusCode])).toStrictEqual([
        ['no answer', undefined],
        [null, 200]
      ])
    }
  ],
  [
    'calls that are merged into one entry',
    [
      { type: 'identify', userId: 'user-1', messageId: 'm-1', traits: { plan: 'free', city: 'Oslo' } },
      { type: 'identify', userId: 'user-1', messageId: 'm-2', traits: { plan: 'pro' } }
    ],
    {},
    [
      ['m-1', 'delivered'],
      ['m-2', 'delivered']
    ],
    [/^✓ identify .*\/api\/add_user_properties 200/, /^✓ identify .*\/api\/add_user_properties 200/],
    (call) =>
      expect(call.deliveries[0].attempts[0]).toMatchObject({
        batch: 2,
        sent: { properties: { plan: 'pro', city: 'Oslo' } }
      })
  ],
  [
    'two calls with one message ID',
    [track('m-1'), track('m-1', { event: 'Paid again' })],
    {},
    [
      ['m-1', 'delivered'],
      ['m-1', 'delivered']
    ],
    [/Paid {2}/, /Paid again/],
    (call) => {
      expect([null, 1]).toContain(call.repeats)
      expect(pipeline.heap.events().map(({ event }) => event)).toStrictEqual(['Paid'])
    }
  ],
  [
    'a call that the destination itself refuses',
    [track('m-1', { event: long })],
    {},
    [['m-1', 'refused']],
    [/→ trackEvent 400 \d+ ms$/, /1,?024/],
    (call) => expect(call.deliveries[0].attempts[0].exchanges).toStrictEqual([])
  ]
]

describe('the outcome of a call', () => {
  it.each(CASES)(
    '%s: the log, the page and the read-back agree',
    async (_case, batch, faults, outcomes, printed, check) => {
      pipeline.heap.setFaults(faults)
      await send(...batch)
      await pipeline.idle()
      const records = await asked<CallRecord[]>('/_segment/calls')
      expect(records.map(({ messageId, outcome }) => [messageId, outcome])).toStrictEqual(outcomes)
      expect(lines).toStrictEqual(printed.map((line) => expect.stringMatching(line) as string))
      const page = await asked<CallChanges>('/_page/calls?since=0')
      expect(page.calls.sort((a, b) => a.number - b.number)).toMatchObject(
        outcomes.map(([messageId, outcome]) => ({ messageId, outcome }))
      )
      for (const summary of page.calls) {
        const call = await asked<CallRecord>(`/_segment/calls/${summary.number}`)
        check(call)
        expect(call).toMatchObject(summary)
        expect((await asked<CallStory>(`/_page/calls/${summary.number}`)).record).toStrictEqual(call)
      }
    }
  )
})
