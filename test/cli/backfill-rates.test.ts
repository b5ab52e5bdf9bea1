import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MAX_EVENTS_PER_MINUTE } from '../../src/lib/heap/limits'
import { Running } from './__helpers__/command-line'
import { emulatorAndFolder } from './__helpers__/emulator-and-folder'
import { runCommand } from './__helpers__/in-process'
import { backfillInVirtualTime } from './__helpers__/virtual-backfill'

const track = (number: number, userId: string) => ({
  type: 'track',
  messageId: `message-${number}`,
  userId,
  event: 'Order Completed',
  properties: { note: 'x'.repeat(100) },
  timestamp: '2024-01-01T00:00:00.000Z'
})

const sameUser = () => 'busy'
const userOf = (at: number) => `user-${at}`

const lines = (count: number, userOf: (at: number) => string, from = 0) =>
  Array.from({ length: count }, (_, at) => `${JSON.stringify(track(from + at, userOf(from + at)))}\n`).join('')

describe('backfill at a rate', () => {
  const here = emulatorAndFolder()

  const args = (...more: string[]) => ['backfill', '--emulator', here.emulator.url, ...more]
  const begin = (...more: string[]) => new Running(args(...more), { cwd: here.folder })
  const backfill = (...more: string[]) => runCommand(args(...more), { cwd: here.folder })
  const write = (name: string, content: string) => writeFileSync(join(here.folder, name), content)
  const keys = () => here.emulator.events().map(({ idempotency_key }) => idempotency_key)
  const statuses = () => here.emulator.requests.map(({ status }) => status)

  it('sends what comes after many events of one identity, and keeps to its rate', async () => {
    write('a.ndjson', lines(12_000, sameUser) + lines(200, userOf, 12_000))
    const running = begin('a.ndjson')
    await seen(() => others() === 200)
    running.kill('SIGINT')
    expect(await running.exited).toMatchObject({
      code: 130,
      stdout: expect.stringMatching(/^a\.ndjson: read 12200, delivered [3-5]\d\d, .*, waiting 11[6-9]\d\d\n/)
    })
    expect(new Set(statuses())).toStrictEqual(new Set([200]))
    expect(readdirSync(here.folder).sort()).toStrictEqual(['a.ndjson', 'a.ndjson.backfill'])
    const busy = here.emulator.events().filter(({ identity }) => identity === 'busy')
    expect(busy.map(({ idempotency_key }) => idempotency_key)).toStrictEqual(busy.map((_, at) => `message-${at}`))
  })

  it('keeps to the rate that it is told, in batches that are small enough', async () => {
    write('a.ndjson', lines(100, userOf))
    const running = begin('a.ndjson', '--rate', '600')
    await seen(() => here.emulator.requests.length === 1)
    running.kill('SIGINT')
    await running.exited
    expect(here.emulator.requests.map(({ items }) => items)).toStrictEqual([40])
  })

  it('sends nothing of any kind before Heap wants it, by Retry-After', async () => {
    here.emulator.setFaults({ next: [{ status: 429, retryAfter: 1 }] })
    const running = begin('-', '--rate', '0')
    running.stdin.write(lines(1_000, userOf))
    await running.printed(/sending again/)
    running.stdin.end(`${JSON.stringify({ ...track(1, 'user-1'), type: 'page', messageId: 'page-1' })}\n`)
    expect(await running.exited).toMatchObject({ code: 0 })
    expect(statuses()).toStrictEqual([429, 200, 200])
    const [refused, ...later] = here.emulator.requests.map(({ received_at }) => Date.parse(received_at))
    expect(later.filter((time) => time < refused + 900)).toStrictEqual([])
  })

  it('goes through many small files without waiting for each', async () => {
    const names = Array.from({ length: 20 }, (_, at) => `${at}.ndjson`)
    names.forEach((name, at) => write(name, lines(1, userOf, at)))
    // Each waiting for a whole batch's room, they would take longer than a test may.
    expect(await backfill(...names)).toMatchObject({ code: 0 })
    expect(keys()).toHaveLength(20)
  })

  const others = () => here.emulator.events().filter(({ identity }) => identity !== 'busy').length

  function seen(check: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const unsubscribe = here.emulator.onChange(() => {
        if (!check()) return
        unsubscribe()
        resolve()
      })
    })
  }
})

describe('backfill at a rate, in virtual time', () => {
  it('spreads what it sends over the minute', async () => {
    const { network, seconds } = await backfillInVirtualTime(lines(1_000, userOf), 600)
    expect(network.requests.map(({ items }) => items.length)).toStrictEqual(Array.from({ length: 25 }, () => 40))
    expect(network.brokenRules).toStrictEqual([])
    expect(seconds).toBeGreaterThan(100)
    expect(seconds).toBeLessThan(110)
  })

  it('sends events of one identity again as soon as its rate allows', async () => {
    const { network, seconds } = await backfillInVirtualTime(lines(150, sameUser), MAX_EVENTS_PER_MINUTE)
    expect(network.requests.map(({ items }) => items.length)).toStrictEqual([100, 50])
    expect(network.brokenRules).toStrictEqual([])
    expect(seconds).toBeLessThan(4)
  })

  it("keeps to Heap's rates over more than a minute, and lets nobody wait for a busy identity", async () => {
    const text = lines(1_100, sameUser) + lines(16_000, userOf, 1_100)
    const { network, seconds } = await backfillInVirtualTime(text, MAX_EVENTS_PER_MINUTE)
    expect(network.brokenRules).toStrictEqual([])
    expect(seconds).toBeGreaterThan(60)
    expect(seconds).toBeLessThan(120)
    const ids = network.heap.events().map(({ identity }) => identity)
    expect(ids).toHaveLength(17_100)
    expect(ids.filter((id) => id === 'busy')).toHaveLength(1_100)
    expect(ids.indexOf('user-1100')).toBeLessThan(101)
  })
})
