import { Hono } from 'hono'
import type { Emulator, Faults } from '../../emulator'
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

/** Those that make requests fail or wait, in words. */
export function faultsInWords({ status = {}, next = [], ...faults }: Faults): string[] {
  const { delayMs, resetBefore, resetAfter, tooLarge, refuseContaining } = faults
  return [
    ...Object.entries(status).map(([code, share]) => `${code} for ${percent(share)}`),
    resetBefore ? `reset before storing for ${percent(resetBefore)}` : '',
    resetAfter ? `reset after storing for ${percent(resetAfter)}` : '',
    delayMs ? `${delayMs} ms of delay` : '',
    tooLarge ? '413 for large requests' : '',
    refuseContaining ? `400 for "${refuseContaining}"` : '',
    next.length > 0 ? `the next ${next.length} requests` : ''
  ].filter(Boolean)
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`
}
