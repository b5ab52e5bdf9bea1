import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { report } from './report'
import type { Goal, Table } from './report'

/**
 * `backfill` and `audience:sync` as processes, without a rate limit, at two sizes. What they send to answers 200 and
 * stores nothing, in this process. It takes minutes: `npm run bench -- long-work`.
 */
const SIZES = [100_000, 1_000_000]
const ROOT = join(__dirname, '..')

const MAX_PEAK_MB = 200
const MAX_GROWTH = 1.1
const MIN_EVENTS_PER_SECOND = 15_000
const MAX_SYNC_SECONDS = 300

/** Starts the command, and prints the peak of its memory and its CPU time when it ends. */
const WITH_PEAK = `process.on('exit', () => { const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage(); console.log('peak ' + maxRSS + ' cpu ' + (userCPUTime + systemCPUTime)) }); process.argv.splice(1, 0, 'bench'); require(${JSON.stringify(join(ROOT, 'bin/run'))})`

interface Run {
  seconds: number
  cpuSeconds: number
  /** Of 1,000,000 bytes. */
  peakMb: number
}

interface Measured {
  table: Table
  goals: Goal[]
  runs: (Run & { label: string })[]
}

function event(at: number): string {
  return JSON.stringify({
    type: 'track',
    messageId: `message-${at}`,
    userId: `user-${at % 50_000}`,
    event: 'Order Completed',
    properties: { order: { id: at, total: 19.9, coupon: null }, products: [{ sku: `s-${at % 97}`, quantity: 1 }] },
    context: { library: { name: 'analytics-node', version: '2.1.0' }, ip: '127.0.0.1', locale: 'en-GB' },
    integrations: {},
    timestamp: '2024-01-01T00:00:00.000Z'
  })
}

/** In no order, as an export has them. */
const member = (at: number) => `user-${(at * 7919) % 1_000_003}`

async function writeLines(path: string, count: number, line: (at: number) => string): Promise<void> {
  const file = createWriteStream(path)
  for (let at = 0; at < count; at++) if (!file.write(`${line(at)}\n`)) await once(file, 'drain')
  file.end()
  await once(file, 'finish')
}

async function timed(task: () => Promise<unknown>): Promise<number> {
  const start = process.hrtime.bigint()
  await task()
  return Number(process.hrtime.bigint() - start) / 1e9
}

async function readParseDiscard(path: string): Promise<void> {
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) JSON.parse(line)
}

async function command(args: string[]): Promise<Run> {
  let output = ''
  const seconds = await timed(async () => {
    const child = spawn(process.execPath, ['-e', WITH_PEAK, '--', ...args], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'ignore']
    })
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    const [code] = (await once(child, 'close')) as [number | null]
    if (code !== 0) throw new Error(`${args[0]} ended with ${code}: ${output}`)
  })
  const [, kilobytes, microseconds] = /peak (\d+) cpu (\d+)/.exec(output) ?? []
  return { seconds, cpuSeconds: Number(microseconds) / 1e6, peakMb: (Number(kilobytes) * 1024) / 1e6 }
}

const perSecond = (size: number, seconds: number) => Math.round(size / seconds)

async function backfills(folder: string, url: string): Promise<Measured> {
  const runs: (Run & { size: number; ratio: number })[] = []
  for (const size of SIZES) {
    const path = join(folder, `${size}.ndjson`)
    await writeLines(path, size, event)
    const before = process.cpuUsage()
    await readParseDiscard(path)
    const { user, system } = process.cpuUsage(before)
    const run = await command(['backfill', path, '--emulator', url, '--rate', '0'])
    runs.push({ ...run, size, ratio: (run.cpuSeconds * 1e6) / (user + system) })
  }
  const table = {
    title: '`backfill`, start-up included',
    head: ['events', 'CPU time, s', 'times reading, parsing and discarding the file', 'peak memory, MB'],
    rows: runs.map(({ size, cpuSeconds, ratio, peakMb }) => [
      size.toLocaleString('en'),
      ...[cpuSeconds, ratio].map((value) => value.toFixed(1)),
      peakMb.toFixed(0)
    ])
  }
  const [few, many] = runs
  const goals = [...memoryGoals('backfill', few, many), speedGoal(perSecond(many.size, many.seconds))]
  return { table, goals, runs: runs.map((run) => ({ ...run, label: `backfill, ${run.size.toLocaleString('en')}` })) }
}

