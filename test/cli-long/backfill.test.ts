import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { start } from '../../src/emulator'
import type { RunningEmulator } from '../../src/emulator'
import { endAll, run, Running } from '../cli/__helpers__/command-line'
import { removeTemporaryFolders, temporaryFolder } from '../cli/__helpers__/temporary-folder'

const track = (number: number, userId: string) => ({
  type: 'track',
  messageId: `message-${number}`,
  userId,
  event: 'Order Completed',
  properties: { note: 'x'.repeat(100) },
  timestamp: '2024-01-01T00:00:00.000Z'
})

const lines = (count: number, userOf: (at: number) => string, from = 0) =>
  Array.from({ length: count }, (_, at) => `${JSON.stringify(track(from + at, userOf(from + at)))}\n`).join('')

describe('backfill', () => {
  let emulator: RunningEmulator
  let folder: string
  beforeAll(async () => {
    emulator = await start()
  })
  beforeEach(() => {
    emulator.reset()
    folder = temporaryFolder()
  })
  afterEach(endAll)
  afterAll(async () => {
    removeTemporaryFolders()
    await emulator.close()
  })

  const begin = (...more: string[]) => new Running(['backfill', '--emulator', emulator.url, ...more], { cwd: folder })
  const write = (name: string, content: string) => writeFileSync(join(folder, name), content)
  const keys = () => emulator.events().map(({ idempotency_key }) => idempotency_key)
  const statuses = () => emulator.requests.map(({ status }) => status)

  it('sends what comes after more events of one identity than memory holds, and keeps to its rate', async () => {
    write('a.ndjson', lines(12_000, () => 'busy') + lines(200, (at) => `user-${at}`, 12_000))
    const running = begin('a.ndjson')
    await seen(() => others() === 200)
    running.kill('SIGINT')
    expect(await running.exited).toMatchObject({
      code: 130,
      stdout: expect.stringMatching(/^a\.ndjson: delivered [3-5]00,/)
    })
    expect(new Set(statuses())).toStrictEqual(new Set([200]))
    expect(readdirSync(folder).sort()).toStrictEqual(['a.ndjson', 'a.ndjson.checkpoint.json'])
    const busy = emulator.events().filter(({ identity }) => identity === 'busy')
    expect(busy.map(({ idempotency_key }) => idempotency_key)).toStrictEqual(busy.map((_, at) => `message-${at}`))
    const left = JSON.parse(readFileSync(join(folder, 'a.ndjson.checkpoint.json'), 'utf8'))
    expect(left.unsettled).toHaveLength(12_000 - busy.length)
  })

  it('keeps to the rate that it is told, in batches that are small enough', async () => {
    write(
      'a.ndjson',
      lines(100, (at) => `user-${at}`)
    )
    const running = begin('a.ndjson', '--rate', '600')
    await seen(() => emulator.requests.length === 1)
    running.kill('SIGINT')
    await running.exited
    expect(emulator.requests.map(({ items }) => items)).toStrictEqual([40])
  })

  it('sends events of one identity again as soon as its rate allows', async () => {
    write(
      'a.ndjson',
      lines(150, () => 'busy')
    )
    expect(await begin('a.ndjson').exited).toMatchObject({ code: 0 })
    expect(emulator.requests.map(({ items, status }) => [items, status])).toStrictEqual([
      [100, 200],
      [50, 200]
    ])
  })

  it('goes on with standard input after a kill, refuses another one, and takes that once all is delivered', async () => {
    const input = lines(3_000, (at) => `user-${at}`)
    emulator.setFaults({ next: [{ pass: true }, { status: 503 }] })
    const killed = begin('-', '--rate', '0')
    killed.stdin.end(input)
    await killed.printed(/sending again/)
    await checkpointed()
    killed.kill('SIGKILL')
    await killed.exited

    const other = begin('-')
    other.stdin.end(lines(3_000, (at) => `other-${at}`))
    expect(await other.exited).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /Error: standard input is not the file that stdin\.checkpoint\.json was written for/
      )
    })
    emulator.setFaults({})
    const same = begin('-', '--rate', '0')
    same.stdin.end(input)
    expect(await same.exited).toMatchObject({ code: 0, stdout: expect.stringContaining('delivered 3000, rejected 0') })
    expect(keys().sort()).toStrictEqual(Array.from({ length: 3_000 }, (_, at) => `message-${at}`).sort())
    const next = begin('-')
    next.stdin.end(lines(1, () => 'user-1', 5_000))
    expect(await next.exited).toMatchObject({ code: 0, stdout: expect.stringContaining('delivered 1, rejected 0') })
  })

  it('stops at once on Ctrl-C while standard input is silent', async () => {
    const running = begin('-')
    running.stdin.write('no JSON\n')
    await running.printed(/standard input:1: the line is not valid JSON/)
    running.kill('SIGINT')
    expect(await running.exited).toMatchObject({ code: 130 })
  })

  it('tells of the first lines that it cannot read, and keeps all of them', async () => {
    const bad = Array.from({ length: 12 }, (_, at) => `no JSON ${at}`)
    write('a.ndjson', `${bad.join('\r\n')}\n{"type":"track"}\n`)
    const { stderr } = await begin('a.ndjson').exited
    expect(stderr.split('\n')).toStrictEqual([
      ...bad.slice(0, 10).map((_, at) => `a.ndjson:${at + 1}: the line is not valid JSON`),
      'further lines cannot be read either',
      ''
    ])
    const kept = readFileSync(join(folder, 'a.ndjson.rejected.ndjson'), 'utf8').split('\n').filter(Boolean)
    expect(kept.map((line) => JSON.parse(line).text)).toStrictEqual([...bad, '{"type":"track"}'])
  })

  it('takes App ID and region from the environment', async () => {
    write(
      'a.ndjson',
      lines(1, () => 'user-1')
    )
    const env = { HEAP_APP_ID: '77', HEAP_REGION: 'EU' }
    await run(['backfill', '--emulator', emulator.url, 'a.ndjson'], { cwd: folder, env })
    expect(emulator.requests.map(({ app_id, region }) => [app_id, region])).toStrictEqual([['77', 'EU']])
  })

  const others = () => emulator.events().filter(({ identity }) => identity !== 'busy').length

  function seen(check: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const unsubscribe = emulator.onChange(() => {
        if (!check()) return
        unsubscribe()
        resolve()
      })
    })
  }

  /** Resolves once the checkpoint tells of a batch that was delivered. */
  async function checkpointed(): Promise<void> {
    const path = join(folder, 'stdin.checkpoint.json')
    while (JSON.parse(readFileSync(path, 'utf8')).totals.delivered === 0) await new Promise(setImmediate)
  }
})
