/**
 * Runs the real SDK, the local Segment with the destination, and the Heap emulator as processes of their own for some
 * minutes, does to them what a network and its people do, and counts what became of every call that was accepted.
 *
 *     npm run soak -- --seconds 60 --flood 20000
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { commanded, forked } from './child'
import type { Child } from './child'
import type { ClientReport } from './client'
import { DeliveryLog } from './delivery-log'
import { flood } from './flood'
import type { FloodReport } from './flood'
import { journalLines } from './heap'
import { HeapProcess } from './heap-process'
import { Hostile } from './hostile'
import { balance, HeapContent } from './ledger'
import { HEALTHY, phase, PHASES } from './phases'
import { faultCounts, isClean, print, repeated } from './report'

const DEFAULT_SECONDS = 300
const PHASE_SECONDS = 6
const KILL_EVERY = 3
const CLIENTS = ['c1', 'c2']
const CALLS_A_SECOND = 150
const DEFAULT_FLOOD = 100_000
const HOSTILE_PAUSE_MS = 50

/** Longer than core waits for an answer. A run too short for it does without. */
const FREEZE_MS = 11_000
const MIN_SECONDS_TO_FREEZE = 60

const DESTINATIONS = join(__dirname, 'destinations')

interface Plan {
  seconds: number
  /** Of the flood. */
  events: number
}

function serve(folder: string, heapUrl: string, log: DeliveryLog): Child {
  const where = ['--directory', DESTINATIONS, '--destination', 'heap', '--live', '--app-id', '11']
  const how = ['--noUI', '--port', '0', '--write-key', 'soak', '--drain-timeout', '300']
  return commanded(['serve', ...where, ...how], { cwd: folder, env: { SOAK_HEAP_URL: heapUrl }, onLine: log.add })
}

/** One phase after another; in between the emulator is killed, once it is flooded while it is dead and once frozen. */
async function makeTrouble(heap: HeapProcess, url: string, { seconds, events }: Plan): Promise<FloodReport> {
  const count = Math.max(PHASES.length, Math.round(seconds / PHASE_SECONDS))
  let flooded: FloodReport | undefined
  for (let number = 0; number < count; number++) {
    const { name, faults } = phase(number)
    console.log(`${String(number + 1).padStart(3)}/${count}  ${name}`)
    await heap.setFaults(faults)
    await sleep((seconds / count) * 1000)
    if (number === Math.floor(count * 0.4)) {
      await heap.die(async () => (flooded = await flood(url, 'f1', events)))
    } else if (number % KILL_EVERY === 0) await heap.die(() => sleep(500))
    if (number === Math.floor(count * 0.7) && seconds >= MIN_SECONDS_TO_FREEZE) await heap.freeze(FREEZE_MS)
  }
  await heap.setFaults(HEALTHY)
  return flooded as FloodReport
}

async function soak(plan: Plan, folder: string): Promise<boolean> {
  const journal = join(folder, 'heap.ndjson')
  const heap = await HeapProcess.start(journal)
  const log = new DeliveryLog(join(folder, 'serve.log'))
  const server = serve(folder, heap.url, log)
  const url = await server.url()
  const clients = CLIENTS.map((prefix) => forked('client', [url, prefix, String(CALLS_A_SECOND)]))
  const hostile = new Hostile(url, 'h1', HOSTILE_PAUSE_MS)

  const flooded = await makeTrouble(heap, url, plan)

  console.log('stopping')
  const attacks = await hostile.stop()
  const told = await Promise.all(clients.map((client) => client.ask<ClientReport>({ stop: true })))
  const exitCode = await server.end('SIGTERM')
  const content = await HeapContent.of(heap.url)
  await heap.end()

  const reports = [...told, flooded, attacks]
  const findings = {
    ledger: balance(reports, content, log.refused),
    troubles: [
      ['emulator killed', heap.kills],
      ['emulator frozen', heap.freezes],
      ['flood: events turned away with 429', flooded.turnedAway],
      ['SDK: calls given up', told.flatMap(({ failed }) => failed).length],
      ['events that Heap had already, told by their key', repeated(journalLines(journal))],
      ...faultCounts(journalLines(journal)).map(([kind, count]): [string, number] => [
        `answered by Heap: ${kind}`,
        count
      ])
    ] as [string, number][],
    hostile: attacks.sent,
    unexpected: [...attacks.unexpected, ...flooded.unexpected],
    serve: { peakMb: server.peakMb, exitCode, retries: log.retries }
  }
  print(findings)
  return isClean(findings)
}

/** @throws Error that names the wrong option */
function plan(): Plan {
  const option = (value: number) => ({ type: 'string' as const, default: String(value) })
  const { values } = parseArgs({ options: { seconds: option(DEFAULT_SECONDS), flood: option(DEFAULT_FLOOD) } })
  const [seconds, events] = [Number(values.seconds), Number(values.flood)]
  if (seconds >= 1 && events >= 0) return { seconds, events }
  throw new Error('--seconds needs a number of 1 or more, --flood a number of events')
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'soak-'))
  const isGood = await soak(plan(), folder)
  if (isGood) rmSync(folder, { recursive: true })
  else console.log(`\nWhat Heap was sent, and what serve said: ${folder}`)
  process.exit(isGood ? 0 : 1)
}

void main()
