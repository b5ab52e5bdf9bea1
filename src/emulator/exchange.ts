import { STATUS_CODES } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Faults, Strike } from './faults'
import type { Reply } from './reply'
import { listOf, toJson } from './sent-body'
import type { SentBody } from './sent-body'

const NOT_JSON: Reply = { status: 400, body: { error: 'The body is not valid JSON' } }

/** What Heap makes of a body. It stores, so it is asked only when no fault comes first. */
export type Answer = (json: unknown) => Reply | Promise<Reply>

/** An answer with the faults laid around it; undefined when the connection is cut before anything is stored. */
export async function settle(
  sent: SentBody,
  faults: Faults,
  strike: Strike,
  answer: Answer
): Promise<Reply | undefined> {
  if (faults.delayMs) await sleep(faults.delayMs)
  if (strike && 'reset' in strike && strike.reset === 'before') return undefined
  const reply = faulty(sent, faults, strike) ?? (sent.malformed ? NOT_JSON : await answer(sent.json))
  return reply.status === 400 && faults.withoutIndex ? { ...reply, body: 'Bad Request' } : reply
}

function faulty(sent: SentBody, faults: Faults, strike: Strike): Reply | undefined {
  if (strike && 'status' in strike) return struck(strike, faults)
  if (isTooLarge(sent, faults)) return withStatus(413)
  return refusal(sent.json, faults.refuseContaining)
}

function struck({ status, retryAfter }: { status: number; retryAfter?: number }, faults: Faults): Reply {
  const seconds = retryAfter ?? (status === 429 ? faults.retryAfter : undefined)
  return withStatus(status, seconds === undefined ? {} : { 'Retry-After': String(seconds) })
}

function withStatus(status: number, headers: Record<string, string> = {}): Reply {
  return { status, body: STATUS_CODES[status] ?? `Status ${status}`, headers }
}

function isTooLarge({ text, json }: SentBody, { tooLarge = {} }: Faults): boolean {
  const { items = Infinity, bytes = Infinity } = tooLarge
  return (listOf(json)?.items.length ?? 1) > items || Buffer.byteLength(text) > bytes
}

function refusal(json: unknown, unwanted: string | undefined): Reply | undefined {
  if (unwanted === undefined) return undefined
  const { name, items } = listOf(json) ?? { name: 'events', items: [json] }
  const at = items.findIndex((item) => toJson(item)?.includes(unwanted))
  return at < 0 ? undefined : { status: 400, body: `postBody.${name}[${at}] should NOT contain '${unwanted}'` }
}
