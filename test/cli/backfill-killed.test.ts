import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { start } from '../../src/emulator'
import type { RunningEmulator } from '../../src/emulator'
import { endAll, run, Running } from './__helpers__/command-line'
import { killed, randomMoments } from './__helpers__/killing'
import { removeTemporaryFolders, temporaryFolder } from './__helpers__/temporary-folder'

const EVENTS = 40_000
const USERS = 100
const BAD_EVERY = 1_000

const KILLS = 12

/** So that all kills together come before the end: a batch is a request, and as many requests again fail. */
const LATEST = { requests: 4, ms: 150 }

describe('backfill, killed at random moments', () => {
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
    for (const moment of randomMoments(6, KILLS, LATEST)) {
      expect(await killed(emulator, moment, () => new Running(args, { cwd: folder }))).toBe(true)
    }
    expect(await run(args, { cwd: folder })).toMatchObject({
      code: 2,
      stdout: 'events.ndjson: read 40000, delivered 39960, rejected 40 (events.ndjson.rejected.ndjson), skipped 0\n'
    })
    expect(storedIds()).toStrictEqual(eventIds())
    for (const { identity, properties } of emulator.users()) {
      const number = Number(identity?.slice('user-'.length))
      if (isIdentify(number)) expect(properties).toStrictEqual({ seen: EVENTS - USERS + number })
    }
    expect(rejectedLines()).toStrictEqual(Array.from({ length: EVENTS / BAD_EVERY }, (_, at) => at * BAD_EVERY + 1))
    expect(readdirSync(folder).sort()).toStrictEqual([
      'events.ndjson',
      'events.ndjson.backfill',
      'events.ndjson.rejected.ndjson'
    ])
  }, 300_000)

  const storedIds = () =>
    emulator
      .events()
      .map(({ idempotency_key }) => idempotency_key)
      .sort()

  const rejectedLines = () =>
    readFileSync(join(folder, 'events.ndjson.rejected.ndjson'), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((text) => JSON.parse(text).line)
      .sort((a, b) => a - b)
})

const isBad = (at: number) => at % BAD_EVERY === 0
const isIdentify = (at: number) => at % 10 === 9

function line(at: number): string {
  if (isBad(at)) return at % (2 * BAD_EVERY) === 0 ? 'no JSON' : JSON.stringify({ ...track(at), event: '' })
  return JSON.stringify(isIdentify(at) ? identify(at) : track(at))
}

function eventIds(): string[] {
  const numbers = Array.from({ length: EVENTS }, (_, at) => at).filter((at) => !isBad(at) && !isIdentify(at))
  return numbers.map((at) => `message-${at}`).sort()
}

const common = (at: number) => ({
  messageId: `message-${at}`,
  userId: `user-${at % USERS}`,
  timestamp: '2024-01-01T00:00:00.000Z'
})
const track = (at: number) => ({ ...common(at), type: 'track', event: 'Order Completed', properties: { total: at } })
const identify = (at: number) => ({ ...common(at), type: 'identify', traits: { seen: at } })
