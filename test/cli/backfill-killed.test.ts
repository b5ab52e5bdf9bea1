import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { start } from '../../src/emulator'
import type { RunningEmulator } from '../../src/emulator'
import { endAll, run, Running } from './__helpers__/command-line'
import { removeTemporaryFolders, temporaryFolder } from './__helpers__/temporary-folder'

const EVENTS = 20_000
const BAD_EVERY = 1_000

/** After how many more requests each run is killed. */
const KILLED_AFTER = [1, 2, 5, 3, 4, 7]

describe('backfill, killed at any moment', () => {
  let emulator: RunningEmulator
  let folder: string
  beforeAll(async () => {
    const faults = { seed: 11, status: { 429: 0.08, 503: 0.05 }, resetBefore: 0.03, resetAfter: 0.06, delayMs: 15 }
    emulator = await start({ rateLimits: false, faults })
    folder = temporaryFolder()
  })
  afterAll(async () => {
    await endAll()
    removeTemporaryFolders()
    await emulator.close()
  })

  it('delivers each event once, the last traits of each user, and lists each bad line once', async () => {
    writeFileSync(join(folder, 'events.ndjson'), Array.from({ length: EVENTS }, (_, at) => `${line(at)}\n`).join(''))
    const args = ['backfill', 'events.ndjson', '--emulator', emulator.url, '--rate', '0']
    for (const requests of KILLED_AFTER) {
      const seen = requestsSeen(requests)
      const running = new Running(args, { cwd: folder })
      await Promise.race([seen, running.exited])
      running.kill('SIGKILL')
      expect(await running.exited).toMatchObject({ code: null })
    }
    expect(await run(args, { cwd: folder })).toMatchObject({
      code: 2,
      stdout: 'events.ndjson: delivered 19980, rejected 20 (events.ndjson.rejected.ndjson), skipped 0\n'
    })
    const expected = Array.from({ length: EVENTS }, (_, at) => at).filter((at) => at % BAD_EVERY !== 0)
    const sent = emulator.events().map(({ idempotency_key }) => idempotency_key)
    expect(sent.sort()).toStrictEqual(
      expected
        .filter((at) => at % 10 !== 9)
        .map((at) => `message-${at}`)
        .sort()
    )
    for (const { identity, properties } of emulator.users()) {
      const number = Number(identity?.slice('user-'.length))
      if (number % 10 === 9) expect(properties).toStrictEqual({ seen: EVENTS - 100 + number })
    }
    const rejected = readFileSync(join(folder, 'events.ndjson.rejected.ndjson'), 'utf8').split('\n').filter(Boolean)
    const numbers = rejected.map((text) => JSON.parse(text).line)
    expect(numbers.sort((a, b) => a - b)).toStrictEqual(Array.from({ length: 20 }, (_, at) => at * BAD_EVERY + 1))
  }, 90_000)

  function requestsSeen(count: number): Promise<void> {
    return new Promise((resolve) => {
      let left = count
      const unsubscribe = emulator.onChange(() => {
        if (--left > 0) return
        unsubscribe()
        resolve()
      })
    })
  }
})

function line(at: number): string {
  if (at % BAD_EVERY === 0) return at % (2 * BAD_EVERY) === 0 ? 'no JSON' : JSON.stringify({ ...track(at), event: '' })
  return JSON.stringify(at % 10 === 9 ? identify(at) : track(at))
}

const common = (at: number) => ({
  messageId: `message-${at}`,
  userId: `user-${at % 100}`,
  timestamp: '2024-01-01T00:00:00.000Z'
})
const track = (at: number) => ({ ...common(at), type: 'track', event: 'Order Completed', properties: { total: at } })
const identify = (at: number) => ({ ...common(at), type: 'identify', traits: { seen: at } })
