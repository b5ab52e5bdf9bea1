import type { JsonObject, ShownExchange } from '../cli/page/wire'

export interface Tested {
  url: string
  action: string
  event: unknown
  mapping: JsonObject
  settings: JsonObject
}

/** The same call for a shell. */
export function asCurl({ url, action, event, mapping, settings }: Tested): string {
  const body = JSON.stringify({ settings, mapping, payload: event })
  return `curl ${url}/${action} -H 'content-type: application/json' -d '${body.replace(/'/g, `'\\''`)}'`
}

/** The same call as a test of the destination. */
export function asTestCase({ action, event, mapping, settings }: Tested, exchanges: ShownExchange[]): string {
  const expected = exchanges.map(({ request }) => {
    const { origin, pathname } = new URL(request.url)
    return `  nock('${origin}').post('${pathname}', ${request.body || 'undefined'}).reply(200, {})`
  })
  const run = Array.isArray(event) ? 'testBatchAction' : 'testAction'
  const given = Array.isArray(event) ? 'events' : 'event'
  return [
    `import { createTestIntegration } from '@segment/actions-core'`,
    `import nock from 'nock'`,
    `import destination from '../index'`,
    '',
    `it('sends what the tester showed', async () => {`,
    ...expected,
    `  await createTestIntegration(destination).${run}('${action}', {`,
    `    ${given}: ${JSON.stringify(event)} as never,`,
    `    settings: ${JSON.stringify(settings)},`,
    `    mapping: ${JSON.stringify(mapping)}`,
    `  })`,
    `  expect(nock.isDone()).toBe(true)`,
    `})`
  ].join('\n')
}
