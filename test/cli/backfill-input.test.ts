import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { run, Running } from './__helpers__/command-line'
import { emulatorAndFolder } from './__helpers__/emulator-and-folder'

const track = (number: number, userId: string) => ({
  type: 'track',
  messageId: `message-${number}`,
  userId,
  event: 'Order Completed',
  timestamp: '2024-01-01T00:00:00.000Z'
})

const lines = (count: number, userOf: (at: number) => string, from = 0) =>
  Array.from({ length: count }, (_, at) => `${JSON.stringify(track(from + at, userOf(from + at)))}\n`).join('')

/** As Segment's S3 destination writes it: the whole message, with what Segment knows of it. */
const ARCHIVED = {
  _metadata: { bundled: ['Segment.io'], unbundled: [], bundledIds: [] },
  anonymousId: 'anon-1',
  channel: 'client',
  context: { ip: '203.0.113.7', library: { name: 'analytics.js', version: 'next-1.81.0' }, page: { path: '/cart' } },
  event: 'Order Completed',
  integrations: {},
  messageId: 'ajs-next-1704067200000-1',
  originalTimestamp: '2024-01-01T00:00:10.250Z',
  projectId: 'abc123',
  properties: { total: 9.5, products: [{ sku: 'a' }] },
  receivedAt: '2024-01-01T00:00:05.700Z',
  sentAt: '2024-01-01T00:00:10.500Z',
  timestamp: '2024-01-01T00:00:05.450Z',
  type: 'track',
  userId: 'user-1',
  version: 2
}

