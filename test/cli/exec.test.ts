import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { CallRecord } from '../../src/segment/calls/call-record'
import { endAll, run, Running } from './__helpers__/command-line'
import { runCommand } from './__helpers__/in-process'
import { removeTemporaryFolders, temporaryFolder } from './__helpers__/temporary-folder'

afterEach(async () => {
  await endAll()
  removeTemporaryFolders()
})

/** A test suite of somebody else, in a line: sends the calls, then continues with `then`. */
function sending(calls: object[], then = ''): string[] {
  const body = JSON.stringify({ writeKey: 'key', batch: calls })
  const send = `fetch(process.env.SEGMENT_HOST + '/v1/batch', { method: 'POST', body: ${JSON.stringify(body)} })`
  return ['--', process.execPath, '-e', `${send}.then(() => { ${then} })`]
}

const good = { type: 'track', event: 'Paid', userId: 'user-1', messageId: 'm-1' }
const bad = { type: 'track', event: 'Anonymous', messageId: 'm-2' }

describe('exec', () => {
  it('runs the command beside a pipeline, passes its output on, sums up and ends with its exit code', async () => {
    const then = 'console.log(process.env.SEGMENT_CDN_HOST === process.env.SEGMENT_HOST); process.exitCode = 5'
    expect(
      await run(['exec', ...sending([good, bad, { ...good, type: 'alias', messageId: 'm-3' }], then)])
    ).toStrictEqual({
      code: 5,
      stdout: 'true\n',
      stderr: [
        'calls: 3 (delivered 1, unmatched 1, rejected 1)',
        '  unmatched alias "Paid" of user-1: no subscription matches it',
        '  rejected  track "Anonymous": userId and anonymousId are both missing; send at least one of them',
        ''
      ].join('\n')
    })
  })

  it.each([
    ['rejected', 3],
    ['refused', 0],
    ['refused,rejected', 3]
  ])('with --fail-on %s ends a command that succeeded with %i when a call was rejected', async (outcomes, code) => {
    expect((await runCommand(['exec', '--fail-on', outcomes, ...sending([good, bad])])).code).toBe(code)
  })

  it('writes the calls to the file of --json', async () => {
    const file = join(temporaryFolder(), 'calls.ndjson')
    await runCommand(['exec', '--json', file, ...sending([good])])
    const records = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as CallRecord)
    expect(records).toMatchObject([{ messageId: 'm-1', outcome: 'delivered', deliveries: [{ action: 'trackEvent' }] }])
  })

  it('leaves no file of an earlier run behind when the command cannot run', async () => {
    const file = join(temporaryFolder(), 'calls.ndjson')
    await runCommand(['exec', '--json', file, ...sending([good])])
    await runCommand(['exec', '--json', file, '--', 'no-such-command'])
    expect(existsSync(file)).toBe(false)
  })

  it('says what still waits when the time for it is over', async () => {
    const { stderr } = await runCommand(['exec', '--fault', '503=1', '--idle-timeout', '0', ...sending([good])])
    expect(stderr).toMatch(/^calls wait: 1\n {2}waiting {3}track "Paid" of user-1.*\ncalls: 1 \(waiting 1\)/)
  })

  it.each([
    [
      'a command that does not exist',
      ['--', 'no-such-command'],
      127,
      'Error: cannot run no-such-command: there is no such command\n'
    ],
    ['what is not a program', ['--', __filename], 127, `Error: cannot run ${__filename}: it is not a program\n`],
    [
      'a file that cannot be written',
      ['--json', '/no/such', '--', 'true'],
      1,
      /^Error: cannot write \/no\/such: ENOENT/
    ],
    ['no command', [], 1, 'Error: put the command to run after --, as in: exec -- npm test\n'],
    [
      'an outcome that does not exist',
      ['--fail-on', 'lost', '--', 'true'],
      1,
      /^Error: --fail-on: there is no outcome "lost"/
    ],
    ['a fault that does not exist', ['--fault', 'fire', '--', 'true'], 1, /^Error: --fault: Unknown fault "fire"/]
  ])('says in one line what is wrong with %s', async (_case, args, code, message) => {
    const { code: ended, stderr } = await runCommand(['exec', ...args])
    expect([ended, stderr.trimEnd().split('\n').length]).toStrictEqual([code, 1])
    expect(stderr).toMatch(message)
  })

  it('says that a port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => taken.once('listening', resolve))
    const { port } = taken.address() as AddressInfo
    expect(await runCommand(['exec', '--port', String(port), '--', 'true'])).toMatchObject({
      code: 1,
      stderr: `Error: port ${port} is in use: choose another with --port\n`
    })
    taken.close()
  })

  it.each([
    ['SIGTERM', 143],
    ['SIGKILL', 137]
  ])('ends with 128 and the number of %s when that killed the command', async (signal, code) => {
    const script = `process.kill(process.pid, "${signal}")`
    expect((await runCommand(['exec', '--', process.execPath, '-e', script])).code).toBe(code)
  })

  it.each([
    ['SIGTERM', 'process.on("SIGTERM", () => process.exit(7))', ['SIGTERM'], 7],
    ['Ctrl-C', 'process.on("SIGINT", () => process.exit(8))', ['SIGINT'], 8],
    ['Ctrl-C twice, for a command that ignores it', 'process.on("SIGINT", () => {})', ['SIGINT', 'SIGINT'], 137]
  ] as [string, string, NodeJS.Signals[], number][])(
    'hands %s on and leaves no process behind',
    async (_name, handler, signals, code) => {
      const script = `${handler}; setInterval(() => {}, 1000); console.log('pid ' + process.pid)`
      const server = new Running(['exec', '--', process.execPath, '-e', script])
      const [, pid] = await server.printed(/pid (\d+)/)
      for (const signal of signals) {
        server.kill(signal)
        if (signals.length > 1) await new Promise((resolve) => setTimeout(resolve, 600))
      }
      expect((await server.exited).code).toBe(code)
      expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH')
    }
  )
  it.each<NodeJS.Signals>(['SIGTERM', 'SIGINT'])('hands %s on to what a shell has started', async (signal) => {
    const script = `process.on("${signal}", () => { console.log("ended"); process.exit() }); setInterval(() => {}, 1000)`
    const server = new Running([
      'exec',
      '--',
      'sh',
      '-c',
      `"${process.execPath}" -e '${script}; console.log("on")'; true`
    ])
    await server.printed(/on/)
    server.kill(signal)
    // Its output ends with the last process that may write to it.
    expect((await server.exited).stdout).toBe('on\nended\n')
  })
})