function speedGoal(speed: number): Goal {
  const text = `backfill: ${speed} events a second, wanted at least ${MIN_EVENTS_PER_SECOND}`
  return { text, isMet: speed >= MIN_EVENTS_PER_SECOND }
}

/** The first sync of everybody, then one in which 1 % left. */
async function syncs(folder: string, url: string): Promise<Measured> {
  const runs: (Run & { size: number; changed: Run })[] = []
  for (const size of SIZES) {
    const path = join(folder, `${size}.csv`)
    const args = ['audience:sync', '--name', `Audience of ${size}`, '--members', path, '--emulator', url]
    await writeLines(path, size, member)
    const first = await command(args)
    await writeLines(path, size * 0.99, member)
    runs.push({ ...first, size, changed: await command(args) })
  }
  const table = {
    title: '`audience:sync`, start-up included',
    head: ['members', 'CPU time of the first sync, s', 'with 1 % changed, s', 'peak memory, MB'],
    rows: runs.map(({ size, peakMb, changed, ...first }) => [
      size.toLocaleString('en'),
      ...[first, changed].map(({ cpuSeconds }) => cpuSeconds.toFixed(1)),
      Math.max(peakMb, changed.peakMb).toFixed(0)
    ])
  }
  const [few, many] = runs
  const text = `first sync: ${many.seconds.toFixed(0)} seconds, wanted at most ${MAX_SYNC_SECONDS}`
  const goals = [...memoryGoals('audience:sync', few, many), { text, isMet: many.seconds <= MAX_SYNC_SECONDS }]
  return { table, goals, runs: runs.map((run) => ({ ...run, label: `first sync, ${run.size.toLocaleString('en')}` })) }
}

function memoryGoals(name: string, few: Run, many: Run): Goal[] {
  const growth = many.peakMb / few.peakMb
  return [
    {
      text: `${name}: peak of ${Math.round(many.peakMb)} MB, wanted less than ${MAX_PEAK_MB}`,
      isMet: many.peakMb < MAX_PEAK_MB
    },
    {
      text: `${name}: growth of the peak ${growth.toFixed(2)}, wanted at most ${MAX_GROWTH}`,
      isMet: growth <= MAX_GROWTH
    }
  ]
}

async function main(): Promise<void> {
  const sink = createServer((request, response) => {
    request.resume().on('end', () => response.setHeader('content-type', 'application/json').end('{}'))
  }).listen(0, '127.0.0.1')
  await once(sink, 'listening')
  const url = `http://127.0.0.1:${(sink.address() as AddressInfo).port}`
  const folder = mkdtempSync(join(tmpdir(), 'long-work-'))
  try {
    const measured = [await backfills(folder, url), await syncs(folder, url)]
    const runs = measured.flatMap(({ runs: found }) => found)
    const panels = [
      { title: 'Peak memory', unit: 'MB', bars: runs.map(({ label, peakMb }) => ({ label, value: peakMb })) },
      { title: 'CPU time', unit: 's', bars: runs.map(({ label, cpuSeconds }) => ({ label, value: cpuSeconds })) }
    ]
    report('long-work', {
      title: 'Long work',
      tables: measured.map(({ table }) => table),
      goals: measured.flatMap(({ goals }) => goals),
      chart: { file: 'performance-long-work.svg', title: 'Memory and CPU time of long work', panels }
    })
  } finally {
    rmSync(folder, { recursive: true })
    sink.close()
  }
}

void main()
