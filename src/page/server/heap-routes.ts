import { Hono } from 'hono'
import type { Context } from 'hono'
import type { Emulator } from '../../emulator'
import { BodyError, readJsonObject } from '../../segment/json-body'
import type { HeapView, Question } from './heap-view'

const MAX_BODY_BYTES = 64 * 1024

/** What the emulator holds, for the page, and its faults, read and replaced. */
export function heapRoutes(heap: HeapView, emulator: Emulator): Hono {
  const app = new Hono()
  app.get('/people', (context) => context.json(heap.people(question(context))))
  app.get('/accounts', (context) => context.json(heap.accounts(question(context))))
  app.get('/requests', (context) => context.json(heap.requests(question(context))))
  app.get('/person', (context) => {
    const { app: appId = '', user = '' } = context.req.query()
    const person = heap.person(appId, user, question(context).offset)
    return person ? context.json(person) : context.json({ error: 'Heap has no such person.' }, 404)
  })
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

function question({ req }: Context): Question {
  const offset = Number(req.query('offset'))
  return { search: req.query('search')?.trim() ?? '', offset: Number.isSafeInteger(offset) && offset > 0 ? offset : 0 }
}
