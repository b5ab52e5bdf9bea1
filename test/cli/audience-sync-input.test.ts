import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Running } from './__helpers__/command-line'
import { emulatorAndFolder } from './__helpers__/emulator-and-folder'
import { runCommand } from './__helpers__/in-process'

describe('audience:sync', () => {
  const here = emulatorAndFolder({ rateLimits: false })

  const begin = (members: string, ...more: string[]) =>
    new Running(['audience:sync', '--name', 'vip', '--members', members, '--emulator', here.emulator.url, ...more], {
      cwd: here.folder
    })
  const finish = (members: string, ...more: string[]) =>
    runCommand(['audience:sync', '--name', 'vip', '--members', members, '--emulator', here.emulator.url, ...more], {
      cwd: here.folder
    })
  const memberships = () =>
    Object.fromEntries(here.emulator.users().map((user) => [user.identity, user.properties.vip]))

  it('skips lines that are too long or name nobody, and tells their numbers', async () => {
    const csv = `userId\nuser-1\n${'x'.repeat(10_000_000)}\n"user-2"\n\nguest\nuser-3`
    writeFileSync(join(here.folder, 'members.csv'), csv)
    const { code, stderr } = await finish('members.csv')
    expect({ code, stderr: stderr.split('\n') }).toStrictEqual({
      code: 2,
      stderr: [
        'members.csv:3: the line is longer than 1000000 bytes',
        'members.csv:6: the id is missing or a placeholder',
        'vip: first sync: vip.emulator-11.state has no members yet, so every member is sent',
        ''
      ]
    })
    expect(memberships()).toStrictEqual({ 'user-1': true, 'user-2': true, 'user-3': true })
  })

  it('loses no line that is too long among many members', async () => {
    const block = (at: number) =>
      `${Array.from({ length: 1000 }, (_, i) => `user-${at}-${i}\n`).join('')}${'x'.repeat(1_000_001)}\n`
    writeFileSync(join(here.folder, 'members.csv'), Array.from({ length: 20 }, (_, at) => block(at)).join(''))
    const { stdout } = await finish('members.csv')
    expect(stdout).toBe('vip: synced: added 20000, removed 0, unchanged 0, rejected 20 (members.csv.rejected.ndjson)\n')
  })

  it('takes lines however they end', async () => {
    writeFileSync(join(here.folder, 'members.csv'), 'userId\r\n"user-1"\n"user-2"\r\n"user-3"')
    expect(await finish('members.csv')).toMatchObject({ code: 0 })
    expect(memberships()).toStrictEqual({ 'user-1': true, 'user-2': true, 'user-3': true })
  })

  it('sends nothing when a quote is never closed: everybody after it would seem to have left', async () => {
    writeFileSync(join(here.folder, 'members.csv'), `user-1\n"user-2\n${'user-3\n'.repeat(200_000)}`)
    const { code, stderr } = await finish('members.csv')
    expect({ code, stderr }).toStrictEqual({
      code: 1,
      stderr: expect.stringMatching(/(^|\n)Error: cannot read members\.csv as CSV: .*\n$/)
    })
    expect(here.emulator.requests).toStrictEqual([])
  })

  it('takes half of a list for none: Ctrl-C while members come in changes nothing', async () => {
    const first = begin('-')
    first.stdin.end('user-1\nuser-2\n')
    expect(await first.exited).toMatchObject({ code: 0 })
    const second = begin('-')
    second.stdin.write('guest\nuser-2\n')
    second.stdin.write('user-9\n'.repeat(2_000))
    await second.printed(/stdin|standard input:1/)
    second.kill('SIGINT')
    expect(await second.exited).toMatchObject({ code: 130 })
    expect(here.emulator.requests).toHaveLength(1)
    writeFileSync(join(here.folder, 'members.csv'), 'user-1\nuser-2\n')
    expect(await finish('members.csv')).toMatchObject({
      code: 0,
      stdout: 'vip: synced: added 0, removed 0, unchanged 2, rejected 0\n'
    })
  })

  it('refuses a second sync of the same audience at once', async () => {
    writeFileSync(join(here.folder, 'members.csv'), 'user-1\n')
    const waiting = begin('-')
    waiting.stdin.write(`guest\n${'user-9\n'.repeat(2_000)}`)
    await waiting.printed(/standard input:1/)
    expect(await finish('members.csv')).toMatchObject({
      code: 1,
      stderr: 'Error: another process uses vip.emulator-11.state: wait until it ends\n'
    })
    waiting.stdin.end()
    expect(await waiting.exited).toMatchObject({ code: 2 })
    expect(memberships()).toStrictEqual({ 'user-9': true })
  })

  it('removes everybody only when it is told that an empty list is meant', async () => {
    writeFileSync(join(here.folder, 'members.csv'), 'user-1\r\nuser-2\r\n')
    await finish('members.csv')
    for (const nobody of ['', 'userId\r\n', 'guest\n']) {
      writeFileSync(join(here.folder, 'members.csv'), nobody)
      for (const flags of [[], ['--dry-run']]) {
        expect(await finish('members.csv', ...flags)).toMatchObject({
          code: 1,
          stderr: expect.stringContaining(
            'members.csv has no members: if the audience really is empty, add --allow-removals 100%'
          )
        })
      }
    }
    expect(memberships()).toStrictEqual({ 'user-1': true, 'user-2': true })
    writeFileSync(join(here.folder, 'members.csv'), '')
    expect(await finish('members.csv', '--allow-removals', '100%')).toMatchObject({
      code: 0,
      stdout: 'vip: synced: added 0, removed 2, unchanged 0, rejected 0\n'
    })
    expect(memberships()).toStrictEqual({ 'user-1': false, 'user-2': false })
  })

  it('takes a first list without anybody for a failed export, too', async () => {
    for (const [nobody, ...flags] of [[''], ['userId\n', '--dry-run'], ['\n\n\n']]) {
      writeFileSync(join(here.folder, 'members.csv'), nobody)
      expect(await finish('members.csv', ...flags)).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(
          /^(vip: first sync.*\n)?Error: members\.csv has no members: if the audience really is empty, add --allow-removals 100%\n$/
        )
      })
    }
    expect(await finish('members.csv', '--allow-removals', '100%')).toMatchObject({ code: 0 })
    expect(here.emulator.requests).toStrictEqual([])
  })

  it('passes over empty lines before the header', async () => {
    writeFileSync(join(here.folder, 'members.csv'), '\n  \n,\nname,userId\nAnn,user-1\n')
    expect(await finish('members.csv')).toMatchObject({ code: 0 })
    expect(memberships()).toStrictEqual({ 'user-1': true })
    writeFileSync(join(here.folder, 'members.csv'), '\n\nuser-2\nuser-3\n')
    expect(await finish('members.csv', '--allow-removals', '100%')).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('row 3, "user-2", is a member')
    })
  })

  it.each([
    ['csv', 'id,user_id,email\nrow-1,user-1,a@x.org\n'],
    ['csv', 'email,ID , UserID\na@x.org,row-1,user-1\n'],
    ['ndjson', '{"id":"row-1","userId":"user-1"}\n'],
    ['ndjson', '{"identity":"user-1","id":7}\n']
  ])('takes the userId and no other id: %s %s', async (format, text) => {
    writeFileSync(join(here.folder, `members.${format}`), text)
    expect(await finish(`members.${format}`)).toMatchObject({ code: 0 })
    expect(memberships()).toStrictEqual({ 'user-1': true })
  })

  it.each([
    ['NDJSON', '{"userId":"u1"}\n{"userId":"u2"}\n', 'pass --format ndjson for NDJSON'],
    ['semicolons', 'customer_id;name\nu1;Ann\n', 'columns separated by ; or | or tabs'],
    ['bars', 'userId|name\nu1|Ann\n', 'columns separated by ; or | or tabs'],
    ['tabs', 'name\tuserId\nAnn\tu1\n', 'columns separated by ; or | or tabs'],
    [
      'stray quotes',
      'userId,name\nu1,"Bob\nu2,Al\nu3,"Carl\nu4,X\n',
      'cannot read members.csv as CSV: Invalid Closing Quote'
    ],
    [
      'columns of other names',
      'email,na\x1b[2Jme\na@x.org,Ann\n',
      'userId, user_id, identity or id: name the column of the IDs with --column; it has email, na [2Jme\n'
    ]
  ])('makes nobody of a table that it cannot read: %s', async (_name, text, message) => {
    writeFileSync(join(here.folder, 'members.csv'), text)
    expect(await finish('members.csv')).toMatchObject({ code: 1, stderr: expect.stringContaining(message) })
    expect(here.emulator.requests).toStrictEqual([])
  })

  it('rejects a row whose columns a comma has shifted', async () => {
    writeFileSync(join(here.folder, 'members.csv'), 'name,userId\nSmith, John,u1\nAda,u2\n"Lee, Bo",u3\n')
    const { code, stderr } = await finish('members.csv')
    expect({ code, stderr }).toStrictEqual({
      code: 2,
      stderr: expect.stringContaining('members.csv:2: the row has 3 columns')
    })
    expect(memberships()).toStrictEqual({ u2: true, u3: true })
  })

  it('says that the first row is a member when it names no column', async () => {
    writeFileSync(join(here.folder, 'members.csv'), 'user-1\n   \nuser-2\n')
    const { code, stderr } = await finish('members.csv')
    expect({ code, stderr }).toStrictEqual({
      code: 0,
      stderr: expect.stringContaining('is called userId, user_id, identity or id: row 1, "user-1", is a member\n')
    })
    expect(memberships()).toStrictEqual({ 'user-1': true, 'user-2': true })
  })

  it('takes no id that would be another one in Heap', async () => {
    const ids = ['1234567890123456789', '"\\ud800a"', '"a\\u0000b"', '"\\ufffd"', '7', '"user-\ud83d\ude00"']
    writeFileSync(join(here.folder, 'members.ndjson'), ids.map((id) => `${id}\n`).join(''))
    expect(await finish('members.ndjson')).toMatchObject({ code: 2 })
    expect(memberships()).toStrictEqual({ '7': true, 'user-\ud83d\ude00': true })
    const rejected = readFileSync(join(here.folder, 'members.ndjson.rejected.ndjson'), 'utf8')
      .split('\n')
      .filter(Boolean)
    expect(rejected.map((line) => JSON.parse(line).line)).toStrictEqual([1, 2, 3, 4])
  })

  it('counts who is unchanged once, however often it is interrupted, and keeps what was rejected', async () => {
    const ids = Array.from({ length: 6_000 }, (_, at) => `user-${at}`)
    writeFileSync(join(here.folder, 'members.csv'), `${ids.join('\n')}\n`)
    await finish('members.csv')
    // Every other one has left, so that members that stay lie between the changes of each batch.
    const left = ids.filter((_, at) => at % 2 === 0)
    writeFileSync(join(here.folder, 'members.csv'), `${left.join('\n')}\nguest\n`)
    here.emulator.setFaults({ status: { 503: 1 }, retryAfter: 60, next: [{ pass: true }] })
    for (let run = 0; run < 2; run++) {
      const running = begin('members.csv', '--allow-removals', '50')
      await running.printed(/sending again/)
      running.kill('SIGINT')
      const outcome = `added 0, removed ${run === 0 ? 1000 : 0}, unchanged 3000, rejected 1`
      expect(await running.exited).toMatchObject({
        code: 130,
        stdout: expect.stringContaining(`interrupted: ${outcome}`)
      })
    }
    here.emulator.setFaults({})
    const { code, stdout } = await finish('members.csv', '--allow-removals', '50')
    expect({ code, stdout }).toStrictEqual({
      code: 2,
      stdout: 'vip: synced: added 0, removed 2000, unchanged 3000, rejected 1 (members.csv.rejected.ndjson)\n'
    })
    expect(readFileSync(join(here.folder, 'members.csv.rejected.ndjson'), 'utf8').trim().split('\n')).toHaveLength(1)
  })
})
