import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { Running } from './__helpers__/command-line'
import { emulatorAndFolder } from './__helpers__/emulator-and-folder'
import { runCommand } from './__helpers__/in-process'

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
  const finish = (...more: string[]) =>
    runCommand(['backfill', '--emulator', here.emulator.url, ...more], { cwd: here.folder })
  const write = (name: string, content: string | Buffer) => writeFileSync(join(here.folder, name), content)
  const keys = () => here.emulator.events().map(({ idempotency_key }) => idempotency_key)

  it("takes files of Segment's S3 archive, with the time that Segment has corrected", async () => {
    const identify = { ...ARCHIVED, type: 'identify', event: undefined, properties: undefined, traits: { plan: 'pro' } }
    write('1704067200000.0a1b2c.gz', gzipSync(`${JSON.stringify(ARCHIVED)}\n${JSON.stringify(identify)}\n`))
    expect(await finish('1704067200000.0a1b2c.gz')).toMatchObject({ code: 0 })
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
    const { code, stdout } = await finish('inflated.gz', 'compressed.ndjson', 'empty.gz')
    expect({ code, stdout: stdout.trim().split('\n').slice(-2) }).toStrictEqual({
      code: 0,
      stdout: [
        'empty.gz: read 0, delivered 0, rejected 0, skipped 0',
        'all files: read 2, delivered 2, rejected 0, skipped 0'
      ]
    })
    expect(keys()).toStrictEqual(['message-0', 'message-1'])
  })

  it('takes standard input anew after a kill, from its beginning, and sends each event once', async () => {
    const input = lines(3_000, (at) => `user-${at}`)
    here.emulator.setFaults({ next: [{ pass: true }, { status: 503, retryAfter: 60 }] })
    const killed = begin('-', '--rate', '0')
    killed.stdin.end(input)
    await killed.printed(/sending again/)
    killed.kill('SIGKILL')
    await killed.exited
    here.emulator.setFaults({})
    const same = begin('-', '--rate', '0')
    same.stdin.end(input)
    expect(await same.exited).toMatchObject({
      code: 0,
      stdout: 'standard input: read 3000, delivered 3000, rejected 0, skipped 0\n'
    })
    expect(keys().sort()).toStrictEqual(Array.from({ length: 3_000 }, (_, at) => `message-${at}`).sort())
    expect(readdirSync(here.folder)).toStrictEqual([])
  })

  it('sends nothing of a file that was changed since it was interrupted, and forgets nothing', async () => {
    write(
      'a.ndjson',
      lines(3_000, (at) => `user-${at}`)
    )
    await interrupt('a.ndjson')
    for (const text of [lines(2_999, (at) => `user-${at}`, 1), lines(1_500, (at) => `user-${at}`)]) {
      write('a.ndjson', text)
      expect(await finish('a.ndjson', '--rate', '0')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('a.ndjson has changed since a.ndjson.backfill was written')
      })
    }
    expect(keys()).toHaveLength(1_000)
    write(
      'a.ndjson',
      lines(3_000, (at) => `user-${at}`)
    )
    expect(await finish('a.ndjson', '--rate', '0')).toMatchObject({ code: 0 })
    expect(keys()).toHaveLength(3_000)
  })

  it('keeps what it owes when gzip ends before what was read of it', async () => {
    const [whole, short] = [3_000, 1_500].map((count) => gzipSync(lines(count, (at) => `user-${at}`)))
    write('a.gz', whole)
    await interrupt('a.gz')
    write('a.gz', short)
    expect(await finish('a.gz', '--rate', '0')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('has changed since')
    })
    write('a.gz', whole)
    expect(await finish('a.gz', '--rate', '0')).toMatchObject({ code: 0 })
    expect(new Set(keys()).size).toBe(3_000)
  })

  it('delivers what can be read of a damaged file, and says that there is more', async () => {
    write('cut.gz', gzipSync(lines(2_500, (at) => `user-${at}`)).subarray(0, -20))
    for (let run = 0; run < 2; run++) {
      expect(await finish('cut.gz', '--rate', '0')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('cannot read cut.gz: unexpected end of file')
      })
    }
    const sent = keys()
    expect(sent.length).toBeGreaterThan(1_000)
    expect(sent).toStrictEqual(sent.map((_, at) => `message-${at}`))
    expect(here.emulator.requests.reduce((sum, { items }) => sum + items, 0)).toBe(sent.length)
  })

  it('takes a file for what it is, whatever its name, and not its own files', async () => {
    write(
      'stdin',
      lines(1, () => 'user-1')
    )
    write('a.ndjson', `no JSON\n${lines(1, () => 'user-2', 1)}`)
    const first = await finish('stdin', 'a.ndjson', 'a.ndjson')
    expect(first.stdout).toContain('all files: read 3, delivered 2, rejected 1, skipped 0')
    const pattern = readdirSync(here.folder).sort()
    expect(pattern).toHaveLength(5)
    const second = await finish(...pattern)
    expect(second.stdout).toContain('all files: read 3, delivered 2, rejected 1, skipped 0')
    expect(second.stderr).toContain(
      'skipped, because an earlier run wrote them: a.ndjson.backfill, a.ndjson.rejected.ndjson, stdin.backfill\n'
    )
    expect(readdirSync(here.folder).sort()).toStrictEqual(pattern)
  })

  it('takes a file once, and continues with it, by whatever name or link', async () => {
    write('a.ndjson', `no JSON\n${lines(1, () => 'user-1')}`)
    mkdirSync(join(here.folder, 'links'))
    symlinkSync('../a.ndjson', join(here.folder, 'links/b.ndjson'))
    const names = ['a.ndjson', './a.ndjson', join(here.folder, 'a.ndjson'), 'links/b.ndjson']
    for (const { order, first } of [
      { order: names, first: 'a.ndjson' },
      { order: [...names].reverse(), first: 'links/b.ndjson' }
    ]) {
      const { code, stdout } = await finish(...order)
      expect({ code, lines: stdout.trim().split('\n') }).toStrictEqual({
        code: 2,
        lines: [
          expect.stringMatching(`^${first}: read 2, delivered 1, rejected 1 \\(.*a\\.ndjson\\.rejected\\.ndjson\\)`)
        ]
      })
    }
    expect(keys()).toHaveLength(1)
    expect(here.emulator.requests).toHaveLength(1)
    expect(readdirSync(join(here.folder, 'links'))).toStrictEqual(['b.ndjson'])
  })

  it('keeps the rejected lines of one standard input when there is another', async () => {
    for (const line of ['first', 'second']) {
      const running = begin('-')
      running.stdin.end(`${line}\n`)
      expect(await running.exited).toMatchObject({ code: 2 })
    }
    const files = readdirSync(here.folder).sort()
    expect(files).toStrictEqual([1, 2].map(() => expect.stringMatching(/^stdin\.\d{8}T\d{9}Z\.rejected\.ndjson$/)))
    const texts = files.map((file) => rejected(file.replace('.rejected.ndjson', '')).map(({ text }) => text))
    expect(texts).toStrictEqual([['first'], ['second']])
  })

  it('refuses numbers that cannot be read exactly, and takes a time without a zone for UTC', async () => {
    const times = ['2024-01-01T00:00:00', '2024-01-01 00:00:00.5', '2024-01-01T00:00:00+02:00']
    const events = times.map((timestamp, at) => ({ ...track(at, `user-${at}`), timestamp }))
    const large = JSON.stringify(track(9, 'x')).replace('"x"', '1234567890123456789')
    write('a.ndjson', `${large}\n${events.map((event) => `${JSON.stringify(event)}\n`).join('')}`)
    const running = new Running(
      ['backfill', '--emulator', here.emulator.url, 'a.ndjson', '--from', '2024-01-01T00:00:00'],
      {
        cwd: here.folder,
        env: { TZ: 'America/New_York' }
      }
    )
    expect(await running.exited).toMatchObject({
      code: 2,
      stdout: expect.stringMatching(/delivered 2, rejected 1 .*, skipped 1/)
    })
    expect(rejected('a.ndjson')[0].reason).toBe('userId is a number too large to be read exactly; send it as a string')
    expect(here.emulator.events().map(({ timestamp }) => timestamp)).toStrictEqual([
      '2024-01-01T00:00:00.000Z',
      '2024-01-01T00:00:00.500Z'
    ])
  })

  it('warns of nothing however many files there are', async () => {
    const names = Array.from({ length: 15 }, (_, at) => `${at}.ndjson`)
    names.forEach((name, at) =>
      write(
        name,
        lines(1, () => 'user-1', at)
      )
    )
    expect(await finish(...names)).toMatchObject({ code: 0, stderr: '' })
  })

  it('stops at once on Ctrl-C while standard input is silent', async () => {
    const running = begin('-')
    running.stdin.write('no JSON\n')
    await running.printed(/standard input:1: the line is not valid JSON/)
    running.kill('SIGINT')
    expect(await running.exited).toMatchObject({ code: 130 })
  })

  it('reports the first lines that it cannot read, and keeps all of them', async () => {
    const bad = Array.from({ length: 12 }, (_, at) => `no JSON ${at}`)
    write('a.ndjson', `${bad.join('\r\n')}\n{"type":"track"}\n`)
    const { stderr } = await finish('a.ndjson')
    expect(stderr.split('\n')).toStrictEqual([
      ...bad.slice(0, 10).map((_, at) => `a.ndjson:${at + 1}: the line is not valid JSON`),
      'more lines cannot be read',
      ''
    ])
    const kept = readFileSync(join(here.folder, 'a.ndjson.rejected.ndjson'), 'utf8').split('\n').filter(Boolean)
    expect(kept.map((line) => JSON.parse(line).text)).toStrictEqual([...bad, '{"type":"track"}'])
  })

  it.each(['a.ndjson', 'a.gz'])(
    'numbers the lines that were appended to a last line without an end: %s',
    async (name) => {
      const save = (text: string) => write(name, name.endsWith('gz') ? gzipSync(text) : text)
      const first = `no JSON 1\n${lines(1, () => 'user-1').trim()}`
      save(first)
      expect(await finish(name)).toMatchObject({ code: 2 })
      save(`${first}\nno JSON 3\n`)
      expect(await finish(name)).toMatchObject({ code: 2 })
      save(`${first}\nno JSON 3\nno JSON 4`)
      expect(await finish(name)).toMatchObject({ code: 2 })
      save(`${first}\nno JSON 3\nno JSON 4 goes on\nno JSON 5`)
      expect(await finish(name)).toMatchObject({
        code: 2,
        stdout: `${name}: read 6, delivered 1, rejected 5 (${name}.rejected.ndjson), skipped 0\n`
      })
      expect(rejected(name).map(({ line, text }) => [line, text])).toStrictEqual([
        [1, 'no JSON 1'],
        [3, 'no JSON 3'],
        [4, 'no JSON 4'],
        [4, ' goes on'],
        [5, 'no JSON 5']
      ])
    }
  )

  it('takes App ID and region from the environment', async () => {
    write(
      'a.ndjson',
      lines(1, () => 'user-1')
    )
    const env = { HEAP_APP_ID: '77', HEAP_REGION: 'EU' }
    await runCommand(['backfill', '--emulator', here.emulator.url, 'a.ndjson'], { cwd: here.folder, env })
    expect(here.emulator.requests.map(({ app_id, region }) => [app_id, region])).toStrictEqual([['77', 'EU']])
  })

  const rejected = (name: string): Record<string, unknown>[] =>
    readFileSync(join(here.folder, `${name}.rejected.ndjson`), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))

  /** Leaves a run of three batches after the first of them. */
  async function interrupt(name: string): Promise<void> {
    here.emulator.setFaults({ next: [{ pass: true }, { status: 503, retryAfter: 60 }] })
    const running = begin(name, '--rate', '0')
    await running.printed(/sending again/)
    running.kill('SIGINT')
    expect(await running.exited).toMatchObject({ code: 130 })
    here.emulator.setFaults({})
  }
})
