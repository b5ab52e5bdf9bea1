import type { RecordedRequest } from '../../emulator'
import type { HeapRequest } from '../protocol'

/** What is searched of a request: bodies of a load test are large. */
export function outline({ number, method, path, region, app_id, status, fault, items }: RecordedRequest): string {
  return JSON.stringify([number, method, path, region, app_id, status, fault, items])
}

export function shownRequest(request: RecordedRequest): HeapRequest {
  const { number, received_at, method, region, path, items, bytes, status, fault, dropped, body, response } = request
  return {
    number,
    receivedAt: received_at,
    method,
    path: region === 'EU' ? `/eu${path}` : path,
    items,
    bytes,
    status,
    fault,
    dropped: dropped.length,
    body,
    response
  }
}
