import { Hono } from 'hono'
import { createEmulator } from '../emulator'
import type { EmulatorOptions } from '../emulator'
import { jsonNotFound } from '../segment/http-errors'
import { noForeignWrites, noSniffing } from './cross-origin'
import { listen, localHostOnly } from './listen'
import type { LocalServer } from './listen'

/** The emulator on a port of its own, for this machine only. */
export async function serveEmulator(port: number, options: EmulatorOptions): Promise<LocalServer> {
  const app = new Hono()
  app.use(noSniffing, localHostOnly, noForeignWrites)
  app.route('/', createEmulator(options).app)
  app.notFound(jsonNotFound)
  return listen({ port, fetch: (request, bindings) => app.fetch(request, bindings) })
}
