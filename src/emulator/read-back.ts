import type { Context, Hono } from 'hono'
import { checkFaults } from './faults'
import type { Faults } from './faults'
import type { Heap } from './handle'
import type { RecordedRequest } from './request-log'
import { readBody, toJson, tooLarge } from './sent-body'

/** What only an emulator has: lists of what is stored, reset, and faults that change at run time. */
export function serveReadBack(
  app: Hono,
  heap: Heap,
  controls: { reset(): void; setFaults(faults: Faults): void }
): void {
  const appId = (context: Context) => context.req.query('app_id')
  app.get('/_emulator/events', (context) => context.json(heap.store.events(appId(context))))
  app.get('/_emulator/users', (context) => context.json(heap.store.users(appId(context))))
  app.get('/_emulator/accounts', (context) => context.json(heap.store.accounts(appId(context))))
  app.get('/_emulator/requests', (context) => {
    const requests = heap.log.requests.filter(({ app_id }) => [undefined, app_id].includes(appId(context)))
    const headers = { 'content-type': 'application/json', 'x-total-count': String(heap.log.count) }
    return context.body(`[${requests.map(printed).join(',')}]`, 200, headers)
  })
  app.post('/_emulator/reset', (context) => {
    controls.reset()
    return context.json({})
  })
  app.get('/_emulator/faults', (context) => context.json(heap.faults.current))
  app.post('/_emulator/faults', async (context) => {
    const sent = await readBody(context)
    if (!sent) return context.json(tooLarge(), 413)
    const { json, malformed } = sent
    if (malformed) return context.json({ error: 'The body is not valid JSON' }, 400)
    try {
      controls.setFaults(checkFaults(json))
    } catch (error) {
      return context.json({ error: error instanceof Error ? error.message : String(error) }, 400)
    }
    return context.json(heap.faults.current)
  })
}

// A body can be nested too deep to be written as JSON again.
function printed(request: RecordedRequest): string {
  return toJson(request) ?? JSON.stringify({ ...request, body: '(nested too deep)', dropped: [] })
}
