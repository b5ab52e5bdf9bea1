import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { endAll, ROOT, Running } from './__helpers__/command-line'
import { runCommand } from './__helpers__/in-process'
import { PRODUCTION_LIKE } from './__helpers__/production-like'
import { removeTemporaryFolders, temporaryFolder } from './__helpers__/temporary-folder'

afterAll(removeTemporaryFolders)
afterEach(endAll)

const TIME = '2026-01-02T03:04:05.000Z'
const track = (number: number, more: object = {}) => ({
  type: 'track',
  messageId: `message-${number}`,
  userId: `user-${number}`,
  event: 'Paid',
  properties: { total: 9.5 },
  timestamp: TIME,
  ...more
})
const lines = (...calls: object[]) => calls.map((call) => `${JSON.stringify(call)}\n`).join('')

interface Report {
  events: number
  unreadable: number
  outcomes: Record<string, { events: number; examples: object[] }>
  identityChanged: number
  differences: { kind: string; name: string; events: number; before: unknown; after: unknown }[]
  refusals: { outcome: string; reason: string; events: number }[]
  requests: { before: number; after: number }
  people: Record<'before' | 'after', { joined: number; merges: object[]; mergesInAll: number }>
}

describe('diff', () => {
  const cwd = temporaryFolder()
  const write = (name: string, content: string | Buffer) => writeFileSync(join(cwd, name), content)
  const diff = (...args: string[]) => runCommand(['diff', ...args], { cwd })

  /** The report, and each change with its number of events. */
  async function compared(...args: string[]) {
    const { code, stdout, stderr } = await diff(...args, '--json')
    expect(stderr).toBe('')
    const report = JSON.parse(stdout) as Report
    const changes = report.differences.map(({ kind, name, events }) => `${kind}: ${name} (${events})`)
    const outcomes = Object.entries(report.outcomes).flatMap(([name, { events }]) =>
      events > 0 ? [[name, events]] : []
    )
    return { code, report, changes, outcomes: Object.fromEntries(outcomes) as Record<string, number> }
  }

  beforeAll(() => {
    write('production.js', PRODUCTION_LIKE)
    mkdirSync(join(cwd, 'node_modules/production'), { recursive: true })
    write('node_modules/production/index.js', PRODUCTION_LIKE)
    write('a.ndjson', lines(track(1), track(2, { properties: { total: 9.5, plan: 'pro' } }), track(3, { event: ' ' })))
  })

  it('tells nothing of one mapping, and exits with 0', async () => {
    const { code, stdout } = await diff('a.ndjson')
    expect(code).toBe(0)
    expect(stdout).toBe(`3 events
  outcome          events  for example
  same             2       a.ndjson:1, a.ndjson:2
  refused by both  1       a.ndjson:3

Requests, with full batches
  before  after
  1       1

Anonymous IDs and Heap user IDs that become part of a person: 0 before, 0 after.
`)
  })

  it('tells what another mapping changes, in files of both kinds', async () => {
    const trackEvent = {
      event: { '@template': '{{event}} now' },
      properties: { sum: { '@path': '$.properties.total' }, plan: { '@path': '$.properties.plan' }, new: true },
      identity: { '@path': '$.properties.plan' },
      anonymous_id: { '@path': '$.userId' }
    }
    write('after.json', JSON.stringify({ trackEvent }))
    write('b.gz', gzipSync(lines(track(4))))
    const { code, changes, outcomes, report } = await compared('a.ndjson', 'b.gz', '--after', 'after.json')
    expect({ code, outcomes, changes }).toStrictEqual({
      code: 3,
      outcomes: { changed: 3, 'no longer refused': 1 },
      changes: [
        'endpoint: heapanalytics.com/api/track → heapanalytics.com/api/integrations/track (2)',
        'identity: identity → anonymous ID (2)',
        'identity: another identity (1)',
        'event name: event (3)',
        'property added: new (3)',
        'property renamed: total → sum (3)'
      ]
    })
    expect(report.identityChanged).toBe(3)
    expect(report.differences[3]).toMatchObject({ before: 'Paid', after: 'Paid now', example: { where: 'a.ndjson:1' } })
  })

  it('names the differences of another destination, and no more; the other way round the reverse', async () => {
    const properties = { total: 9.5, list: ['a', 'b'], none: null, text: 'x'.repeat(1100), same: 'text' }
    write(
      'traffic.ndjson',
      lines(
        track(1, { properties, anonymousId: 'anon-1' }),
        track(2, { userId: 'guest', anonymousId: 'anon-2' }),
        track(3, { userId: 'guest' }),
        { type: 'identify', userId: 'user-1', messageId: 'message-4', timestamp: TIME }
      )
    )
    const there = await compared('traffic.ndjson', '--before-definition', 'production.js')
    expect(there).toMatchObject({
      code: 3,
      outcomes: { changed: 2, 'only after': 1, 'newly refused': 1 },
      changes: [
        'request only before: heapanalytics.com/api/add_user_properties (user) (2)',
        'endpoint: heapanalytics.com/api/integrations/track → heapanalytics.com/api/track (1)',
        'identity: identity → anonymous ID (1)',
        'property added: list (1)',
        'property removed: list.N (1)',
        'property removed: none (1)',
        'property retyped: total: string → number (1)',
        'property cut: text (1)',
        'property changed: segment_library (2)',
        'field added: timestamp (2)'
      ]
    })
    expect(there.report.refusals).toMatchObject([
      { outcome: 'newly refused', reason: expect.stringMatching(/^No user/) }
    ])
    expect(there.report.requests).toStrictEqual({ before: 5, after: 3 })
    const back = await compared('traffic.ndjson', '--after-definition', 'production')
    expect(back.outcomes).toStrictEqual({ changed: 2, 'only before': 1, 'no longer refused': 1 })
    expect(back.changes).toContain('property retyped: total: number → string (1)')
    expect(back.changes).toContain('request only after: heapanalytics.com/api/add_user_properties (user) (2)')
  })

  it('predicts whom Heap would merge for good', async () => {
    const shared = Array.from({ length: 12 }, (_, at) => track(at, { userId: 'kiosk', anonymousId: `anon-${at}` }))
    const guest = [20, 21].map((at) => track(at, { userId: 'guest', anonymousId: `anon-${at}` }))
    write('people.ndjson', lines(...shared, ...guest, track(30, { anonymousId: 'anon-30' })))
    const { report } = await compared('people.ndjson', '--before-definition', 'production.js')
    expect(report.people).toStrictEqual({
      before: {
        joined: 15,
        merges: [
          { identity: 'kiosk', why: 'shared', times: 12, anonymousIds: 12, heapUserIds: 0, messageId: 'message-0' },
          { identity: 'guest', why: 'placeholder', times: 4, anonymousIds: 2, heapUserIds: 0, messageId: 'message-20' }
        ],
        mergesInAll: 2,
        approximate: false
      },
      after: { joined: 0, merges: [], mergesInAll: 0, approximate: false }
    })
  })

  it('writes a page of its own, in which hostile names are text', async () => {
    const evil = '<img src=x onerror=alert(1)>'
    write('evil.ndjson', lines(track(1, { messageId: evil, properties: { [evil]: '</td><script>1</script>', b: 1 } })))
    write('drop.json', '{"trackEvent": {"properties": {}}}')
    const { code } = await diff('evil.ndjson', '--after', 'drop.json', '--html', 'report.html')
    const page = readFileSync(join(cwd, 'report.html'), 'utf8')
    expect(code).toBe(3)
    expect(page).toContain('<td>property removed</td><td>&lt;img src=x onerror=alert(1)&gt;</td><td>1</td>')
    expect(page).not.toMatch(/<script|<img|https?:|<link/)
  })

  it('continues after lines that cannot be read, and reads standard input', async () => {
    const diffing = new Running(['diff', '-'], { cwd })
    diffing.stdin.end(`{"broken"\n${lines(track(1))}[]\n`)
    const { code, stdout, stderr } = await diffing.exited
    expect({ code, stderr }).toStrictEqual({
      code: 0,
      stderr: 'standard input:1: the line is not valid JSON\nstandard input:3: the message must be a JSON object\n'
    })
    expect(stdout).toContain('2 lines could not be read.')
  })

  it('counts what a definition throws as refused', async () => {
    write(
      'throws.js',
      PRODUCTION_LIKE.replace("throw new Error('Either", "null.x; throw new Error('Either").replace(
        'if (!identity &&',
        'if (identity ||'
      )
    )
    const { report, outcomes } = await compared('a.ndjson', '--after-definition', 'throws.js')
    expect(outcomes).toStrictEqual({ 'newly refused': 2, 'refused by both': 1 })
    expect(report.refusals).toMatchObject([{ reason: "Cannot read properties of null (reading 'x')", events: 2 }])
  })

  it.each([
    ['a file', ['none.ndjson'], 'cannot read none.ndjson: ENOENT'],
    ['a mapping', ['a.ndjson', '--before', 'none.json'], '--before: none.json does not exist'],
    ['a module', ['a.ndjson', '--after-definition', 'nobody'], '--after-definition: cannot load nobody: '],
    [
      'a module that works',
      ['a.ndjson', '--before-definition', 'broken.js'],
      '--before-definition: cannot load broken.js: not today'
    ],
    [
      'a destination',
      ['a.ndjson', '--before-definition', 'empty.js'],
      '--before-definition: cannot load empty.js: empty.js exports no destination'
    ],
    [
      'a destination in cloud mode',
      ['a.ndjson', '--before-definition', 'device.js'],
      '--before-definition: device.js runs in the page; only destinations in cloud mode can be compared'
    ],
    ['messages', ['empty.ndjson'], 'there is no message in empty.ndjson']
  ])('says in one line what is missing: %s', async (_name, args, message) => {
    write('broken.js', "throw new Error('not today\\nnor tomorrow')")
    write('empty.js', 'module.exports = {}')
    write('device.js', "module.exports = { name: 'Web', mode: 'device', actions: {} }")
    write('empty.ndjson', '\n')
    const { code, stdout, stderr } = await diff(...args)
    expect({ code, stdout }).toStrictEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^Error: [^\n]*\n$/)
    expect(stderr).toContain(message)
  })

  it('prints what the migration guide shows of the classic destination', async () => {
    const page = readFileSync(join(ROOT, 'docs/migrate.md'), 'utf8')
    const args = ['diff', 'examples/calls.ndjson', '--before-definition', 'examples/classic-heap.js']
    expect(page).toContain(`./bin/run ${args.join(' ')}\n`)
    const { stdout } = await runCommand(args, { cwd: ROOT })
    expect(page).toContain(`\`\`\`\n${stdout.trim()}\n\`\`\``)
  })
})
