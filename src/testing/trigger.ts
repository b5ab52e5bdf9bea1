import { randomUUID } from 'node:crypto'
import { Errors } from '@oclif/core'
import chunk from 'lodash/chunk'

/** Well below the 500 KB that the Tracking API takes at once. */
const CALLS_AT_A_TIME = 100

export interface TriggerOptions {
  /** The address of the running pipeline. */
  url: string
  writeKey: string
  count: number
}

/**
 * Sends a call as a server's SDK does, each time with a message ID of its own; returns the IDs.
 * @throws CLIError when nothing answers, or the Tracking API rejects it
 */
export async function trigger(call: object, { url, writeKey, count }: TriggerOptions): Promise<string[]> {
  const calls = Array.from({ length: count }, () => ({ ...call, messageId: `trigger-${randomUUID()}` }))
  for (const batch of chunk(calls, CALLS_AT_A_TIME)) await post(`${url}/v1/batch`, writeKey, batch)
  return calls.map(({ messageId }) => messageId)
}

async function post(url: string, writeKey: string, batch: object[]): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Basic ${btoa(`${writeKey}:`)}` },
    body: JSON.stringify({ batch, sentAt: new Date().toISOString() })
  }).catch(() => {
    throw new Errors.CLIError(`no server answers at ${url}: start one with serve, or pass its address as --url`)
  })
  const { error } = (await response.json().catch(() => ({}))) as { error?: { message?: string } }
  if (!response.ok) throw new Errors.CLIError(`the Tracking API answered ${response.status}: ${error?.message ?? ''}`)
}
