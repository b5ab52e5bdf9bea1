import { Analytics } from '@segment/analytics-node'
import type { DestinationDefinition } from '@segment/actions-core'
import { SAMPLES } from '../../src/segment/sample-calls'
import { startPipeline } from '../../src/testing'
import type { PipelineOptions, TestPipeline } from '../../src/testing'
import { start } from '../../src/emulator'

let pipeline: TestPipeline
afterEach(() => pipeline.close())

async function send(...calls: object[]): Promise<Response> {
  const headers = { authorization: `Basic ${btoa('a-write-key:')}` }
  return fetch(`${pipeline.url}/v1/batch`, { method: 'POST', headers, body: JSON.stringify({ batch: calls }) })
}

const begin = async (options?: PipelineOptions) => (pipeline = await startPipeline(options))
const outcomes = async () => (await pipeline.calls()).map(({ messageId, outcome }) => [messageId, outcome])

describe('startPipeline', () => {
  it('delivers what a real SDK sends, and shows the call and what Heap has of it', async () => {
    await begin()
    const analytics = new Analytics({ writeKey: 'a-write-key', host: pipeline.url })
    analytics.track({ userId: 'user-1', event: 'Order Completed', properties: { total: 9.5 } })
    await analytics.closeAndFlush()
    await pipeline.expectNoRejectedCalls()
    expect(pipeline.heap.events()).toMatchObject([{ event: 'Order Completed', properties: { total: 9.5 } }])
    const [call] = await pipeline.calls({ event: 'Order Completed' })
    expect(call).toMatchObject({ outcome: 'delivered', writeKey: '-key', actions: ['trackEvent'] })
    expect(call.library).toMatch(/^@segment\/analytics-node \d/)
    expect(call.deliveries[0].attempts[0].exchanges).toMatchObject([
      { request: { url: `${pipeline.url}/api/track` }, response: { statusCode: 200 } }
    ])
  })

  it.each(SAMPLES)('makes of the sample $name what the table says', async ({ call, action, path, item }) => {
    await begin()
    await send(call)
    await pipeline.idle()
    const [record] = await pipeline.calls()
    expect(record.actions).toStrictEqual(action === null ? [] : [action])
    const sent = pipeline.heap.requests().map((request) => [request.path, listIn(request.body)])
    expect(sent).toStrictEqual(path === null ? [] : [[path, [item]]])
  })

  it('fails a test whose page sends an event without a user, and says which', async () => {
    await begin()
    await send({ type: 'track', event: 'Signed Up', messageId: 'm-1' }, { type: 'track', event: 'Seen', userId: 'u' })
    await expect(pipeline.expectNoRejectedCalls()).rejects.toThrow(
      'calls failed: 1\n  rejected  track "Signed Up": userId and anonymousId are both missing; send at least one of them'
    )
  })

  it('names an event without a user by the type of its route, and an empty user is none', async () => {
    await begin()
    const track = { event: 'Signed Up', userId: '', writeKey: 'any' }
    await fetch(`${pipeline.url}/v1/track`, { method: 'POST', body: JSON.stringify(track) })
    await expect(pipeline.expectNoRejectedCalls()).rejects.toThrow(
      'calls failed: 1\n  rejected  track "Signed Up": userId and anonymousId are both missing; send at least one of them'
    )
  })

  it('names what waits when the time is over', async () => {
    await begin({ faults: { status: { 503: 1 } } })
    await send({ type: 'track', event: 'Seen', userId: 'u', messageId: 'm-1' })
    await expect(pipeline.idle(50)).rejects.toThrow(/^calls wait: 1\n {2}waiting {3}track "Seen" of u/)
    pipeline.heap.setFaults({})
    await pipeline.idle()
    expect(await outcomes()).toStrictEqual([['m-1', 'delivered']])
  })

  it('begins anew with reset', async () => {
    await begin()
    await send({ type: 'track', event: 'Seen', userId: 'u' })
    await pipeline.reset()
    expect([await pipeline.calls(), pipeline.heap.events(), pipeline.heap.requests()]).toStrictEqual([[], [], []])
  })

  it('refuses a filter that it does not know', async () => {
    await begin()
    await expect(pipeline.calls({ user: 'u' } as object)).rejects.toThrow('there is no filter "user"; the filters are')
  })

  it("runs a destination of one's own against a stand-in of one's own", async () => {
    const standIn = await start({ rateLimits: false })
    const definition = {
      name: 'Toy',
      mode: 'cloud',
      presets: [
        {
          ...{ name: 'All', type: 'automatic', subscribe: 'type = "track"', partnerAction: 'send' },
          mapping: { event: { '@path': '$.event' } }
        }
      ],
      actions: {
        send: {
          ...{ title: 'Send', description: 'd', fields: { event: { label: 'e', description: 'e', type: 'string' } } },
          perform: (request: (url: string, options: object) => unknown, { payload }: { payload: object }) =>
            request('https://api.toy.example/api/track', {
              method: 'post',
              json: { app_id: '1', ...payload, identity: 'x' }
            })
        }
      }
    } as DestinationDefinition
    await begin({ definition, settings: {}, redirect: { 'https://api.toy.example': standIn.url } })
    await send({ type: 'track', event: 'Mine', userId: 'u' })
    await pipeline.idle()
    expect(standIn.events()).toMatchObject([{ event: 'Mine' }])
    expect(pipeline.heap.events()).toStrictEqual([])
    await standIn.close()
  })
})

function listIn(body: unknown): unknown {
  return Object.values(body as object).find(Array.isArray)
}
