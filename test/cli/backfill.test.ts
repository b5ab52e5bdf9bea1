import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { ROOT, Running } from './__helpers__/command-line'
import { emulatorAndFolder } from './__helpers__/emulator-and-folder'
import { runCommand } from './__helpers__/in-process'
import { closedPort } from './__helpers__/ports'

const TIME = '2024-01-01T00:00:00.000Z'

const track = (number: number, more: object = {}) => ({
  type: 'track',
  messageId: `message-${number}`,
  userId: `user-${number}`,
  event: 'Order Completed',
  properties: { total: number },
  timestamp: TIME,
  ...more
})

const lines = (...events: object[]) => events.map((event) => `${JSON.stringify(event)}\n`).join('')
const many = (count: number, more?: object) => lines(...Array.from({ length: count }, (_, at) => track(at, more)))

describe('backfill', () => {
  const here = emulatorAndFolder({ rateLimits: false })

  const args = (...more: string[]) => ['backfill', '--emulator', here.emulator.url, ...more]
  const backfill = (...more: string[]) => runCommand(args(...more), { cwd: here.folder })
  const write = (name: string, content: string | Buffer) => writeFileSync(join(here.folder, name), content)
  const rejected = (name: string): Record<string, unknown>[] =>
    readFileSync(join(here.folder, `${name}.rejected.ndjson`), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
  const keys = () => here.emulator.events().map(({ idempotency_key }) => idempotency_key)
  const bodies = () => here.emulator.requests.map(({ body }) => body)

  it('sends the lines of several files, plain and gzip, and each only once when it is run again', async () => {
    write('a.ndjson', lines(track(1), track(2)))
    write('b.gz', Buffer.concat([gzipSync(lines(track(3))), gzipSync(lines(track(4)))]))
    const { code, stdout } = await backfill('a.ndjson', 'b.gz')
    expect({ code, stdout }).toStrictEqual({
      code: 0,
      stdout:
        'a.ndjson: read 2, delivered 2, rejected 0, skipped 0\nb.gz: read 2, delivered 2, rejected 0, skipped 0\nall files: read 4, delivered 4, rejected 0, skipped 0\n'
    })
    const event = (number: number) => ({
      event: 'Order Completed',
      identity: `user-${number}`,
      properties: { total: number, segment_library: 'segment' },
      timestamp: TIME,
      idempotency_key: `message-${number}`
    })
    expect(bodies()).toStrictEqual([
      { app_id: '11', events: [event(1), event(2)] },
      { app_id: '11', events: [event(3), event(4)] }
    ])
    expect(await backfill('a.ndjson', 'b.gz')).toMatchObject({ code: 0, stdout })
    expect(bodies()).toHaveLength(2)
    expect(readdirSync(here.folder).sort()).toStrictEqual(['a.ndjson', 'a.ndjson.backfill', 'b.gz', 'b.gz.backfill'])
  })

  it('reads standard input', async () => {
    const child = spawn(process.execPath, [join(ROOT, 'bin/run'), ...args('-', '--app-id', '11')], { cwd: here.folder })
    child.stdin.end(lines(track(1)))
    expect(await once(child, 'close')).toStrictEqual([0, null])
    expect(keys()).toStrictEqual(['message-1'])
    expect(readdirSync(here.folder)).toStrictEqual([])
  })

  it('skips what it cannot read, with line number and reason, and sends the rest', async () => {
    const deep = `{"type":"track","userId":"u","event":"E","properties":{"a":${'['.repeat(600)}${']'.repeat(600)}}}`
    const content = [
      Buffer.from(`\ufeff${JSON.stringify(track(1))}\r\n`),
      Buffer.from('\r\n\n{"broken"\n'),
      Buffer.from([0x22, 0xff, 0x22, 10]),
      Buffer.from(`{"a":"${'x'.repeat(10_000_000)}"}\n`),
      Buffer.from(`${deep}\n[]\n`),
      Buffer.from(JSON.stringify(track(2)))
    ]
    write('a.ndjson', Buffer.concat(content))
    const { code, stdout } = await backfill('a.ndjson')
    expect({ code, stdout }).toStrictEqual({
      code: 2,
      stdout: 'a.ndjson: read 7, delivered 2, rejected 5 (a.ndjson.rejected.ndjson), skipped 0\n'
    })
    expect(keys()).toStrictEqual(['message-1', 'message-2'])
    expect(rejected('a.ndjson').map(({ line, reason }) => [line, reason])).toStrictEqual([
      [4, 'the line is not valid JSON'],
      [5, 'the line is not valid UTF-8'],
      [6, 'the line is longer than 1000000 bytes'],
      [7, 'the message is nested deeper than 500 levels; flatten its properties or traits'],
      [8, 'the message must be a JSON object']
    ])
  })

  it('lists what Heap refuses for good, with the event, and sends its neighbours', async () => {
    write('a.ndjson', lines(track(1), track(2, { event: 'poison' }), track(3), track(4, { event: undefined })))
    here.emulator.setFaults({ refuseContaining: 'poison' })
    expect(await backfill('a.ndjson')).toMatchObject({ code: 2 })
    expect(keys()).toStrictEqual(['message-1', 'message-3'])
    const byLine = rejected('a.ndjson').sort((a, b) => Number(a.line) - Number(b.line))
    expect(byLine).toMatchObject([
      { line: 2, action: 'trackEvent', status: 400, event: track(2, { event: 'poison' }) },
      { line: 4, action: 'trackEvent', status: 400, reason: expect.stringContaining('event') }
    ])
  })

  it('prints the outcome of each file as JSON, one object a line', async () => {
    write('a.ndjson', lines(track(1), track(2)))
    write('b.ndjson', 'no JSON\n')
    const { stdout } = await backfill('a.ndjson', 'b.ndjson', '--json')
    const outcomes = stdout.trim().split('\n')
    expect(outcomes.map((line) => JSON.parse(line))).toStrictEqual([
      { path: 'a.ndjson', read: 2, delivered: 2, rejected: 0, skipped: 0 },
      { path: 'b.ndjson', read: 1, delivered: 0, rejected: 1, skipped: 0, rejectedFile: 'b.ndjson.rejected.ndjson' }
    ])
  })

  it('replaces a link in the place of the rejected lines, and does not follow it', async () => {
    write('a.ndjson', 'no JSON\n')
    write('mine', 'mine')
    symlinkSync('mine', join(here.folder, 'a.ndjson.rejected.ndjson'))
    expect(await backfill('a.ndjson')).toMatchObject({ code: 2 })
    expect(readFileSync(join(here.folder, 'mine'), 'utf8')).toBe('mine')
    expect(rejected('a.ndjson')).toHaveLength(1)
    const found = lstatSync(join(here.folder, 'a.ndjson.rejected.ndjson'))
    expect({ isFile: found.isFile(), mode: found.mode & 0o777 }).toStrictEqual({ isFile: true, mode: 0o600 })
  })

  it('sends again what can be sent again, and nothing twice', async () => {
    write('a.ndjson', many(30))
    here.emulator.setFaults({ next: [{ status: 503 }, { reset: 'after' }, { status: 429, retryAfter: 1 }] })
    const { code, stderr } = await backfill('a.ndjson')
    expect({ code, stderr }).toStrictEqual({ code: 0, stderr: expect.stringMatching(/^sending again: .*503/) })
    expect(keys()).toHaveLength(30)
    expect(bodies()).toHaveLength(4)
  })

  it('takes the time range, leaves out what is not meant for Heap, and gives lines without an id the same id again', async () => {
    const old = track(1, { timestamp: '2023-12-31T23:59:59.999Z' })
    const late = track(2, { timestamp: '2024-02-01T00:00:00.000Z' })
    const unnamed = track(3, { messageId: undefined })
    write('a.ndjson', lines(old, late, track(4, { integrations: { All: false } }), unnamed, unnamed))
    const range = ['--from', '2024-01-01', '--to', '2024-02-01']
    const { stdout } = await backfill('a.ndjson', ...range)
    expect(stdout).toBe('a.ndjson: read 5, delivered 2, rejected 0, skipped 3\n')
    const first = keys()
    expect(new Set(first).size).toBe(2)
    here.emulator.reset()
    mkdirSync(join(here.folder, 'copy'))
    write('copy/a.ndjson', readFileSync(join(here.folder, 'a.ndjson')))
    await backfill('copy/a.ndjson', ...range)
    expect(keys()).toStrictEqual(first)
  })

  it('sends nothing with --dry-run, and shows what it would', async () => {
    const identify = { type: 'identify', messageId: 'i', userId: 'user-1', traits: { plan: 'pro' }, timestamp: TIME }
    write('a.ndjson', many(1001) + lines(identify) + 'no JSON\n')
    const { code, stdout } = await backfill('a.ndjson', '--dry-run')
    expect(code).toBe(2)
    expect(stdout).toContain('a.ndjson: would deliver 1002, reject 1, skip 0\n')
    expect(stdout).toMatch(/trackEvent: 1001 payloads, the first: \{\n {2}"message_id": "message-0"/)
    expect(stdout).toMatch(/identifyUser: 1 payloads, the first: \{\n {2}"user_id": "user-1"/)
    expect(stdout).toContain('requests to /api/track: 2\n')
    expect(stdout).toContain('requests to /api/add_user_properties: 1\n')
    expect(here.emulator.requests).toStrictEqual([])
    expect(readdirSync(here.folder)).toStrictEqual(['a.ndjson'])
  })

  it('predicts with --dry-run whom Heap would merge', async () => {
    const kiosk = (number: number) => ({
      ...track(number),
      type: 'identify',
      userId: 'kiosk',
      anonymousId: `anon-${number}`
    })
    write('a.ndjson', lines(...Array.from({ length: 12 }, (_, at) => kiosk(at))))
    expect((await backfill('a.ndjson', '--dry-run')).stdout).toContain(
      'people: 12 anonymous IDs and Heap user IDs would be merged into an identity\n' +
        'merges many people permanently: "kiosk" (shared), anonymous IDs 12, Heap user IDs 0, first message message-0\n'
    )
  })

  it('takes settings and a mapping from files', async () => {
    write('a.ndjson', lines(track(1, { context: { traits: { plan: 'pro' } } })))
    write('settings.json', '\ufeff{"appId": 12, "region": "EU"}')
    write('mapping.json', '{"trackEvent": {"traits": {"@path": "$.context.traits"}}}')
    expect(await backfill('a.ndjson', '--settings', 'settings.json', '--mapping', 'mapping.json')).toMatchObject({
      code: 0
    })
    expect(here.emulator.requests.map(({ region, path }) => [region, path])).toStrictEqual([
      ['EU', '/api/track'],
      ['EU', '/api/add_user_properties']
    ])
    expect(bodies()[1]).toStrictEqual({ app_id: '12', users: [{ identity: 'user-1', properties: { plan: 'pro' } }] })
  })

  it('continues, however often, with those subscriptions alone that have not delivered a line', async () => {
    const identify = (number: number, plan: string, log: boolean) => ({
      type: 'identify',
      messageId: `message-${number}`,
      userId: 'user-1',
      traits: { plan, log },
      timestamp: TIME
    })
    write('a.ndjson', lines(identify(1, 'free', true), identify(2, 'pro', false)))
    const logged = { partnerAction: 'trackEvent', subscribe: 'type = "identify" and traits.log = true' }
    const mapping = { message_id: { '@path': '$.messageId' }, identity: { '@path': '$.userId' }, event: 'Logged' }
    const all = { partnerAction: 'identifyUser', subscribe: 'type = "identify"' }
    write('mapping.json', JSON.stringify([all, { ...logged, mapping }]))
    here.emulator.setFaults({ limitTo: '/api/track', status: { 503: 1 } })
    for (let round = 0; round < 2; round++) {
      const interrupted = new Running(args('a.ndjson', '--mapping', 'mapping.json'), { cwd: here.folder })
      await interrupted.printed(/sending again/)
      while (here.emulator.users().length === 0) await request()
      interrupted.kill('SIGINT')
      await interrupted.exited
    }
    here.emulator.setFaults({})
    expect(await backfill('a.ndjson', '--mapping', 'mapping.json')).toMatchObject({
      code: 0,
      stdout: 'a.ndjson: read 2, delivered 2, rejected 0, skipped 0\n'
    })
    expect(here.emulator.users().map(({ properties }) => properties.plan)).toStrictEqual(['pro'])
    expect(here.emulator.events().map(({ event }) => event)).toStrictEqual(['Logged'])
  })

  /** With so many KB for each file that it writes: to the process, a disk that is full. */
  const onSmallDisk = (kilobytes: number, ...more: string[]) =>
    new Promise<{ code: number | null; stderr: string }>((resolve) => {
      const command = [process.execPath, join(ROOT, 'bin/run'), ...args(...more)]
      // A shell counts in 512 bytes.
      const child = spawn('sh', ['-c', `ulimit -f ${kilobytes * 2} && exec "$@"`, 'sh', ...command], {
        cwd: here.folder
      })
      let stderr = ''
      child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
      child.on('close', (code) => resolve({ code, stderr }))
    })

  it('sends nothing when the disk is full at the start', async () => {
    write('a.ndjson', many(2))
    expect(await onSmallDisk(0, 'a.ndjson')).toStrictEqual({
      code: 1,
      stderr: expect.stringMatching(/(^|\n)Error: cannot write a\.ndjson\.backfill: .*File too large.*\n$/i)
    })
    expect(here.emulator.requests).toStrictEqual([])
    expect(await backfill('a.ndjson')).toMatchObject({ code: 0 })
    expect(keys()).toHaveLength(2)
  })

  it('ends when the disk is full while it continues, and continues when there is room', async () => {
    write('a.ndjson', many(6_000))
    here.emulator.setFaults({ delayMs: 100 })
    expect(await onSmallDisk(200, 'a.ndjson', '--rate', '0')).toStrictEqual({
      code: 1,
      stderr: expect.stringMatching(/(^|\n)Error: cannot write a\.ndjson\.backfill: .*File too large.*\n$/i)
    })
    expect(keys()).not.toStrictEqual([])
    here.emulator.setFaults({})
    expect(await backfill('a.ndjson', '--rate', '0')).toMatchObject({
      code: 0,
      stdout: 'a.ndjson: read 6000, delivered 6000, rejected 0, skipped 0\n'
    })
    expect(keys()).toHaveLength(6_000)
  })

  it('sends only the subscriptions that the mapping lists', async () => {
    write('a.ndjson', lines(track(1), track(2, { event: 'Other' })))
    write('mapping.json', '[{"partnerAction": "trackEvent", "subscribe": "event = \\"Other\\""}]')
    expect((await backfill('a.ndjson', '--mapping', 'mapping.json')).stdout).toMatch(
      /delivered 1, rejected 0, skipped 1/
    )
    expect(keys()).toStrictEqual(['message-2'])
  })

  it.each([
    ['nothing', [], /the list has no enabled subscription/],
    ['nothing that is enabled', [{ enabled: false }], /the list has no enabled subscription/],
    ['a text for enabled', [{ name: 'A', enabled: 'false' }], /enabled of "A" must be true or false/],
    [
      'a word for a sign',
      [{ subscribe: 'type is track' }],
      /"trackEvent": .* not valid FQL \("is" is not an operator\)/
    ],
    ['a field that is none', [{ subscribe: 'type = "track" and evnt = "a"' }], /\(a part of it is not a condition\)/],
    ['a negated group', [{ subscribe: 'type = "track" and !(event = "a")' }], /\(Segment ignores the negation/],
    ['a negation in a word', [{ subscribe: 'not type = "page"' }], /\(Segment ignores the negation/],
    ['half a condition', [{ subscribe: 'type = "track" and' }], /\(a part of it is not a condition\)/]
  ])('refuses a mapping that lists %s', async (_case, list, message) => {
    write('a.ndjson', lines(track(1)))
    const usual = { partnerAction: 'trackEvent', subscribe: 'type = "track" and event != "this and that"' }
    write('mapping.json', JSON.stringify(list.map((entry) => ({ ...usual, ...entry }))))
    const { code, stderr } = await backfill('a.ndjson', '--mapping', 'mapping.json')
    expect({ code, stderr }).toStrictEqual({ code: 1, stderr: expect.stringMatching(message) })
    expect(here.emulator.requests).toStrictEqual([])
  })

  it('sends nothing for an empty file', async () => {
    write('a.ndjson', '')
    expect(await backfill('a.ndjson')).toMatchObject({
      code: 0,
      stdout: 'a.ndjson: read 0, delivered 0, rejected 0, skipped 0\n'
    })
    expect(here.emulator.requests).toStrictEqual([])
  })

  it.each([
    ['a file that does not exist', ['a.ndjson', 'none.ndjson'], /cannot read none\.ndjson: ENOENT/],
    ['a folder', ['.'], /cannot read \.: it is a folder/],
    [
      'an App ID that is none',
      ['a.ndjson', '--app-id', 'abc'],
      /--app-id: Setting `appId` must be Heap's numeric App ID, but is "abc"/
    ],
    ['settings that are no JSON', ['a.ndjson', '--settings', 'a.ndjson'], /a\.ndjson is not valid JSON/],
    [
      'a setting that is none',
      ['a.ndjson', '--settings', 'unknown.json'],
      /--settings: unknown\.json: there is no setting "app_id", only appId, region, apiKey/
    ],
    ['settings with a wrong App ID', ['a.ndjson', '--settings', 'wrong.json'], /`appId` must be Heap's numeric App ID/],
    ['a mapping of no action', ['a.ndjson', '--mapping', 'wrong.json'], /no action "appId"; there are trackEvent/],
    ['a date that is none', ['a.ndjson', '--from', 'yesterday'], /--from must be an ISO 8601 date/],
    ['a day that is none', ['a.ndjson', '--to', '2026-02-30T12:00Z'], /--to must be .*; got "2026-02-30T12:00Z"/],
    ['the real Heap without an App ID', ['a.ndjson', '--live'], /--live/],
    ['an empty time range', ['a.ndjson', '--from', '2024-02-01', '--to', '2024-02-01'], /--from must be before --to/],
    [
      'a directive that is none',
      ['a.ndjson', '--mapping', 'nope.json'],
      /trackEvent\.event: .* invalid directive: @nope/
    ],
    [
      'a template that is no Liquid',
      ['a.ndjson', '--mapping', 'liquid.json'],
      /trackEvent\.identity: .* output "\{\{ userId" not closed/
    ],
    [
      'a listed template with a filter that is disabled',
      ['a.ndjson', '--mapping', 'filter.json', '--rate', '0'],
      /trackEvent\.properties\.ids: .* filter "map" is disabled/
    ],
    ['a field that is none', ['a.ndjson', '--mapping', 'field.json'], /action "trackEvent" has no field "toString"/],
    [
      'a listed field that is none',
      ['a.ndjson', '--mapping', 'listed.json'],
      /action "trackEvent" has no field "identiy"/
    ],
    ['what is not a file', ['pipe'], /cannot read pipe: it is not a regular file; pipe it in/],
    [
      'a store that is a link',
      ['linked.ndjson'],
      /linked\.ndjson\.backfill is a symbolic link: name the folder that it points to/
    ],
    ['a store with a link in it', ['within.ndjson'], /within\.ndjson\.backfill\/CURRENT is a symbolic link: remove it/],
    ['a folder of other files', ['other.ndjson'], /other\.ndjson\.backfill is not a store, or has lost store\.json/],
    ['a store of another kind', ['members.ndjson'], /members\.ndjson\.backfill holds audience and not backfill/],
    [
      'a store of another version',
      ['newer.ndjson'],
      /was written by another version \(layout 2\): use that version, or restore/
    ]
  ])('refuses %s with one line, and sends nothing', async (_case, more, message) => {
    for (const name of ['linked', 'within', 'other', 'members', 'newer']) {
      write(`${name}.ndjson`, many(2))
      mkdirSync(join(here.folder, name === 'linked' ? 'elsewhere' : `${name}.ndjson.backfill`))
    }
    symlinkSync('elsewhere', join(here.folder, 'linked.ndjson.backfill'))
    symlinkSync('/dev/null', join(here.folder, 'within.ndjson.backfill/CURRENT'))
    write('other.ndjson.backfill/000001.log', 'mine')
    const layout = (name: string, layout: number, holds: string) =>
      write(
        `${name}.ndjson.backfill/store.json`,
        `${JSON.stringify({ layout, holds, writes: 0 }).slice(0, -1).padEnd(126)}}\n`
      )
    layout('within', 1, 'backfill')
    layout('members', 1, 'audience')
    layout('newer', 2, 'backfill')
    write('a.ndjson', `${many(2)}no JSON\n`)
    write('wrong.json', '{"appId": "x1"}')
    const misspelt = { partnerAction: 'trackEvent', subscribe: 'type = "track"', mapping: { identiy: 'u1' } }
    write('listed.json', JSON.stringify([misspelt]))
    write('unknown.json', '{"appId": "12", "app_id": "13"}')
    write('nope.json', '{"trackEvent": {"event": {"@nope": "x"}}}')
    write('field.json', '{"trackEvent": {"toString": "x"}}')
    write('liquid.json', '{"trackEvent": {"identity": {"@liquid": "{{ userId"}}}')
    const ids = { '@liquid': '{{ properties.products | map: "id" }}' }
    write('filter.json', JSON.stringify([{ ...misspelt, mapping: { properties: { ids } } }]))
    execFileSync('mkfifo', [join(here.folder, 'pipe')])
    const { code, stderr } = more.includes('--live')
      ? await runCommand(['backfill', ...more], { cwd: here.folder })
      : await backfill(...more)
    expect({ code, stderr }).toStrictEqual({ code: 1, stderr: expect.stringMatching(message) })
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(here.emulator.requests).toStrictEqual([])
  })

  it.each([
    ['no server answers', async () => `http://127.0.0.1:${await closedPort()}`],
    ['the address is none', async () => 'localhost:3000'],
    ['the server is not an emulator', async () => `${here.emulator.url}/api`]
  ])('refuses to start when %s', async (_case, url) => {
    write('a.ndjson', many(2))
    const { code, stderr } = await runCommand(['backfill', 'a.ndjson', '--emulator', await url()], { cwd: here.folder })
    expect({ code, stderr }).toStrictEqual({ code: 1, stderr: expect.stringContaining('no emulator answers at') })
  })

  it('refuses a second run on the same file, and continues after Ctrl-C', async () => {
    write('a.ndjson', many(5_000))
    here.emulator.setFaults({ delayMs: 500 })
    const sent = request()
    const first = new Running(args('a.ndjson', '--rate', '0'), { cwd: here.folder })
    await sent
    const second = await backfill('a.ndjson')
    expect({ code: second.code, stderr: second.stderr }).toStrictEqual({
      code: 1,
      stderr: 'Error: another process uses a.ndjson.backfill: wait until it ends\n'
    })
    first.kill('SIGINT')
    const { code, stderr } = await first.exited
    expect({ code, stderr }).toStrictEqual({
      code: 130,
      stderr: expect.stringContaining('run the same command to continue')
    })
    here.emulator.setFaults({})
    expect(await backfill('a.ndjson', '--rate', '0')).toMatchObject({
      code: 0,
      stdout: 'a.ndjson: read 5000, delivered 5000, rejected 0, skipped 0\n',
      stderr: expect.stringMatching(/^a\.ndjson: resuming: \d+,000 of about [\d,]+ done\n/)
    })
    expect(keys()).toHaveLength(5_000)
    expect(bodies()).toHaveLength(5)
    write('a.ndjson', many(5_000, { event: 'Other' }))
    expect(await backfill('a.ndjson')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('has changed since a.ndjson.backfill was written')
    })
  })

  it.each([
    ['App ID', ['--app-id', '12']],
    ['region', ['--region', 'EU']],
    ['range', ['--from', '2024-01-01']],
    ['range', ['--to', '2024-01-01']],
    ['mapping', ['--mapping', 'map.json']]
  ])('continues with no other %s: %s', async (_what, options) => {
    write('a.ndjson', many(2, {}))
    write('map.json', JSON.stringify({ trackEvent: { nested_properties: 'drop' } }))
    expect(await backfill('a.ndjson')).toMatchObject({ code: 0 })
    expect(await backfill('a.ndjson', ...options)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^Error: .*was written with other options.*\n$/)
    })
    expect(keys()).toHaveLength(2)
  })

  function request(): Promise<void> {
    return new Promise((resolve) => {
      const unsubscribe = here.emulator.onChange(() => {
        unsubscribe()
        resolve()
      })
    })
  }
})
