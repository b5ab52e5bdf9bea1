import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { endAll, ROOT, Running } from './__helpers__/command-line'
import { runCommand } from './__helpers__/in-process'
import { removeTemporaryFolders, temporaryFolder } from './__helpers__/temporary-folder'

afterAll(removeTemporaryFolders)
afterEach(endAll)

const track = (more: object) => ({ type: 'track', messageId: 'm-1', userId: 'user-1', event: 'Paid', ...more })

describe('explain', () => {
  const cwd = temporaryFolder()
  const write = (name: string, content: string | Buffer) => writeFileSync(join(cwd, name), content)
  const explain = (...args: string[]) => runCommand(['explain', ...args], { cwd })
  const conclusions = (stdout: string) => stdout.split('\n').filter((line) => line.startsWith('- '))

  it('explains one event of a file that people can read, by a mapping of their own', async () => {
    write('event.json', JSON.stringify(track({ properties: { total: 9.5 } }), null, 2))
    write('mapping.json', '[{"partnerAction":"trackEvent","name":"Mine","subscribe":"type = \\"page\\""}]')
    const { code, stdout, stderr } = await explain('event.json', '--mapping', 'mapping.json')
    expect({ code, stderr }).toStrictEqual({ code: 0, stderr: '' })
    expect(stdout).toBe(`event.json:1
The track call "Paid" of "user-1", message ID m-1, does not reach Heap: no subscription matches it.

It has no integrations object, so all destinations get it.
"Mine" does not match: type is "track", needed: type = "page".

`)
  })

  it('finds a message in archives by its ID, and knows who its user is from the lines before', async () => {
    const identify = { type: 'identify', userId: 'user-1', anonymousId: 'anon-1' }
    const visit = { ...track({ messageId: 'm-2', event: 'Visited' }), userId: undefined, anonymousId: 'anon-1' }
    write('a.gz', gzipSync(`${JSON.stringify(identify)}\n{"broken"\n`))
    write('b.ndjson', `${JSON.stringify(track({}))}\n${JSON.stringify(visit)}\n`)
    const { code, stdout, stderr } = await explain('a.gz', 'b.ndjson', '--message-id', 'm-2')
    expect({ code, stderr }).toStrictEqual({ code: 2, stderr: 'a.gz:2: the line is not valid JSON\n' })
    expect(conclusions(stdout)).toStrictEqual([
      '- Heap stores the event "Visited" for user-1, to whom the anonymous ID anon-1 belongs.'
    ])
  })

  it('explains standard input, also as JSON, for the settings of a file', async () => {
    write('settings.json', '{"appId": "12", "region": "EU"}')
    const explaining = new Running(['explain', '-', '--json', '--settings', 'settings.json'], { cwd })
    explaining.stdin.end([track({}), track({})].map((event) => `${JSON.stringify(event)}\n`).join(''))
    const { code, stdout } = await explaining.exited
    const [first, second] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(code).toBe(0)
    expect(first).toMatchObject({ where: 'standard input:1', meant: true, deliveries: [{ action: 'trackEvent' }] })
    expect(first.deliveries[0].requests[0].request.url).toBe('https://c.eu.heap-api.com/api/track')
    expect(second.deliveries[0].requests[0].heap.effects).toStrictEqual([
      'changes nothing: it has an event with the idempotency key m-1 already'
    ])
  })

  it.each([
    [
      'a message that is not there',
      ['event.ndjson', '--message-id', 'no'],
      'there is no message with the ID no in event.ndjson'
    ],
    ['an empty file', ['empty.ndjson'], 'there is no message in empty.ndjson'],
    [
      'a file that is not there',
      ['none.json'],
      "cannot read none.json: ENOENT: no such file or directory, stat 'none.json'"
    ],
    ['a mapping that is not there', ['event.ndjson', '--mapping', 'x.json'], '--mapping: x.json does not exist']
  ])('says in one line what is wrong with %s', async (_name, args, message) => {
    write('event.ndjson', `${JSON.stringify(track({}))}\n`)
    write('empty.ndjson', '')
    expect(await explain(...args)).toStrictEqual({ code: 1, stdout: '', stderr: `Error: ${message}\n` })
  })

  it('prints what its page shows', async () => {
    const page = readFileSync(join(ROOT, 'docs/explain-and-diff.md'), 'utf8')
    const args = ['explain', '--message-id', 'message-04', 'examples/calls.ndjson']
    expect(page).toContain(`./bin/run ${args.join(' ')}\n`)
    const { stdout } = await runCommand(args)
    expect(page).toContain(`\`\`\`\n${stdout.trim()}\n\`\`\``)
  })
})
