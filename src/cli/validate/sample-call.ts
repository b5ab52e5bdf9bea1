import { parseProblem } from '../../segment/fql'
import { callsTaken } from './calls-taken'
import type { Call } from './calls-taken'

const AUDIENCE_KEY = 'sample_audience'

/** What a call of every type has: https://segment.com/docs/connections/spec/common */
const COMMON = {
  messageId: 'sample-message',
  timestamp: '2026-01-01T00:00:00.000Z',
  userId: 'sample-user',
  anonymousId: 'sample-visitor'
}

const BY_TYPE: Record<string, Call> = {
  track: { event: 'Sample Event', properties: { sample: true } },
  identify: { traits: { email: 'sample@example.com' } },
  page: { name: 'Sample Page', properties: { url: 'https://example.com/', path: '/', title: 'Sample' } },
  screen: { name: 'Sample Screen', properties: { sample: true } },
  group: { groupId: 'sample-group', traits: { name: 'Sample Group' } },
  alias: { previousId: 'sample-visitor' }
}

const CONTEXT = {
  ip: '192.0.2.1',
  userAgent: 'sample',
  locale: 'en-US',
  library: { name: 'sample', version: '1.0.0' },
  page: { url: 'https://example.com/', path: '/', title: 'Sample', referrer: '', search: '' },
  traits: { email: 'sample@example.com' }
}

const PERSONAS = {
  computation_class: 'audience',
  computation_key: AUDIENCE_KEY,
  computation_id: 'aud_sample',
  namespace: 'sample',
  external_audience_id: 'sample'
}

/** Calls as Segment sends them that a subscription takes, one for each way to meet it. None when the FQL is wrong. */
export function sampleCalls(subscribe: string): Call[] {
  return parseProblem(subscribe) === undefined ? callsTaken(subscribe).map(completed) : []
}

/** The call that a connected audience sends for an event such as `warehouse_audience_entered_track`. */
export function audienceCall(eventSlug: string): Call {
  const type = eventSlug.endsWith('_identify') ? 'identify' : 'track'
  return completed({ type, context: { personas: {} } })
}

function completed(call: Call): Call {
  const typical = BY_TYPE[String(call.type)] ?? {}
  const { personas, ...context } = (call.context ?? {}) as Call
  const membership = personas === undefined ? {} : { [AUDIENCE_KEY]: true }
  return {
    ...COMMON,
    ...typical,
    ...call,
    properties: { ...(typical.properties as Call), ...membership, ...(call.properties as Call) },
    traits: { ...(typical.traits as Call), ...membership, ...(call.traits as Call) },
    context: { ...CONTEXT, ...context, ...(personas ? { personas: { ...PERSONAS, ...personas } } : {}) }
  }
}
