import { Hono } from 'hono'
import type { Emulator } from '../../emulator'
import { BodyError, readJsonObject } from '../../segment/json-body'

const MAX_BODY_BYTES = 64 * 1024

/** The emulator's faults, read and replaced. */
export function faultRoutes(emulator: Emulator): Hono {
  const app = new Hono()
  app.get('/faults', (context) => context.json(emulator.faults()))
  app.put('/faults', async (context) => {
    const faults = await readJsonObject(context.req.raw, MAX_BODY_BYTES)
    try {
      emulator.setFaults(faults)
    } catch (error) {
      throw new BodyError((error as Error).message)
    }
    return context.json(emulator.faults())
  })
  return app
}
