import { Agent, request as httpRequest } from 'node:http'
import { Agent as TlsAgent, request as tlsRequest } from 'node:https'
import type { SegmentEvent } from '@segment/actions-core'
import { flatten } from '../../src/lib/flatten'

/** What delivering a batch costs without an engine: flatten, stringify and post. */
export function bareClient(url: string): { batch(events: SegmentEvent[]): Promise<void> } {
  const tls = url.startsWith('https:')
  const agent = tls ? new TlsAgent({ keepAlive: true }) : new Agent({ keepAlive: true })
  const send = tls ? tlsRequest : httpRequest
  return {
    batch: (events) =>
      new Promise((resolve, reject) => {
        const body = JSON.stringify({ app_id: '11', events: events.map(bareEvent) })
        const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
        const request = send(`${url}/api/track`, { method: 'POST', agent, headers }, (response) => {
          response.resume().on('end', resolve).on('error', reject)
        })
        request.on('error', reject).end(body)
      })
  }
}

function bareEvent({ event, userId, properties, timestamp, messageId }: SegmentEvent): object {
  const flat = flatten({ ...properties, segment_library: 'segment' })
  return { event, identity: userId, properties: flat, timestamp, idempotency_key: messageId }
}
