import type { CallRecord, JsonObject, PreviewResult, RunRequest, RunResult } from '../protocol'
import { ask } from './api'
import type { Context } from './context'
import { secretKeys, withoutSecrets } from './mapping/manifest'
import type { MenuItems } from './menu'

/** What can be copied of a call. A call that no action took has its link alone. */
export function copiesOf(record: CallRecord, context: Context, onError: (error: Error) => void): MenuItems {
  const link = { 'Link to this call': () => copy(`${location.origin}/?call=${record.number}`) }
  const [delivery] = record.deliveries
  if (!delivery) return link
  const { action, mapping } = delivery
  const request = { action, mapping, event: record.message, settings: context.state.settings }
  return { ...link, ...requestCopies(request, context, onError) }
}

/** Passwords are left out: what is copied is meant to be passed on. */
export function requestCopies(request: RunRequest, context: Context, onError: (error: Error) => void): MenuItems {
  const { manifest, server } = context
  const tested = { ...request, settings: withoutSecrets(request.settings, secretKeys(manifest)), url: server.url }
  const testCase = async () => copy(asTestCase(tested, await ask<PreviewResult>('/_page/preview', { body: request })))
  return { 'As curl': () => copy(asCurl(tested)), 'As test case': () => testCase().catch(onError) }
}

function copy(text: string): Promise<void> {
  return navigator.clipboard.writeText(text)
}

interface Tested {
  url: string
  action: string
  event: unknown
  mapping: JsonObject
  /** Without passwords: what is copied is meant to be passed on. */
  settings: JsonObject
}

/** The same call for a shell. */
function asCurl({ url, action, event, mapping, settings }: Tested): string {
  const body = JSON.stringify({ settings, mapping, payload: event })
  return `curl ${url}/${action} -H 'content-type: application/json' -d '${body.replace(/'/g, `'\\''`)}'`
}

/** The same call as a test of the destination. */
function asTestCase({ action, event, mapping, settings }: Tested, { exchanges, outcomes }: RunResult): string {
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
