import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import sumBy from 'lodash/sumBy'
import { forked } from './child'
import type { ClientReport } from './client'
import { DeliveryLog } from './delivery-log'
import { flood } from './flood'
import type { FloodReport } from './flood'
import { journalLines } from './heap'
import { HeapProcess } from './heap-process'
import { Hostile } from './hostile'
import { outdated } from './last-values'
import { balance, HeapContent } from './ledger'
import { HEALTHY, phase } from './phases'
import { faultCounts, repeated } from './report'
import type { Findings } from './report'
import { ServeProcess } from './serve-process'

export interface Plan {
  seconds: number
  /** By the SDK. */
  calls: number
  /** Events sent at once while Heap is dead. */
  flood: number
}

interface Parts {
  heap: HeapProcess
  server: ServeProcess
}

const PHASE_SECONDS = 6
const CLIENTS = ['c1', 'c2']
const HOSTILE_PAUSE_MS = 50
const DEAD_MS = 500

/** Longer than core waits for an answer. A run too short for it does without. */
const FREEZE_MS = 11_000
const MIN_SECONDS_TO_FREEZE = 60

/** What happens at a random moment of each phase, one after another. */
const TROUBLES: (({ heap, server }: Parts) => Promise<unknown>)[] = [
  ({ server }) => server.die(),
  ({ heap }) => heap.die(() => sleep(DEAD_MS)),
  ({ server }) => server.interruptTwice(),
  ({ server }) => server.fillDisk(),
  ({ heap, server }) => heap.die(() => server.die())
]

async function makeTrouble(parts: Parts, { seconds, flood: events }: Plan): Promise<FloodReport> {
  const { heap, server } = parts
  const count = Math.max(TROUBLES.length, Math.round(seconds / PHASE_SECONDS))
  for (let number = 0; number < count; number++) {
    const { name, faults } = phase(number)
    console.log(`${String(number + 1).padStart(3)}/${count}  ${name}`)
    await heap.setFaults(faults)
    const before = Math.random() * (seconds / count) * 1000
    await sleep(before)
    await TROUBLES[number % TROUBLES.length](parts)
    await sleep((seconds / count) * 1000 - before)
    if (number === Math.floor(count * 0.7) && seconds >= MIN_SECONDS_TO_FREEZE) await heap.freeze(FREEZE_MS)
  }
  let flooded: FloodReport | undefined
  await heap.die(async () => (flooded = await flood(server.url, 'f1', events)))
  await heap.setFaults(HEALTHY)
  return flooded as FloodReport
}

/** The folder is to hold what Heap was sent and what `serve` said. */
export async function soak(plan: Plan, folder: string): Promise<Findings> {
  const heap = await HeapProcess.start(join(folder, 'heap.ndjson'))
  const log = new DeliveryLog(join(folder, 'serve.log'))
  const server = new ServeProcess(folder, heap.url, log)
  await server.start()
  const share = [String(plan.calls / CLIENTS.length), String(plan.seconds)]
  const clients = CLIENTS.map((prefix) => forked('client', [server.url, prefix, ...share]))
  const hostile = new Hostile(server.url, 'h1', HOSTILE_PAUSE_MS)

  const flooded = await makeTrouble({ heap, server }, plan)

  console.log('stopping')
  const attacks = await hostile.stop()
  const told = await Promise.all(clients.map((client) => client.ask<ClientReport>({ stop: true })))
  const exitCode = await server.end('SIGTERM')
  const content = await HeapContent.of(heap.url)
  await heap.end()
  return {
    ledger: balance([...told, flooded, attacks, server.probes], content, log.refused),
    outdated: outdated(log, content),
    troubles: [...troubles(heap, server, log), ...ofSenders(told, flooded), ...answers(join(folder, 'heap.ndjson'))],
    hostile: attacks.sent,
    unexpected: [...attacks.unexpected, ...flooded.unexpected],
    serve: { peakMb: server.peakMb, exitCode, retries: log.retries }
  }
}

type Rows = Findings['troubles']

function troubles(heap: HeapProcess, server: ServeProcess, log: DeliveryLog): Rows {
  return [
    ['emulator killed', heap.kills],
    ['emulator frozen', heap.freezes],
    ['serve killed', server.kills],
    ['serve ended by a second Ctrl-C', server.interrupts],
    [server.disk.canBeFull ? 'disk full' : 'disk full (this machine lets nobody mount one)', server.fullDisks],
    ['rejections in the definition that nothing handled', log.notes.filter((note) => /nobody waits/.test(note)).length]
  ]
}

function ofSenders(told: ClientReport[], flooded: FloodReport): Rows {
  return [
    ['SDK: calls given up', told.flatMap(({ failed }) => failed).length],
    ['SDK: calls about one audience, of which the last counts', sumBy(told, 'memberships')],
    ['flood: events turned away with 429', flooded.turnedAway]
  ]
}

function answers(journal: string): Rows {
  const lines = journalLines(journal)
  const counts = faultCounts(lines).map(([kind, count]): [string, number] => [`answered by Heap: ${kind}`, count])
  return [['events that Heap had already, told by their key', repeated(lines)], ...counts]
}
