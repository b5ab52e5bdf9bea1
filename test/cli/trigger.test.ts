import { startPipeline } from '../../src/testing'
import type { TestPipeline } from '../../src/testing'
import { run } from './__helpers__/command-line'

let pipeline: TestPipeline
beforeAll(async () => (pipeline = await startPipeline()))
afterEach(() => pipeline.reset())
afterAll(() => pipeline.close())

const trigger = (...args: string[]) => run(['trigger', ...args, '--url', pipeline.url])

describe('trigger', () => {
  it('sends a call with properties, numbers as such', async () => {
    const args = ['--event', 'Order Completed', '--user', 'user-1', '--property', 'total=9.5', '--property', 'note=a=b']
    const { code, stdout } = await trigger('track', ...args)
    expect([code, stdout]).toStrictEqual([
      0,
      expect.stringMatching(/^calls sent: 1; see .*\/_segment\/calls\/trigger-/)
    ])
    await pipeline.idle()
    expect(pipeline.heap.events()).toMatchObject([{ identity: 'user-1', properties: { total: 9.5, note: 'a=b' } }])
  })

  it('sends it as often as asked, each with a message ID of its own', async () => {
    expect(
      (await trigger('track', '--event', 'E', '--user', 'u', '--count', '250', '--json')).stdout.split('\n')
    ).toHaveLength(251)
    await pipeline.idle()
    expect(pipeline.heap.events()).toHaveLength(250)
  })

  it('sends a sample by its name', async () => {
    await trigger('sample', 'audience-identify')
    await pipeline.idle()
    expect(pipeline.heap.users()).toMatchObject([{ identity: 'user-1', properties: { big_spenders: true } }])
  })

  it('takes the type after a property as well', async () => {
    expect((await trigger('--property', 'total=9.5', 'track', '--event', 'E', '--user', 'u')).code).toBe(0)
  })

  it.each([
    ['no type', [], /^Error: Missing 1 required arg: type {2}.* sample \(see --help\)\n$/],
    ['an unknown sample', ['sample', 'nope'], /^Error: there is no sample "nope": track, anonymous-track, /],
    ['a property without a value', ['track', '--property', 'total'], /^Error: --property "total" is not KEY=VALUE/],
    [
      'a call that is rejected',
      ['track', '--event', 'E'],
      /^Error: the Tracking API answered 400: batch\[0\]: userId and/
    ]
  ])('says in one line what is wrong with %s', async (_case, args, message) => {
    const { code, stderr } = await trigger(...args)
    expect([code, stderr]).toStrictEqual([1, expect.stringMatching(message)])
  })

  it('says how to start a server when none answers', async () => {
    const { stderr } = await run(['trigger', 'track', '--user', 'u', '--url', 'http://127.0.0.1:9'])
    expect(stderr).toBe(
      'Error: no server answers at http://127.0.0.1:9/v1/batch: start one with serve, or pass its address as --url\n'
    )
  })
})
