import { deepStrictEqual, ok, strictEqual } from 'node:assert'
import { IntegrationError, InvalidAuthenticationError, RetryableError } from '@segment/actions-core'
import fc from 'fast-check'
import { send, sendBatch } from '../../src/destinations/heap/send'
import type { HeapItem } from '../../src/destinations/heap/heap-api'
import { answer, arbitrary, conversionOf, honest, planned } from './__helpers__/batches'
import type { Conversion, Planned } from './__helpers__/batches'
import { tryCasesAsync } from './__helpers__/cases'
import { FakeHeap, payloadsOf } from './__helpers__/fake-heap'
import type { Behaviour, SeenRequest } from './__helpers__/fake-heap'

const MAX_REQUESTS = 64
/** Each of the four calls leaves some to those that follow. */
const FEWEST_FOR_A_CALL = 16
const MAX_ITEMS = 1000

const PATHS: Record<string, string> = {
  track: '/api/track',
  partnerTrack: '/api/integrations/track',
  userProperties: '/api/add_user_properties',
  accountProperties: '/api/add_account_properties'
}

interface Outcome {
  status: number
  errormessage?: string
  errortype?: string
  sent?: Parameters<typeof payloadsOf>[0]
  body?: unknown
}

interface Settled {
  heap: FakeHeap
  plan: Planned[]
  conversions: Conversion[]
  outcomes: Outcome[]
}

function itemsOf(conversion: Conversion): HeapItem[] {
  if (conversion instanceof Error) throw conversion
  return conversion
}

async function settle(plan: Planned[], behaviour: Behaviour): Promise<Settled> {
  const heap = new FakeHeap(behaviour)
  const conversions = plan.map(conversionOf)
  const response = await sendBatch(heap.client, { appId: '11' }, conversions, itemsOf)
  strictEqual(response.length(), plan.length)
  const outcomes = plan.map((_, index) => response.getResponseAtIndex(index).value() as Outcome)
  outcomes.forEach(({ errormessage }, index) =>
    strictEqual(response.isErrorResponseAtIndex(index), errormessage !== undefined)
  )
  return { heap, plan, conversions, outcomes }
}

const isRetryable = (status: number) => [408, 423, 429].includes(status) || (status >= 500 && status !== 501)

/** What the request was answered with: 504 stands for no answer, 502 for a redirect. */
const statusOf = ({ answer }: Pick<SeenRequest, 'answer'>) => {
  const status = 'status' in answer ? answer.status : 504
  return status >= 300 && status < 400 ? 502 : status
}

const textOf = ({ answer }: SeenRequest) => ('text' in answer ? answer.text : '')

function expectFewRequests({ heap: { requests } }: Settled): void {
  ok(requests.length <= MAX_REQUESTS, `${requests.length} requests`)
  ok(requests.every(({ items }) => items.length > 0 && items.length <= MAX_ITEMS))
  const failed = requests.map((request) => isRetryable(statusOf(request)))
  const stops = requests.findIndex(
    (request, index) => statusOf(request) === 429 || (failed[index] && failed[index - 1])
  )
  ok(stops < 0 || stops === requests.length - 1, 'went on after a 429 or two failures in a row')
}

/** A payload whose link has not gone through is not sent; each is linked at most once. */
function expectLinkedFirst({ heap: { requests, links }, plan }: Settled): void {
  const linked = links.filter((link) => !isRetryable(statusOf(link))).map(({ user }) => user)
  strictEqual(new Set(links.map(({ user }) => user)).size, links.length)
  for (const index of requests.flatMap(({ items }) => items.flat())) {
    const { kind, person } = plan[index]
    if (kind === 'linkedUser') ok(linked.includes(String(person)))
  }
}

/** Only what Heap answered carries `sent` and `body`: core blames the destination when they are set. */
function expectRightBlame({ heap, plan, outcomes }: Settled): void {
  outcomes.forEach((outcome, index) => {
    const isAnswered = 'sent' in outcome
    strictEqual('body' in outcome, isAnswered)
    if (plan[index].kind === 'invalid') {
      deepStrictEqual(outcome, { status: 400, errormessage: 'no', errortype: 'PAYLOAD_VALIDATION_FAILED' })
    } else if (isAnswered && 'properties' in Object(outcome.sent)) {
      ok(payloadsOf(outcome.sent ?? {}).includes(index))
      ok(heap.requests.some((request) => concerns(request, index) && statusOf(request) === outcome.status))
    }
  })
}

