import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Running } from './__helpers__/command-line'
import { emulatorAndFolder } from './__helpers__/emulator-and-folder'

describe('audience:sync', () => {
  const here = emulatorAndFolder({ rateLimits: false })

  const begin = (members: string, ...more: string[]) =>
    new Running(['audience:sync', '--name', 'vip', '--members', members, '--emulator', here.emulator.url, ...more], {
      cwd: here.folder
    })
  const memberships = () =>
    Object.fromEntries(here.emulator.users().map((user) => [user.identity, user.properties.vip]))

  it('skips lines that are too long or name nobody, and tells their numbers', async () => {
    const csv = `userId\nuser-1\n${'x'.repeat(10_000_000)}\n"user-2"\n\nguest\nuser-3`
    writeFileSync(join(here.folder, 'members.csv'), csv)
    const { code, stderr } = await begin('members.csv').exited
    expect({ code, stderr: stderr.split('\n') }).toStrictEqual({
      code: 2,
      stderr: [
        'vip: first sync, of all members: there is no vip.emulator-11.state of an earlier one',
        'members.csv:3: the line is longer than 1000000 bytes',
        'members.csv:6: the id is missing or a placeholder',
        ''
      ]
    })
    expect(memberships()).toStrictEqual({ 'user-1': true, 'user-2': true, 'user-3': true })
  })

  it('sends nothing when a quote is never closed: everybody after it would seem to have left', async () => {
    writeFileSync(join(here.folder, 'members.csv'), `user-1\n"user-2\n${'user-3\n'.repeat(200_000)}`)
    const { code, stderr } = await begin('members.csv').exited
    expect({ code, stderr }).toStrictEqual({
      code: 1,
      stderr: expect.stringMatching(/\nError: cannot read members\.csv: .*\n$/)
    })
    expect(here.emulator.requests).toStrictEqual([])
    expect(readdirSync(here.folder)).toStrictEqual(['members.csv'])
  })

  it('takes half of a list for none: Ctrl-C while members come in changes nothing', async () => {
    const first = begin('-')
    first.stdin.end('user-1\nuser-2\n')
    expect(await first.exited).toMatchObject({ code: 0 })
    const state = readFileSync(join(here.folder, 'vip.emulator-11.state'), 'utf8')
    const second = begin('-')
    second.stdin.write('guest\nuser-2\n')
    second.stdin.write('user-9\n'.repeat(2_000))
    await second.printed(/stdin|standard input:1/)
    second.kill('SIGINT')
    expect(await second.exited).toMatchObject({ code: 130 })
    expect(here.emulator.requests).toHaveLength(1)
    expect(readFileSync(join(here.folder, 'vip.emulator-11.state'), 'utf8')).toBe(state)
  })

  it('refuses a second sync of the same audience at once', async () => {
    writeFileSync(join(here.folder, 'members.csv'), 'user-1\n')
    const waiting = begin('-', '--state', 'one.state')
    waiting.stdin.write(`guest\n${'user-9\n'.repeat(2_000)}`)
    await waiting.printed(/standard input:1/)
    expect(await begin('members.csv', '--state', 'one.state').exited).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/another run \(process \d+\) works on it/)
    })
    waiting.stdin.end()
    expect(await waiting.exited).toMatchObject({ code: 2 })
  })

  it('removes everybody when nobody is a member any more', async () => {
    writeFileSync(join(here.folder, 'members.csv'), 'user-1\r\nuser-2\r\n')
    await begin('members.csv').exited
    writeFileSync(join(here.folder, 'members.csv'), '')
    expect(await begin('members.csv').exited).toMatchObject({
      code: 0,
      stdout: 'vip: synced: added 0, removed 2, unchanged 0, rejected 0\n'
    })
    expect(memberships()).toStrictEqual({ 'user-1': false, 'user-2': false })
  })
})
