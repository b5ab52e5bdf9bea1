import { start } from '../../src/emulator'
import type { RunningEmulator } from '../../src/emulator'
import { runCommand } from './__helpers__/in-process'
import { closedPort } from './__helpers__/ports'

const APP_ID = '11'
const API_KEY = 'key-1'
const WAIT = ['--wait', '--poll-interval', '1']

describe('delete', () => {
  let emulator: RunningEmulator
  let clock = 0
  beforeAll(async () => {
    const now = () => Date.now() + clock
    emulator = await start({ apiKeys: { [APP_ID]: API_KEY }, deletionDelayMs: 50, rateLimits: false, now })
  })
  beforeEach(async () => {
    emulator.reset()
    await post('/api/add_user_properties', {
      users: ['user-1', 'user-2'].map((identity) => ({ identity, properties: {} }))
    })
    await post('/eu/api/track', {
      events: [{ event: 'E', identity: 'user-1', properties: {}, idempotency_key: 'message-1' }]
    })
  })
  afterAll(async () => {
    await emulator.close()
  })

  async function post(path: string, body: object): Promise<void> {
    const answer = await fetch(emulator.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ app_id: APP_ID, ...body })
    })
    expect(answer.status).toBe(200)
  }

  function deletion(...args: string[]) {
    return runCommand(['delete', '--emulator', emulator.url, '--app-id', APP_ID, ...args])
  }

  const identities = () => emulator.users().map(({ identity }) => identity)

  it('submits the users once each and waits until Heap has deleted them and their events', async () => {
    const { code, stdout } = await deletion(
      '--user-id',
      'user-1',
      '--user-id',
      'user-1',
      '--api-key',
      API_KEY,
      '--wait'
    )
    expect(stdout).toMatch(/^deletion \S+: users 1, pending\ndeletion \S+: users 1, complete\n$/)
    expect(code).toBe(0)
    expect(identities()).toStrictEqual(['user-2'])
    expect(emulator.events()).toStrictEqual([])
  })

  it('returns at once without --wait', async () => {
    const { code, stdout } = await deletion('--user-id', 'user-2', '--api-key', API_KEY)
    expect({ code, lines: stdout.split('\n').length }).toStrictEqual({ code: 0, lines: 2 })
    expect(emulator.requests.map(({ path }) => path).slice(-2)).toStrictEqual([
      '/api/public/v0/auth_token',
      '/api/public/v0/user_deletion'
    ])
  })

  it('asks for another token when its own has expired while it waits', async () => {
    const tokens = () => emulator.requests.filter(({ path }) => path.endsWith('auth_token')).length
    const unsubscribe = emulator.onChange(() => {
      if (tokens() === 2 && clock === 0) clock = 6 * 60 * 1000
    })
    const { code, stdout } = await deletion('--user-id', 'user-1', '--api-key', API_KEY, ...WAIT)
    unsubscribe()
    expect({ code, stdout }).toStrictEqual({ code: 0, stdout: expect.stringMatching(/complete\n$/) })
    expect(emulator.requests.some(({ path, status }) => path.includes('deletion_status') && status === 401)).toBe(true)
    expect(tokens()).toBe(3)
  })

  it.each([
    [
      'a wrong API key',
      ['--user-id', 'user-1', '--api-key', 'wrong'],
      /does not accept settings `appId` and `apiKey` together/
    ],
    ['no API key', ['--user-id', 'user-1'], /Missing required flag api-key/],
    ['no user', ['--api-key', API_KEY], /Missing required flag user-id/],
    [
      'a placeholder for a user',
      ['--user-id', 'user-1', '--user-id', 'guest', '--api-key', API_KEY],
      /`userId` is missing or a placeholder/
    ]
  ])('deletes nobody with %s', async (_case, args, message) => {
    const { code, stderr } = await deletion(...args)
    expect({ code, stderr }).toStrictEqual({ code: 1, stderr: expect.stringMatching(message) })
    expect(identities()).toStrictEqual(['user-1', 'user-2'])
  })

  it('says what to do when no emulator answers', async () => {
    const url = `http://127.0.0.1:${await closedPort()}`
    const args = ['delete', '--emulator', url, '--user-id', 'user-1', '--api-key', API_KEY]
    expect(await runCommand(args)).toMatchObject({
      code: 1,
      stderr: `Error: no emulator answers at ${url}: start one with the emulate command, or pass --live to send to Heap\n`
    })
  })

  it('prints each step as JSON, one object a line', async () => {
    const { stdout } = await deletion('--user-id', 'user-2', '--api-key', API_KEY, '--json', ...WAIT)
    const id: unknown = expect.any(String)
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    ).toStrictEqual([
      { id, status: 'pending', users: 1 },
      { id, status: 'complete', users: 1 }
    ])
  })

  it('never sends to the real Heap without an App ID', async () => {
    const { code, stderr } = await runCommand(['delete', '--live', '--user-id', 'user-1', '--api-key', API_KEY])
    expect({ code, stderr }).toStrictEqual({ code: 1, stderr: expect.stringContaining('--live needs the App ID') })
  })
})
