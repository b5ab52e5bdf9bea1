import { Hono } from 'hono'
import type { Context } from 'hono'
import type { HeapView, Question } from './heap-view'

/** What the emulator holds, for the page. */
export function heapRoutes(heap: HeapView): Hono {
  const app = new Hono()
  app.get('/people', (context) => context.json(heap.people(question(context))))
  app.get('/accounts', (context) => context.json(heap.accounts(question(context))))
  app.get('/requests', (context) => context.json(heap.requests(question(context))))
  app.get('/person', (context) => {
    const { app: appId = '', user = '' } = context.req.query()
    const person = heap.person(appId, user, question(context).offset)
    return person ? context.json(person) : context.json({ error: 'Heap has no such person.' }, 404)
  })
  return app
}

function question({ req }: Context): Question {
  const offset = Number(req.query('offset'))
  return { search: req.query('search')?.trim() ?? '', offset: Number.isSafeInteger(offset) && offset > 0 ? offset : 0 }
}
