import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** A deliberate fault: a text that stands in a file once, and what stands there instead. */
export interface Mutation {
  name: string
  file: string
  from: string
  to: string
}

const ROOT = resolve(__dirname, '../../..')

const QUEUE = 'src/segment/delivery/subscription-queue.ts'
const BATCH = 'src/destinations/heap/batch.ts'
const BULK = 'src/destinations/heap/bulk.ts'
const JOURNAL = 'src/replay/backfill/journal.ts'
const CALLS = 'src/segment/calls/calls.ts'

export const MUTATIONS: Mutation[] = [
  {
    name: 'a retry drops one call',
    file: QUEUE,
    from: 'this.retry(again)',
    to: 'this.retry(again.length > 1 ? again.slice(1) : again)'
  },
  {
    name: 'an outcome stands at its neighbour’s index',
    file: BATCH,
    from: 'outcomeOf(part, answers[index])',
    to: 'outcomeOf(part, answers[index + 1] ?? answers[0])'
  },
  {
    name: 'properties are merged in the wrong order',
    file: BATCH,
    from: 'Object.fromEntries(group.flatMap(',
    to: 'Object.fromEntries([...group].reverse().flatMap('
  },
  {
    name: 'two people are merged',
    file: BATCH,
    from: 'return part.item.identity\n',
    to: 'return part.item.identity.slice(0, -1)\n'
  },
  {
    name: 'an idempotency key changes on retry',
    file: 'src/destinations/heap/trackEvent/index.ts',
    from: 'idempotency_key: messageId,',
    to: 'idempotency_key: messageId + Math.random(),'
  },
  {
    name: 'the queue forgets on restart',
    file: CALLS,
    from: 'this.waiting.push({ number',
    to: 'this.waiting.splice(0, 1, { number'
  },
  {
    name: 'a call is answered with 200 before it is on the disk',
    file: 'src/server/deliveries.ts',
    from: '      await keep()\n',
    to: '      void keep().catch(() => undefined)\n'
  },
  {
    name: 'a call leaves the disk when it is tried, not when it is delivered',
    file: CALLS,
    from: 'if (attempt && attempt.retryAt === undefined) this.store.keep([this.accepted.settle(number, call.done)])',
    to: 'if (attempt) this.store.keep([this.accepted.settle(number, [...call.done, attempt.route])])'
  },
  {
    name: 'a full disk has calls that were answered with 503',
    file: 'src/store/outage.ts',
    from: 'this.owed.set(key, before.get(key))',
    to: 'void before'
  },
  {
    name: 'what was delivered stays on the disk',
    file: CALLS,
    from: 'if (isAccepted) changes.push(this.accepted.settle(number, call.done))',
    to: ''
  },
  {
    name: 'a retry overtakes an earlier call of its user',
    file: QUEUE,
    from: 'job.writesTo !== undefined && !order.isNext(job.writesTo, job, batch)',
    to: 'job.writesTo !== undefined && order === undefined'
  },
  {
    name: 'a 408 counts as a refusal',
    file: 'src/segment/delivery/retry.ts',
    from: '[408, 423, 429]',
    to: '[423, 429]'
  },
  {
    name: 'a 413 is not halved',
    file: BULK,
    from: 'answer.status === 413 && sent > 1',
    to: 'answer.status === 413 && sent > 4'
  },
  {
    name: 'a refusal without an index is believed of the whole request',
    file: BULK,
    from: 'position === undefined ? this.halve(sent)',
    to: 'position === undefined ? this.settled(sent, answer)'
  },
  {
    name: 'the item that Heap names is taken for the one after it',
    file: BULK,
    from: 'Number(match[1]) : sent',
    to: 'Number(match[1]) + 1 : sent'
  },
  {
    name: 'what was not sent counts as delivered',
    file: 'src/destinations/heap/outcome.ts',
    from: 'return { answered: false, status: last.status, reason }',
    to: 'return { answered: true, status: 200, body: reason }'
  },
  {
    name: 'a user whom Heap limits holds up the others',
    file: QUEUE,
    from: 'else if (attempt > 1)',
    to: 'else if (attempt < 0)'
  },
  {
    name: 'a call that waits for its user’s earlier ones keeps the rest from being sent',
    file: QUEUE,
    from: 'else if (!this.flushIsDue)',
    to: 'else if (this.waiting.length === jobs.length)'
  },
  {
    name: 'the age of a call is told by a clock that people set',
    file: 'src/segment/delivery/queue.ts',
    from: 'return performance.now()',
    to: 'return Date.now()'
  },
  {
    name: 'a damaged store is believed',
    file: 'src/store/account.ts',
    from: 'if (kept === JSON.stringify({ ...counted, writes })) return',
    to: 'if (kept !== undefined) return'
  },
  {
    name: 'a backfill notes how far it is before what became of the lines',
    file: JOURNAL,
    from: "await this.store.write([...changes, this.standing.put('now', { options, fingerprint, at, totals })])",
    to: "await this.store.write([this.standing.put('now', { options, fingerprint, at, totals })])\n    await this.store.write(changes)"
  },
  {
    name: 'a backfill forgets the lines that an earlier run left open',
    file: 'src/replay/backfill/replay.ts',
    from: 'this.resume(line)\n      }',
    to: 'if (line.line === 0) this.resume(line)\n      }'
  },
  {
    name: 'a sync forgets of whom Heap may have been told',
    file: 'src/replay/audience/changes.ts',
    from: 'await members.settle(this.acknowledged.splice(0), told)',
    to: 'await members.settle(this.acknowledged.splice(0), [])'
  }
]

/** The sources change; a fault that is in none of them any more proves nothing. */
export function misplaced({ name, file, from }: Mutation): string[] {
  const times = readFileSync(join(ROOT, file), 'utf8').split(from).length - 1
  return times === 1 ? [] : [`${name}: ${file} has this text ${times} times, and not once: ${from}`]
}
