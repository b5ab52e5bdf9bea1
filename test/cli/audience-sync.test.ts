import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Running } from './__helpers__/command-line'
import { requestsSeen } from './__helpers__/killing'
import { emulatorAndFolder } from './__helpers__/emulator-and-folder'
import { runCommand } from './__helpers__/in-process'

const KEY = 'order_completed_last_30days'

describe('audience:sync', () => {
  const here = emulatorAndFolder({ rateLimits: false })

  const args = (members: string, ...more: string[]) => [
    ...['audience:sync', '--name', 'Order Completed Last 30days', '--members', members],
    ...['--emulator', here.emulator.url, ...more]
  ]
  const sync = (members: string, ...more: string[]) => runCommand(args(members, ...more), { cwd: here.folder })
  const write = (name: string, text: string) => writeFileSync(join(here.folder, name), text)
  const read = (name: string) => readFileSync(join(here.folder, name), 'utf8')
  const memberships = () =>
    Object.fromEntries(here.emulator.users().map((user) => [user.identity, user.properties[KEY]]))
  const bodies = () => here.emulator.requests.map(({ body }) => body)

  it('sends true for everybody at first, and only the changes later', async () => {
    write('members.csv', 'email,userId\r\na@x.org,user-1\r\nb@x.org,user-2\r\nc@x.org,user-2\r\n')
    const first = await sync('members.csv')
    expect({ code: first.code, stdout: first.stdout }).toStrictEqual({
      code: 0,
      stdout: `${KEY}: synced: added 2, removed 0, unchanged 0, rejected 0\n`
    })
    expect(memberships()).toStrictEqual({ 'user-1': true, 'user-2': true })
    write('members.csv', 'userId\nuser-2\nuser-3\n')
    const second = await sync('members.csv', '--allow-removals', '50%')
    expect(second.stdout).toBe(`${KEY}: synced: added 1, removed 1, unchanged 1, rejected 0\n`)
    expect(bodies()[1]).toStrictEqual({
      app_id: '11',
      users: [
        { identity: 'user-1', properties: { [KEY]: false } },
        { identity: 'user-3', properties: { [KEY]: true } }
      ]
    })
    expect(readdirSync(here.folder).sort()).toStrictEqual(['members.csv', `${KEY}.emulator-11.state`])
  })

  it('shows the changes with --dry-run, and neither sends nor writes', async () => {
    write('members.ndjson', '"user-1"\n{"user_id":"user-2"}\n7\n')
    const { code, stdout } = await sync('members.ndjson', '--dry-run')
    expect({ code, stdout }).toStrictEqual({
      code: 0,
      stdout: `${KEY}: would add 3, remove 0, leave 0 unchanged, reject 0\n`
    })
    expect(readdirSync(here.folder)).toStrictEqual(['members.ndjson'])
    expect(here.emulator.requests).toStrictEqual([])
  })

  it('lists rows that name nobody, and takes the column that it is told', async () => {
    write('members.csv', `id,key\n1,user-1\n2,guest\n3,\n4,${'x'.repeat(256)}\n`)
    const { code } = await sync('members.csv', '--column', 'key', '--state', 'kept.state')
    expect(code).toBe(2)
    expect(memberships()).toStrictEqual({ 'user-1': true })
    expect(read('members.csv.rejected.ndjson').split('\n')).toStrictEqual([
      '{"line":3,"reason":"the id is missing or a placeholder"}',
      '{"line":4,"reason":"the id is missing or a placeholder"}',
      '{"line":5,"reason":"the id has more than 255 characters"}',
      ''
    ])
    expect(lstatSync(join(here.folder, 'kept.state')).mode & 0o777).toBe(0o700)
  })

  it('tries whom Heap refused again at the next sync', async () => {
    write('members.csv', 'user-1\nuser-2\nuser-3\n')
    here.emulator.setFaults({ refuseContaining: 'user-2' })
    expect(await sync('members.csv')).toMatchObject({ code: 2 })
    expect(JSON.parse(read('members.csv.rejected.ndjson'))).toMatchObject({ id: 'user-2', member: true, status: 400 })
    here.emulator.setFaults({})
    const { code, stdout } = await sync('members.csv')
    expect({ code, stdout }).toStrictEqual({
      code: 0,
      stdout: `${KEY}: synced: added 1, removed 0, unchanged 2, rejected 0\n`
    })
    expect(memberships()).toStrictEqual({ 'user-1': true, 'user-2': true, 'user-3': true })
  })

  it('tells Heap at the next sync that somebody has left whom it refused', async () => {
    write('members.csv', 'user-1\nuser-2\n')
    await sync('members.csv')
    write('members.csv', 'user-1\n')
    here.emulator.setFaults({ refuseContaining: 'user-2' })
    expect(await sync('members.csv', '--allow-removals', '50')).toMatchObject({ code: 2 })
    here.emulator.setFaults({})
    const { stdout } = await sync('members.csv', '--allow-removals', '50')
    expect(stdout).toBe(`${KEY}: synced: added 0, removed 1, unchanged 1, rejected 0\n`)
    expect(memberships()).toStrictEqual({ 'user-1': true, 'user-2': false })
  })

  it('counts somebody once who stands far apart in a long list', async () => {
    write('members.csv', [...Array.from({ length: 100_001 }, (_, at) => `user-${at}`), 'user-0'].join('\n'))
    const { stdout } = await sync('members.csv', '--dry-run')
    expect(stdout).toBe(`${KEY}: would add 100001, remove 0, leave 0 unchanged, reject 0\n`)
  })

  it.each([
    ['a state of another audience', 'members.csv', 'kept.state', /kept\.state is not of this audience/],
    ['a state that is another file', 'members.csv', 'other.bin', /of x {199}; name another folder/],
    [
      'a state that is a folder',
      'members.csv',
      '.',
      /Error: \. is not a store, or has lost store\.json: name another folder/
    ],
    [
      'a state that is a link',
      'members.csv',
      'link.state',
      /link\.state is a symbolic link: name the folder that it points to/
    ],
    ['a file that does not exist', 'none.csv', 'new.state', /cannot read none\.csv/],
    ['a state that cannot be written', 'members.csv', 'none/new.state', /cannot write none\/new\.state: ENOENT/]
  ])('refuses %s before it sends', async (_case, members, state, message) => {
    write('members.csv', 'user-1\n')
    write('kept.state', '{"audience":"other"}\nuser-1\n')
    write('other.bin', `x${'\x1b'.repeat(2)}${' '.repeat(500)}\n`)
    mkdirSync(join(here.folder, 'elsewhere'))
    symlinkSync('elsewhere', join(here.folder, 'link.state'))
    const before = readdirSync(here.folder)
    const { code, stderr } = await sync(members, '--state', state)
    expect({ code, stderr }).toStrictEqual({ code: 1, stderr: expect.stringMatching(message) })
    expect(here.emulator.requests).toStrictEqual([])
    expect(readdirSync(here.folder)).toStrictEqual(before)
    expect(readdirSync(join(here.folder, 'elsewhere'))).toStrictEqual([])
  })

  it('replaces a link in the place of the rejected rows, and does not follow it', async () => {
    write('members.csv', 'user-1\nguest\n')
    write('mine', 'mine')
    symlinkSync('mine', join(here.folder, 'members.csv.rejected.ndjson'))
    expect(await sync('members.csv')).toMatchObject({ code: 2 })
    expect(read('mine')).toBe('mine')
    const found = lstatSync(join(here.folder, 'members.csv.rejected.ndjson'))
    expect({ isFile: found.isFile(), mode: found.mode & 0o777 }).toStrictEqual({ isFile: true, mode: 0o600 })
  })

  it.each([
    ['leaves out more than 30 %', 'user-1\nuser-2\n', 50, 'members.csv leaves out 2 of 4 members: '],
    ['leaves out a little more than it may', 'user-1\nuser-2\nuser-3\n', 24, 'members.csv leaves out 1 of 4 members: ']
  ])('sends nothing when the list %s, unless that is meant', async (_case, list, allowed, message) => {
    write('members.csv', 'user-1\nuser-2\nuser-3\nuser-4\n')
    await sync('members.csv')
    write('members.csv', list)
    const flags = allowed < 30 ? ['--allow-removals', `${allowed}%`] : []
    for (const more of [flags, [...flags, '--dry-run']]) {
      const { code, stderr } = await sync('members.csv', ...more)
      expect({ code, stderr }).toStrictEqual({ code: 1, stderr: expect.stringContaining(message) })
    }
    expect(here.emulator.requests).toHaveLength(1)
    expect(await sync('members.csv', '--allow-removals', '50%')).toMatchObject({ code: 0 })
    expect(here.emulator.requests).toHaveLength(2)
  })

  it.each(['101%', 'some', '-1%'])('refuses --allow-removals %s', async (share) => {
    write('members.csv', 'user-1\n')
    expect(await sync('members.csv', `--allow-removals=${share}`)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--allow-removals must be a percentage such as 50%')
    })
  })

  it('prints its outcome as JSON', async () => {
    write('members.csv', 'user-1\nguest\n')
    const { stdout } = await sync('members.csv', '--json')
    expect(JSON.parse(stdout)).toStrictEqual({
      ...{ audience: KEY, added: 1, removed: 0, unchanged: 0, rejected: 1 },
      rejectedFile: 'members.csv.rejected.ndjson'
    })
  })

  it.each([
    ['Email', 'email'],
    ['anonymousId', 'anonymous_id'],
    ['ID', 'id']
  ])('refuses the name %s: people have a property %s that is not a membership', async (name, property) => {
    write('members.csv', 'user-1\n')
    const named = args('members.csv').map((arg) => (arg === 'Order Completed Last 30days' ? name : arg))
    expect(await runCommand(named, { cwd: here.folder })).toMatchObject({
      code: 1,
      stderr: `Error: --name: the property "${property}" of a person holds something else: give the audience another name\n`
    })
    expect(here.emulator.requests).toStrictEqual([])
  })

  describe('after version 0.1.0', () => {
    const state = `${KEY}.emulator-11.state`
    const leave = (name: string, ids: string[]) => {
      const header = { audience: KEY, heap: here.emulator.url, appId: '11', region: 'US' }
      write(name, [JSON.stringify(header), ...ids].map((line) => `${line}\n`).join(''))
    }

    it('reads its state once', async () => {
      leave(state, ['user-1', 'user-2', 'user-3', 'user-4'])
      write('members.csv', 'user-2\nuser-3\nuser-4\nuser-5\n')
      expect((await sync('members.csv', '--dry-run')).stdout).toBe(
        `${KEY}: would add 1, remove 1, leave 3 unchanged, reject 0\n`
      )
      expect(readdirSync(here.folder).sort()).toStrictEqual(['members.csv', state])
      expect((await sync('members.csv')).stdout).toBe(`${KEY}: synced: added 1, removed 1, unchanged 3, rejected 0\n`)
      expect((await sync('members.csv')).stdout).toBe(`${KEY}: synced: added 0, removed 0, unchanged 4, rejected 0\n`)
      expect(memberships()).toStrictEqual({ 'user-1': false, 'user-5': true })
      expect(readdirSync(here.folder).sort()).toStrictEqual(['members.csv', state, `${state}.old`])
    })

    it('tells Heap of everybody again whom an interrupted sync may have told', async () => {
      leave(state, ['user-1', 'user-2', 'user-3'])
      leave(`${state}.next`, ['user-2', 'user-3', 'user-4'])
      write(`${state}.checkpoint.json`, '{}')
      write('members.csv', 'user-2\nuser-3\nuser-4\n')
      expect((await sync('members.csv')).stdout).toBe(`${KEY}: synced: added 3, removed 1, unchanged 0, rejected 0\n`)
      expect(memberships()).toStrictEqual({ 'user-1': false, 'user-2': true, 'user-3': true, 'user-4': true })
      expect(readdirSync(here.folder).sort()).toStrictEqual(['members.csv', state, `${state}.old`])
    })

    it.each([
      ['whose last line is cut off', (text: string) => text.slice(0, -2), 4],
      ['whose lines are out of order', (text: string) => text.replace('user-1\nuser-2', 'user-2\nuser-1'), 3],
      ['that names somebody twice', (text: string) => text.replace('user-1', 'user-2'), 3],
      ['that is empty', () => '', 1]
    ])('does not believe a state %s', async (_case, damaged, line) => {
      leave(state, ['user-1', 'user-2', 'user-3'])
      write(state, damaged(read(state)))
      write('members.csv', 'user-1\nuser-2\nuser-3\n')
      const before = read(state)
      for (const flags of [[], ['--dry-run']]) {
        expect(await sync('members.csv', ...flags)).toMatchObject({
          code: 1,
          stderr: `Error: ${state} is damaged at line ${line}: restore a copy, or delete it to start with a first sync, which removes nobody\n`
        })
      }
      expect(read(state)).toBe(before)
      expect(here.emulator.requests).toStrictEqual([])
    })
  })

  it('finishes the request in flight on Ctrl-C and says how to continue', async () => {
    write('members.csv', Array.from({ length: 5_000 }, (_, at) => `user-${at}`).join('\n'))
    here.emulator.setFaults({ delayMs: 200 })
    const sent = requestsSeen(here.emulator, 1)
    const running = new Running(args('members.csv'), { cwd: here.folder })
    await sent
    running.kill('SIGINT')
    const { code, stderr } = await running.exited
    expect({ code, stderr }).toStrictEqual({
      code: 130,
      stderr: expect.stringMatching(/\nstopped; run the same command to continue from here\n$/)
    })
    here.emulator.setFaults({})
    expect(await sync('members.csv')).toMatchObject({ code: 0 })
    expect(bodies()).toHaveLength(5)
  })
})
