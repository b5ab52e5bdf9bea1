import type { JsonObject, RunResult } from '../../protocol'

export interface Tested {
  url: string
  action: string
  event: unknown
  mapping: JsonObject
  /** Without passwords: what is copied is meant to be passed on. */
  settings: JsonObject
}

/** The same call for a shell. */
export function asCurl({ url, action, event, mapping, settings }: Tested): string {
  const body = JSON.stringify({ settings, mapping, payload: event })
  return `curl ${url}/${action} -H 'content-type: application/json' -d '${body.replace(/'/g, `'\\''`)}'`
}

/** The same call as a test of the destination. */
export function asTestCase({ action, event, mapping, settings }: Tested, { exchanges, outcomes }: RunResult): string {
  const isBatch = Array.isArray(event)
  const [method, events] = isBatch
    ? ['testBatchAction', `events: [${event.map(completeEvent).join(', ')}]`]
    : ['testAction', `event: ${completeEvent(event)}`]
  const call = [
    `createTestIntegration(destination).${method}('${action}', {`,
    `    ${events},`,
    `    settings: ${JSON.stringify(settings)},`,
    `    mapping: ${JSON.stringify(mapping)}`,
    '  })'
  ].join('\n')
  const { error } = outcomes[0]
  const refused = !isBatch && error !== undefined
  return [
    `import { createTestIntegration } from '@segment/actions-core'`,
    `import nock from 'nock'`,
    `import destination from '../index'`,
    '',
    `it('does what the tester showed', async () => {`,
    ...exchanges.map(expectedRequest),
    refused ? `  await expect(${call}).rejects.toThrow(${JSON.stringify(error)})` : `  await ${call}`,
    `  expect(nock.pendingMocks()).toEqual([])`,
    `})`,
    ''
  ].join('\n')
}

function expectedRequest({ request }: RunResult['exchanges'][number]): string {
  const { origin, pathname } = new URL(request.url)
  return `  nock('${origin}').post('${pathname}', ${request.body || 'undefined'}).reply(200, {})`
}

/** What `createTestEvent`, which both methods call, fills in where an event has nothing. */
const FILLED_IN = [
  'anonymousId',
  'context',
  'event',
  'messageId',
  'properties',
  'timestamp',
  'traits',
  'userId',
  'type'
]

function completeEvent(event: unknown): string {
  const absent = FILLED_IN.filter((key) => !Object.keys(event as object).includes(key))
  const nothing = absent.map((key) => `${key}: undefined, `).join('')
  return `{ ${nothing}...${JSON.stringify(event)} } as never`
}
