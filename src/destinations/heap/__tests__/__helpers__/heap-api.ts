import { createTestEvent, createTestIntegration } from '@segment/actions-core'
import type { SegmentEvent } from '@segment/actions-core'
import nock from 'nock'
import destination from '../../index'

export const APP_ID = '3000000001'
export const US = 'https://heapanalytics.com'
export const EU = 'https://c.eu.heap-api.com'

export const settings = { appId: APP_ID, region: 'US' }

interface Sent {
  path: string
  body: unknown
}

/** Heap that takes everything, and the bodies that it got, in order. */
export function heapThatAccepts(origin = US): Sent[] {
  const sent: Sent[] = []
  nock(origin)
    .persist()
    .post(/.*/)
    .reply(200, (path, body) => {
      sent.push({ path, body })
      return {}
    })
  return sent
}

/** A Segment event with nothing in it but what is given: no generated ids, no context. */
export function segmentEvent(event: Record<string, unknown>): SegmentEvent {
  const blank = {
    anonymousId: undefined,
    userId: undefined,
    context: {},
    properties: undefined,
    traits: undefined,
    event: undefined
  }
  return createTestEvent({ messageId: 'message-1', timestamp: '2026-01-02T03:04:05.000Z', ...blank, ...event })
}

interface Options {
  mapping?: Record<string, unknown>
  settings?: Record<string, unknown>
}

/** Runs an action as Segment does, the mapping laid over the default one; answers what Heap got. */
export async function send(action: string, event: Record<string, unknown>, options: Options = {}): Promise<Sent[]> {
  const sent = heapThatAccepts(options.settings?.region === 'EU' ? EU : US)
  await testAction(action, event, options)
  return sent
}

export async function testAction(action: string, event: Record<string, unknown>, options: Options = {}) {
  return createTestIntegration(destination).testAction(action, {
    event: segmentEvent(event),
    settings: { ...settings, ...options.settings },
    mapping: (options.mapping ?? {}) as never,
    useDefaultMappings: true
  })
}
