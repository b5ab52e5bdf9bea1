import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { start } from '../../src/emulator'
import type { RunningEmulator } from '../../src/emulator'
import { endAll, run, Running } from './__helpers__/command-line'
import { killed, randomMoments } from './__helpers__/killing'
import type { Moment } from './__helpers__/killing'
import { removeTemporaryFolders, temporaryFolder } from './__helpers__/temporary-folder'

const MEMBERS = 10_000
const CHANGED = MEMBERS / 100

const KILLS = 10

/** So that all kills together come before the end: of 10 requests and as many again as fail. */
const LATEST = { requests: 1, ms: 25 }

/** The second sync is one request: anything from its start to past its end. */
const KILLS_OF_SECOND = 8
const LATEST_OF_SECOND = { requests: 0, ms: 1_000 }

const STATE = 'big_spenders.emulator-11.state'

describe('audience:sync, killed at random moments', () => {
  let emulator: RunningEmulator
  let folder: string
  beforeAll(async () => {
    const faults = { seed: 3, status: { 429: 0.05, 503: 0.05 }, resetBefore: 0.03, resetAfter: 0.06, delayMs: 15 }
    emulator = await start({ rateLimits: false, faults })
    folder = temporaryFolder()
  })
  afterAll(async () => {
    await endAll()
    removeTemporaryFolders()
    await emulator.close()
  })

  const args = () => ['audience:sync', '--name', 'Big Spenders', '--members', 'members.csv', '--emulator', emulator.url]
  const write = (ids: string[]) => writeFileSync(join(folder, 'members.csv'), `userId\n${ids.join('\n')}\n`)
  const killedAt = (moment: Moment) => killed(emulator, moment, () => new Running(args(), { cwd: folder }))

  it('ends in the members of the last file, in Heap and in its own state', async () => {
    const ids = Array.from({ length: MEMBERS }, (_, at) => `user-${at}`)
    write(ids)
    for (const moment of randomMoments(5, KILLS, LATEST)) expect(await killedAt(moment)).toBe(true)
    expect(await run(args(), { cwd: folder })).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^big_spenders: synced: added \d+, removed 0, unchanged \d+, rejected 0\n$/)
    })
    await expectMembers(ids, [])

    const came = Array.from({ length: CHANGED / 2 }, (_, at) => `new-${at}`)
    const left = ids.slice(0, CHANGED / 2)
    const now = [...ids.slice(CHANGED / 2), ...came]
    write(now)
    const [{ number: last }] = emulator.requests.slice(-1)
    for (const moment of randomMoments(7, KILLS_OF_SECOND, LATEST_OF_SECOND)) await killedAt(moment)
    expect(await run(args(), { cwd: folder })).toMatchObject({ code: 0 })
    await expectMembers(now, left)
    expect(sentIn(emulator.requests.filter(({ number }) => number > last))).toStrictEqual(new Set([...left, ...came]))
  }, 300_000)

  async function expectMembers(members: string[], others: string[]): Promise<void> {
    const expected = [...members.map((id) => [id, true]), ...others.map((id) => [id, false])]
    const actual = emulator.users().map(({ identity, properties }) => [identity, properties.big_spenders])
    expect(Object.fromEntries(actual)).toStrictEqual(Object.fromEntries(expected))
    expect(readdirSync(folder).sort()).toStrictEqual([STATE, 'members.csv'])
    expect((await run([...args(), '--dry-run'], { cwd: folder })).stdout).toBe(
      `big_spenders: would add 0, remove 0, leave ${members.length} unchanged, reject 0\n`
    )
  }
})

function sentIn(requests: RunningEmulator['requests']): Set<string> {
  const users = requests.flatMap(({ body }) => (body as { users: { identity: string }[] }).users)
  return new Set(users.map(({ identity }) => identity))
}