describe('what backfill reads', () => {
  const here = emulatorAndFolder({ rateLimits: false })

  const begin = (...more: string[]) =>
    new Running(['backfill', '--emulator', here.emulator.url, ...more], { cwd: here.folder })
  const write = (name: string, content: string | Buffer) => writeFileSync(join(here.folder, name), content)
  const keys = () => here.emulator.events().map(({ idempotency_key }) => idempotency_key)

  it("takes files of Segment's S3 archive, with the time that Segment has corrected", async () => {
    const identify = { ...ARCHIVED, type: 'identify', event: undefined, properties: undefined, traits: { plan: 'pro' } }
    write('1704067200000.0a1b2c.gz', gzipSync(`${JSON.stringify(ARCHIVED)}\n${JSON.stringify(identify)}\n`))
    expect(await begin('1704067200000.0a1b2c.gz').exited).toMatchObject({ code: 0 })
    expect(new Map(here.emulator.requests.map(({ path, body }) => [path, body]))).toStrictEqual(
      new Map<string, unknown>([
        [
          '/api/track',
          {
            app_id: '11',
            events: [
              {
                event: 'Order Completed',
                identity: 'user-1',
                properties: { total: 9.5, products: '[{"sku":"a"}]', segment_library: 'analytics.js' },
                timestamp: '2024-01-01T00:00:05.450Z',
                idempotency_key: 'ajs-next-1704067200000-1'
              }
            ]
          }
        ],
        [
          '/api/add_user_properties',
          { app_id: '11', users: [{ identity: 'user-1', properties: { plan: 'pro', anonymous_id: 'anon-1' } }] }
        ]
      ])
    )
  })

  it('goes by what is in a file and not by its name', async () => {
    write(
      'inflated.gz',
      lines(1, () => 'user-1')
    )
    write('compressed.ndjson', gzipSync(lines(1, () => 'user-2', 1)))
    write('empty.gz', '')
    const { code, stdout } = await begin('inflated.gz', 'compressed.ndjson', 'empty.gz').exited
    expect({ code, stdout: stdout.trim().split('\n').slice(-2) }).toStrictEqual({
      code: 0,
      stdout: ['empty.gz: delivered 0, rejected 0, skipped 0', 'all files: delivered 2, rejected 0, skipped 0']
    })
    expect(keys()).toStrictEqual(['message-0', 'message-1'])
  })

  it('takes standard input that is gzip, and goes on with it after a kill', async () => {
    const input = gzipSync(lines(3_000, (at) => `user-${at}`))
    here.emulator.setFaults({ next: [{ pass: true }, { status: 503, retryAfter: 60 }] })
    const first = begin('-', '--rate', '0')
    first.stdin.write(input.subarray(0, 1))
    first.stdin.end(input.subarray(1))
    await first.printed(/sending again/)
    await checkpointed()
    first.kill('SIGKILL')
    await first.exited
    here.emulator.setFaults({})
    const second = begin('-', '--rate', '0')
    second.stdin.end(input)
    expect(await second.exited).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('delivered 3000, rejected 0')
    })
    expect(keys().sort()).toStrictEqual(Array.from({ length: 3_000 }, (_, at) => `message-${at}`).sort())
  })

  it('goes on with standard input after a kill, refuses another one, and takes that once all is delivered', async () => {
    const input = lines(3_000, (at) => `user-${at}`)
    here.emulator.setFaults({ next: [{ pass: true }, { status: 503, retryAfter: 60 }] })
    const killed = begin('-', '--rate', '0')
    killed.stdin.end(input)
    await killed.printed(/sending again/)
    await checkpointed()
    killed.kill('SIGKILL')
    await killed.exited

    const other = begin('-')
    other.stdin.end(lines(3_000, (at) => `other-${at}`))
    expect(await other.exited).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /Error: standard input is not the file that stdin\.checkpoint\.json was written for/
      )
    })
    here.emulator.setFaults({})
    const same = begin('-', '--rate', '0')
    same.stdin.end(input)
    expect(await same.exited).toMatchObject({ code: 0, stdout: expect.stringContaining('delivered 3000, rejected 0') })
    expect(keys().sort()).toStrictEqual(Array.from({ length: 3_000 }, (_, at) => `message-${at}`).sort())
    const next = begin('-')
    next.stdin.end(lines(1, () => 'user-1', 5_000))
    expect(await next.exited).toMatchObject({ code: 0, stdout: expect.stringContaining('delivered 1, rejected 0') })
  })

  it('stops at once on Ctrl-C while standard input is silent', async () => {
    const running = begin('-')
    running.stdin.write('no JSON\n')
    await running.printed(/standard input:1: the line is not valid JSON/)
    running.kill('SIGINT')
    expect(await running.exited).toMatchObject({ code: 130 })
  })

  it('tells of the first lines that it cannot read, and keeps all of them', async () => {
    const bad = Array.from({ length: 12 }, (_, at) => `no JSON ${at}`)
    write('a.ndjson', `${bad.join('\r\n')}\n{"type":"track"}\n`)
    const { stderr } = await begin('a.ndjson').exited
    expect(stderr.split('\n')).toStrictEqual([
      ...bad.slice(0, 10).map((_, at) => `a.ndjson:${at + 1}: the line is not valid JSON`),
      'further lines cannot be read either',
      ''
    ])
    const kept = readFileSync(join(here.folder, 'a.ndjson.rejected.ndjson'), 'utf8').split('\n').filter(Boolean)
    expect(kept.map((line) => JSON.parse(line).text)).toStrictEqual([...bad, '{"type":"track"}'])
  })

  it('takes App ID and region from the environment', async () => {
    write(
      'a.ndjson',
      lines(1, () => 'user-1')
    )
    const env = { HEAP_APP_ID: '77', HEAP_REGION: 'EU' }
    await run(['backfill', '--emulator', here.emulator.url, 'a.ndjson'], { cwd: here.folder, env })
    expect(here.emulator.requests.map(({ app_id, region }) => [app_id, region])).toStrictEqual([['77', 'EU']])
  })

  /** Resolves once the checkpoint tells of a batch that was delivered. */
  async function checkpointed(): Promise<void> {
    const path = join(here.folder, 'stdin.checkpoint.json')
    while (JSON.parse(readFileSync(path, 'utf8')).totals.delivered === 0) await new Promise(setImmediate)
  }
})