function concerns({ items }: SeenRequest, payload: number): boolean {
  return items.some((payloads) => payloads.includes(payload))
}

/** A success is one of every item; a final refusal was named by Heap, or was sent alone, or concerned the whole request. */
function expectRightVerdicts({ heap, conversions, outcomes }: Settled): void {
  outcomes.forEach(({ status }, index) => {
    const conversion = conversions[index]
    if (conversion instanceof IntegrationError) return
    if (status >= 200 && status < 300) {
      const paths = conversion.flatMap(({ call }) => PATHS[call] ?? [])
      ok(paths.every((path) => heap.taken.get(path)?.has(index)))
    } else if (!isRetryable(status)) {
      ok(heap.requests.some((request) => statusOf(request) === status && isAtFault(request, index)))
    }
  })
}

function isAtFault(request: SeenRequest, payload: number): boolean {
  const { items } = request
  if (!concerns(request, payload)) return false
  if (items.length === 1 || ![400, 413].includes(statusOf(request))) return true
  const [, position] = /\b(?:events|users|accounts)\[(\d+)\]/.exec(textOf(request)) ?? []
  return statusOf(request) === 400 && Boolean(items[Number(position)]?.includes(payload))
}

function expectAll(settled: Settled): void {
  expectFewRequests(settled)
  expectLinkedFirst(settled)
  expectRightBlame(settled)
  expectRightVerdicts(settled)
}

/** Without a failure that passes, only a search that ran out of its requests leaves a good payload undelivered. */
function expectGoodOnesDelivered({ heap, plan, outcomes }: Settled): void {
  const merged = (index: number) => heap.requests.flatMap(({ items }) => items.filter((item) => item.includes(index)))
  outcomes.forEach(({ status }, index) => {
    const isGood = [index, ...merged(index).flat()].every(
      (each) => plan[each].kind !== 'invalid' && !plan[each].isPoison
    )
    if (isGood && heap.requests.length < FEWEST_FOR_A_CALL) strictEqual(status, 200)
    if (isGood) ok(status === 200 || status === 500)
    if (plan[index].isPoison) ok([400, 500].includes(status))
  })
}

const small = fc.array(planned(3, 0.2), { minLength: 1, maxLength: 14 })

describe('sendBatch', () => {
  it('settles each payload by what Heap answered to it, whatever that is', async () => {
    await tryCasesAsync(2500, fc.tuple(small, arbitrary), async ([plan, behaviour]) =>
      expectAll(await settle(plan, behaviour))
    )
  })

  it('delivers every good payload to a Heap that refuses bad and large requests', async () => {
    await tryCasesAsync(1500, fc.tuple(small, honest), async ([plan, behaviour]) => {
      const settled = await settle(plan, behaviour)
      expectAll(settled)
      expectGoodOnesDelivered(settled)
    })
  })

  it.each([0.001, 0.01, 0.1])('delivers what is good of large batches with a share of %d refused', async (poison) => {
    const large = fc.noShrink(fc.array(planned(2000, poison), { minLength: 900, maxLength: 2200, size: 'max' }))
    await tryCasesAsync(6, fc.tuple(large, honest), async ([plan, behaviour]) => {
      const settled = await settle(plan, { ...behaviour, maxItems: Math.max(behaviour.maxItems, 100) })
      expectAll(settled)
      expectGoodOnesDelivered(settled)
    })
  })
})

describe('send', () => {
  it('returns Heap’s answer or throws one of core’s errors', async () => {
    const valid = planned(3, 0.1).filter(({ kind }) => kind !== 'invalid')
    await tryCasesAsync(1000, fc.tuple(valid, answer, answer), async ([plan, first, link]) => {
      const heap = new FakeHeap({ naming: 'right', maxItems: 1000, answers: [first], links: [link] })
      try {
        await send(heap.client, { appId: '11' }, itemsOf(conversionOf(plan, 0)))
      } catch (error) {
        const classes = [IntegrationError, RetryableError, InvalidAuthenticationError]
        if (!classes.some((each) => error instanceof each)) throw error
      }
    })
  })
})
