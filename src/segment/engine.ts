import { Destination, transform } from '@segment/actions-core'
import type { DestinationDefinition, JSONObject } from '@segment/actions-core'
import type { Subscription } from './connection'
import { observeRequests } from './exchange'
import type { SegmentMessage } from './message'
import { isRetryable, parseRetryAfter } from './retry'

export interface DispatchTarget<Settings> {
  definition: DestinationDefinition<Settings>
  settings: JSONObject
  subscription: Subscription
  now: () => number
}

/** What became of one message: an HTTP status, 504 standing for a network failure, and the wait that the API asked for. */
export interface Verdict {
  status: number
  error?: string
  retryAfterMs: number
}

/** Sends the messages through the engine, as one batch or each by itself in order. One verdict a message; never throws. */
export async function dispatch<Settings>(
  target: DispatchTarget<Settings>,
  messages: SegmentMessage[],
  batched: boolean
): Promise<Verdict[]> {
  return batched ? dispatchBatch(target, messages) : dispatchEach(target, messages)
}

async function dispatchBatch<Settings>(
  target: DispatchTarget<Settings>,
  messages: SegmentMessage[]
): Promise<Verdict[]> {
  const call = engineCall(target)
  try {
    const [result] = await call.destination.onBatch(messages, call.settings)
    return messages.map((_, index) => ({
      ...nodeVerdict(result?.multistatus?.[index]),
      retryAfterMs: call.retryAfterMs()
    }))
  } catch (error) {
    const status = statusOf(error)
    if (status === undefined || !isRetryable(status)) return dispatchMapped(target, messages)
    return messages.map(() => ({ status, error: textOf(error), retryAfterMs: call.retryAfterMs() }))
  }
}

/** The engine throws for a whole batch when the mapping fails for one of its messages: the others go as a batch. */
async function dispatchMapped<Settings>(
  target: DispatchTarget<Settings>,
  messages: SegmentMessage[]
): Promise<Verdict[]> {
  const failures = messages.map((message) => mappingFailure(target, message))
  const mapped = messages.filter((_, index) => failures[index] === undefined)
  if (mapped.length === messages.length) return dispatchEach(target, messages)
  const verdicts = (mapped.length > 0 ? await dispatchBatch(target, mapped) : []).values()
  return failures.map((failure) => failure ?? (verdicts.next().value as Verdict))
}

/** Also the way out when one message makes the engine throw for the whole batch: its neighbours still arrive. */
async function dispatchEach<Settings>(
  target: DispatchTarget<Settings>,
  messages: SegmentMessage[]
): Promise<Verdict[]> {
  const verdicts: Verdict[] = []
  for (const message of messages) verdicts.push(await dispatchOne(target, message))
  return verdicts
}

async function dispatchOne<Settings>(target: DispatchTarget<Settings>, message: SegmentMessage): Promise<Verdict> {
  const call = engineCall(target)
  try {
    await call.destination.onEvent(message, call.settings)
    return { status: 200, retryAfterMs: 0 }
  } catch (error) {
    return (
      mappingFailure(target, message) ?? {
        status: statusOf(error) ?? 500,
        error: textOf(error),
        retryAfterMs: call.retryAfterMs()
      }
    )
  }
}

/** Final: a mapping that fails for a message now fails for it whenever it is sent. */
function mappingFailure<Settings>(
  { subscription }: DispatchTarget<Settings>,
  message: SegmentMessage
): Verdict | undefined {
  try {
    transform(subscription.mapping ?? {}, message)
    return undefined
  } catch (error) {
    return { status: 400, error: textOf(error), retryAfterMs: 0 }
  }
}

/** A Destination keeps every response it ever saw, so each call has its own; core caches the costly part, the schemas. */
function engineCall<Settings>({ definition, settings, subscription, now }: DispatchTarget<Settings>) {
  let retryAfterMs = 0
  const observed = observeRequests(definition, ({ response }) => {
    if (isRetryable(response.statusCode)) {
      retryAfterMs = Math.max(retryAfterMs, parseRetryAfter(response.headers['retry-after'], now()))
    }
  })
  const { partnerAction, subscribe, mapping = {} } = subscription
  return {
    destination: new Destination(observed),
    settings: { ...settings, subscription: { partnerAction, subscribe, mapping } },
    retryAfterMs: () => retryAfterMs
  }
}

interface StatusNode {
  status: number
  errormessage?: string
  body?: unknown
}

function nodeVerdict(node: StatusNode | undefined): Omit<Verdict, 'retryAfterMs'> {
  if (!node) return { status: 500, error: 'the destination returned no outcome for this message' }
  if (node.status < 300) return { status: node.status }
  const body = typeof node.body === 'string' ? node.body : JSON.stringify(node.body)
  return { status: node.status, error: node.errormessage ?? body ?? `status ${node.status}` }
}

interface EngineError {
  name?: string
  status?: number
  code?: unknown
  message?: string
  response?: { status?: number; content?: string }
}

/** Undefined: the error comes from neither the API nor the network, nor from the definition on purpose. */
function statusOf(error: unknown): number | undefined {
  const { status, response } = error as EngineError
  return status ?? response?.status ?? (isNetworkError(error as EngineError) ? 504 : undefined)
}

/** System codes such as ECONNRESET or EAI_AGAIN; the codes of Node's own mistakes begin with ERR_. */
function isNetworkError({ name, code }: EngineError): boolean {
  return name === 'FetchError' || (typeof code === 'string' && /^E(?!RR_)[A-Z_]+$/.test(code))
}

function textOf(error: unknown): string {
  const { message, response } = error as EngineError
  return [message ?? String(error), response?.content].filter(Boolean).join(': ')
}
