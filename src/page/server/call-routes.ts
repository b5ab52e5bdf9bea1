import isEmpty from 'lodash/isEmpty'
import { Hono } from 'hono'
import type { Context } from 'hono'
import { readCall } from '../../segment/calls/call-reader'
import type { Delivery } from '../../segment/calls/call-record'
import type { Calls } from '../../segment/calls/calls'
import { sentItems } from '../../segment/calls/sent-leaves'
import { storyRows } from '../../segment/calls/story'
import type { CallStory, StoryRow } from '../protocol'

/** Calls of one answer: a page that takes 50,000 at once stands still. */
const CALLS_AT_ONCE = 1000

/** The record of calls, for the page. */
export function callRoutes(calls: Calls): Hono {
  const app = new Hono()
  app.get('/calls', (context) =>
    context.body(changesSince(calls, Number(context.req.query('since') ?? 0)), 200, JSON_TYPE)
  )
  app.get('/calls/:number', async (context) => {
    const story = await storyOf(calls, numberIn(context))
    return story ? context.json(story) : context.json({ error: 'The call is no longer kept.' }, 404)
  })
  return app
}

const JSON_TYPE = { 'content-type': 'application/json' }

/** `CallChanges` as JSON. */
function changesSince(calls: Calls, since: number): string {
  const { index } = calls
  const changes = index.since(since, CALLS_AT_ONCE)
  const revision = changes.calls.length < CALLS_AT_ONCE ? calls.revision : changes.revision
  return `{"revision":${revision},"first":${index.first ?? null},"total":${index.size},"calls":[${changes.calls.join(',')}]}`
}

function numberIn({ req }: Context): number {
  return Number(req.param('number'))
}

async function storyOf(calls: Calls, number: number): Promise<CallStory | undefined> {
  const record = await readCall(calls, number)
  if (!record) return undefined
  const rows = record.deliveries.map((delivery): [string, StoryRow[]] => [delivery.subscription, rowsOf(delivery)])
  return { record, rows: Object.fromEntries(rows) }
}

/** By the last attempt that tells what it sent; those of a lone call are all the items of its requests. */
function rowsOf({ mapping, payload, attempts }: Delivery): StoryRow[] {
  const told = attempts.map(({ sent, batch, exchanges }) => sent ?? (batch === 1 ? sentItems(exchanges) : null))
  const sent = told.filter((items) => !isEmpty(items)).pop()
  return payload && sent ? storyRows(mapping, payload, sent).rows : []
}
