/**
 * Full batches on a day on which a fifth of the requests fail and Heap refuses one call in a hundred, a fifth of those without
 * naming it: how often each call is tried, and how often in a row in a batch of which nothing is settled. Once as the local
 * queue sends them again, and once as a host does that sends all that is left of a batch as the next one.
 *
 *     node -r ts-node/register test/simulation/bad-day.ts [calls] [statuses of failures]
 */
import type { ModifiedResponse, RequestClient } from '@segment/actions-core'
import type { Payload } from '../../src/destinations/heap/trackEvent/generated-types'
import { sendBatch } from '../../src/destinations/heap/send'
import { heapEvent } from '../../src/destinations/heap/trackEvent'
import { DEFAULT_RETRY_POLICY, isRetryable } from '../../src/segment/delivery/retry'
import { SubscriptionQueue } from '../../src/segment/delivery/subscription-queue'
import { UserOrder } from '../../src/segment/delivery/user-order'
import { randomFrom, VirtualTime } from './__helpers__/virtual-time'

const FAILING = 0.2
const REFUSED = 0.01
const UNNAMED = 0.2
const SIZE = 1000

const [calls = '24000', statuses = '429,500,503,504'] = process.argv.slice(2)
const failures = statuses.split(',').map(Number)
const random = randomFrom(7)

interface Body {
  json: { events: { event: string }[] }
}

function answer({ json: { events } }: Body): { status: number; content: string } {
  const draw = random() / FAILING
  if (draw < 1) return { status: failures[Math.floor(draw * failures.length)], content: 'no' }
  const at = events.findIndex(({ event }) => event !== 'good')
  if (at < 0) return { status: 200, content: '{}' }
  return { status: 400, content: events[at].event === 'named' ? `events[${at}] is bad` : 'Bad Request' }
}

const client = (async (_url: string, body: Body) => answer(body) as ModifiedResponse) as RequestClient

function payloadOf(n: number): Payload {
  const event = random() >= REFUSED ? 'good' : random() < UNNAMED ? 'unnamed' : 'named'
  return { message_id: `m-${n}`, identity: `u-${n}`, event, type: 'track' }
}

/** Attempts of each call, and how many in a row settled nothing of its batch. */
class Tries {
  private readonly of = new Map<string, { all: number; inVain: number }>()
  private longest = 0

  count(batch: Payload[], statuses: number[]): void {
    const isInVain = statuses.every(isRetryable)
    for (const { message_id } of batch) {
      const { all, inVain } = this.of.get(message_id) ?? { all: 0, inVain: 0 }
      this.of.set(message_id, { all: all + 1, inVain: isInVain ? inVain + 1 : 0 })
      if (isInVain) this.longest = Math.max(this.longest, inVain + 1)
    }
  }

  toString(): string {
    const all = [...this.of.values()].map((each) => each.all)
    const mean = all.reduce((sum, each) => sum + each, 0) / all.length
    return `${all.length} calls, ${mean.toFixed(2)} attempts each, ${this.longest} in a row without progress at most`
  }
}

async function deliver(batch: Payload[], tries: Tries): Promise<number[]> {
  const response = await sendBatch(client, { appId: '11' }, batch, heapEvent)
  const statuses = batch.map((_, at) => (response.getResponseAtIndex(at).value() as { status: number }).status)
  tries.count(batch, statuses)
  return statuses
}

async function byHost(payloads: Payload[]): Promise<Tries> {
  const tries = new Tries()
  for (let first = 0; first < payloads.length; first += SIZE) {
    let left = payloads.slice(first, first + SIZE)
    while (left.length > 0) {
      const statuses = await deliver(left, tries)
      left = left.filter((_, at) => isRetryable(statuses[at]))
    }
  }
  return tries
}

async function byQueue(payloads: Payload[]): Promise<Tries> {
  const tries = new Tries()
  const time = new VirtualTime(random)
  const queue = new SubscriptionQueue({
    ...{ subscription: { partnerAction: 'trackEvent' } as never, batchSize: SIZE, flushMs: 1, random },
    ...{ retry: DEFAULT_RETRY_POLICY, order: new UserOrder(), now: () => time.now, report: () => undefined },
    send: async (messages) => {
      const statuses = await deliver(messages as unknown as Payload[], tries)
      return { outcomes: statuses.map((status) => ({ status })), exchanges: [] }
    }
  })
  queue.add(payloads.map((payload, number) => ({ number, json: JSON.stringify(payload), attempt: 0, queuedAt: 0 })))
  await time.until(() => queue.pending() === 0, Infinity)
  time.end()
  return tries
}

async function main(): Promise<void> {
  const payloads = Array.from({ length: Number(calls) }, (_, n) => payloadOf(n))
  process.stdout.write(`local queue: ${String(await byQueue(payloads))}\n`)
  process.stdout.write(`other hosts: ${String(await byHost(payloads))}\n`)
}

void main()
