import { subscriptionsFrom } from '../replay/backfill/subscriptions'
import { openSource } from '../replay/source'
import type { Source } from '../replay/source'
import { connectionFrom } from '../replay/target'
import type { ConnectionFlags } from '../replay/target'
import { Engine } from '../segment/engine'
import type { SegmentMessage } from '../segment/message'
import { callsIn } from './calls-in'
import type { ReadCall } from './calls-in'
import { explain, remember } from './explanation'
import type { Connection, Explanation } from './explanation'
import { HeapInProcess } from './heap-verdict'

export { explanationText } from './text'

export interface ExplainFlags extends ConnectionFlags {
  mapping?: string
  /** Only the calls with this ID; those before them that tell who its user is are run through Heap as well. */
  'message-id'?: string
}

type ExplainedCall = { where: string } & ({ explanation: Explanation } | { reason: string })

/**
 * Each call of the files that is asked for, and each line that cannot be read.
 * @throws CLIError when a file or flag is wrong
 */
export async function* explainedCalls(
  paths: string[],
  flags: ExplainFlags,
  signal: AbortSignal
): AsyncGenerator<ExplainedCall> {
  const sources = await Promise.all(paths.map(openSource))
  const connection = await dryConnection(flags)
  const messageId = flags['message-id']
  const startedAt = new Date()
  const calls = () => callsOf(sources, startedAt, signal)
  // Standard input comes but once.
  const isOnce = sources.some(({ isStdin }) => isStdin)
  const people = messageId === undefined || isOnce ? new Set<unknown>() : await peopleOf(calls(), messageId)
  for await (const call of calls()) {
    if ('reason' in call) yield call
    else if (messageId === undefined || call.message.messageId === messageId)
      yield { where: call.where, explanation: await explain(call.message, connection) }
    else if (idsOf(call.message).some((id) => people.has(id))) await remember(call.message, connection)
  }
}

async function dryConnection(flags: ExplainFlags): Promise<Connection> {
  const { definition, settings } = await connectionFrom(flags)
  return {
    engine: new Engine({ definition, dryRun: true }),
    settings,
    subscriptions: await subscriptionsFrom(definition, flags.mapping),
    heap: new HeapInProcess()
  }
}

async function* callsOf(sources: Source[], startedAt: Date, signal: AbortSignal): AsyncGenerator<ReadCall> {
  for (const source of sources) yield* callsIn(source, startedAt, signal)
}

async function peopleOf(calls: AsyncGenerator<ReadCall>, messageId: string): Promise<Set<unknown>> {
  const people = new Set<unknown>()
  for await (const call of calls) {
    if ('message' in call && call.message.messageId === messageId) idsOf(call.message).forEach((id) => people.add(id))
  }
  return people
}

function idsOf({ userId, anonymousId }: SegmentMessage): unknown[] {
  return [userId, anonymousId].filter((id) => id !== undefined && id !== null && id !== '')
}
