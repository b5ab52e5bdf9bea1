import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/**
 * Events a second of `backfill` without a rate limit, beside reading, parsing and discarding the same file, and its peak
 * memory, for two sizes. What it sends to answers 200 and stores nothing, in this process.
 */
const SIZES = [100_000, 1_000_000]
const ROOT = join(__dirname, '..')

/** Starts the command, and prints the peak of its memory when it ends. */
const WITH_PEAK = `process.on('exit', () => console.log('peak ' + process.resourceUsage().maxRSS)); process.argv.splice(1, 0, 'bench'); require(${JSON.stringify(join(ROOT, 'bin/run'))})`

interface Run {
  seconds: number
  peakMegabytes: number
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

async function writeEvents(path: string, count: number): Promise<void> {
  const file = createWriteStream(path)
  for (let at = 0; at < count; at++) if (!file.write(`${event(at)}\n`)) await once(file, 'drain')
  file.end()
  await once(file, 'finish')
}

async function readParseDiscard(path: string): Promise<number> {
  const start = process.hrtime.bigint()
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) JSON.parse(line)
  return Number(process.hrtime.bigint() - start) / 1e9
}

async function backfill(path: string, url: string): Promise<Run> {
  const start = process.hrtime.bigint()
  const args = ['-e', WITH_PEAK, '--', 'backfill', path, '--emulator', url, '--rate', '0']
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const [code] = await once(child, 'close')
  const peak = /peak (\d+)/.exec(output)
  if (code !== 0 || !peak) throw new Error(`backfill ended with ${code}: ${output}`)
  return { seconds: Number(process.hrtime.bigint() - start) / 1e9, peakMegabytes: Number(peak[1]) / 1024 }
}

async function main(): Promise<void> {
  const sink = createServer((request, response) => {
    request.resume().on('end', () => response.setHeader('content-type', 'application/json').end('{}'))
  }).listen(0, '127.0.0.1')
  await once(sink, 'listening')
  const url = `http://127.0.0.1:${(sink.address() as AddressInfo).port}`
  const folder = mkdtempSync(join(tmpdir(), 'backfill-'))
  for (const size of SIZES) {
    const path = join(folder, `${size}.ndjson`)
    await writeEvents(path, size)
    const discardSeconds = await readParseDiscard(path)
    const { seconds, peakMegabytes } = await backfill(path, url)
    const perSecond = Math.round(size / seconds)
    console.log(
      `${size} events: ${perSecond} events/s with start-up, ${(seconds / discardSeconds).toFixed(1)} times as long as ` +
        `reading, parsing and discarding, peak memory ${Math.round(peakMegabytes)} MB`
    )
  }
  rmSync(folder, { recursive: true })
  sink.close()
}

void main()
