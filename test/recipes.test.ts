import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Destination } from '@segment/actions-core'
import type { DestinationDefinition, JSONObject, SegmentEvent } from '@segment/actions-core'
import { parseFql, validate } from '@segment/destination-subscriptions'
import heap from '../src/destinations/heap'
import { start } from '../src/emulator'
import type { RunningEmulator } from '../src/emulator'
import { redirectRequests } from '../src/segment/redirect'

const page = readFileSync(join(__dirname, '../docs/recipes.md'), 'utf8')

/** The first block of that language under the heading. */
function block(heading: string, language: string): string {
  const section = page.split(/^## /m).find((each) => each.startsWith(heading)) ?? ''
  const [, code] = new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(section) ?? []
  if (code === undefined) throw new Error(`docs/recipes.md has no ${language} under "${heading}"`)
  return code.trim()
}

const mappingOf = (heading: string) => JSON.parse(block(heading, 'json')) as JSONObject

describe('docs/recipes.md', () => {
  let emulator: RunningEmulator
  let destination: Destination<unknown>
  beforeAll(async () => {
    emulator = await start({ rateLimits: false })
    const redirected = redirectRequests(heap as DestinationDefinition, { 'https://heapanalytics.com': emulator.url })
    destination = new Destination(redirected)
  })
  beforeEach(() => emulator.reset())
  afterAll(() => emulator.close())

  async function send(presetName: string, overlay: JSONObject, event: object): Promise<void> {
    const preset = heap.presets?.find(({ name }) => name === presetName)
    if (preset?.type !== 'automatic') throw new Error(`There is no preset "${presetName}"`)
    const subscription = { ...preset, mapping: { ...preset.mapping, ...overlay } }
    await destination.onEvent({ messageId: 'message-1', ...event } as SegmentEvent, { appId: '11', subscription })
  }

  it('joins a server event to the visitor and the session', async () => {
    const context = { heap: { userId: '42', sessionId: '77' } }
    await send('Track Calls', mappingOf('A server event joins'), {
      ...{ type: 'track', event: 'Order Completed', anonymousId: 'anon-1', properties: { total: 9.5 }, context }
    })
    expect(emulator.events()).toMatchObject([
      { endpoint: '/api/track', user_id: '42', session_id: '77', properties: { total: 9.5 } }
    ])
  })

  it.each([
    [{ userId: 'user-1', traits: { email: 'ann@example.com' } }, 'user-1'],
    [{ traits: { email: 'ann@example.com' } }, 'ann@example.com']
  ])('knows people by their email alone: %j', async (call, identity) => {
    await send('Identify Calls', mappingOf('Users with an email'), {
      type: 'identify',
      anonymousId: 'anon-1',
      ...call
    })
    expect(emulator.users().map((user) => user.identity)).toStrictEqual([identity])
  })

  it('names page calls', async () => {
    await send('Page Calls', mappingOf('A custom event name'), { type: 'page', name: 'Pricing', userId: 'user-1' })
    expect(emulator.events()).toMatchObject([
      { event: 'Viewed Pricing page', properties: { segment_library: 'segment' } }
    ])
  })

  it.each([
    ['Mozilla/5.0 (compatible; Googlebot/2.1)', false],
    ['Mozilla/5.0 (X11; Linux x86_64) Chrome/147', true],
    [undefined, true]
  ])('takes a page call of %s: %s', (userAgent, isTaken) => {
    const fql = parseFql(block('Leave out bots', 'fql'))
    if ('error' in fql) throw fql.error
    expect(validate(fql, { type: 'page', context: { userAgent } })).toBe(isTaken)
  })

  it('hashes an identity, and makes none where there is none', async () => {
    const mapping = mappingOf('Hash an identity')
    await send('Track Calls', mapping, { type: 'track', event: 'Paid', userId: 'ann' })
    await send('Track Calls', mapping, { type: 'track', event: 'Seen', anonymousId: 'anon-1', messageId: 'message-2' })
    expect(emulator.events()).toMatchObject([
      { event: 'Paid', identity: '49915e0d7d4b402e3017d010bc1c0e83cac6c797d6c16e66340fe3268693a6a1' },
      { event: 'Seen', identity: null, anonymous_id: 'anon-1' }
    ])
  })
})
