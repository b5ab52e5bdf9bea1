import { spawnSync } from 'node:child_process'
import type { SegmentEvent } from '@segment/actions-core'
import { bareClient } from './engine/bare'
import { measureCpu } from './engine/cpu'
import type { Task } from './engine/cpu'
import type { Deliverer, Engine } from './engine/engine'
import { knownUserEvents } from './engine/events'
import { buildMemoryChild, measureMemory } from './engine/memory-children'
import { useOldNodeFetch } from './engine/node-fetch'
import { CERTIFICATE, startSink } from './engine/sink'
import type { Sink } from './engine/sink'
import { report } from './report'
import type { Goal, Report } from './report'

/** `BENCH_TLS=1`: over TLS and with node-fetch 2.6.1, as in the monorepo. */
const TLS = process.env.BENCH_TLS === '1'

const BATCH = 1000
const BATCHES_IN_A_RUN = 5
const SINGLES_IN_A_RUN = 200
const [ROUNDS, WARM_UPS] = TLS ? [9, 3] : [15, 5]

interface Contender {
  name: string
  client: Pick<Deliverer, 'batch'> & Partial<Pick<Deliverer, 'single'>>
  /** In one run: more than one where that is short, so that its garbage is collected within it. */
  batches: number
}

function batchTask({ client, batches }: Contender): Task {
  const prepare = () => {
    const groups = Array.from({ length: batches }, (_, index) => knownUserEvents(BATCH, index * BATCH))
    return () => inTurn(groups, (events) => client.batch(events))
  }
  return { events: batches * BATCH, prepare }
}

function singleTask(engine: Engine): Task {
  const prepare = () => {
    const events = knownUserEvents(SINGLES_IN_A_RUN)
    return () => inTurn(events, (event: SegmentEvent) => engine.single(event))
  }
  return { events: SINGLES_IN_A_RUN, prepare }
}

async function inTurn<Item>(items: Item[], deliver: (item: Item) => Promise<void>): Promise<void> {
  for (const item of items) await deliver(item)
}

async function connectionsOf(sink: Sink, { prepare }: Task): Promise<number> {
  const before = await sink.connections()
  await prepare()()
  return (await sink.connections()) - before
}

function atMost(text: string, value: number, limit: number): Goal {
  return { text: `${text}: ${value.toFixed(3)}, wanted at most ${limit.toFixed(3)}`, isMet: value <= limit }
}

async function compareCpu(sink: Sink): Promise<Omit<Report, 'title'>> {
  const { ownEngine, emptyEngine } = await import('./engine/own')
  const { peerEngine } = await import('./engine/peer')
  const [own, peer] = [ownEngine(sink.url), peerEngine(sink.url)]
  const contenders: Contender[] = [
    { name: 'this destination', client: own, batches: BATCHES_IN_A_RUN },
    { name: "Segment's published one", client: peer, batches: 1 },
    { name: 'engine with an empty performBatch', client: emptyEngine(), batches: BATCHES_IN_A_RUN },
    { name: 'bare client', client: bareClient(sink.url), batches: BATCHES_IN_A_RUN }
  ]
  const tasks = contenders.map(batchTask)
  const times = await measureCpu([...tasks, singleTask(own), singleTask(peer)], ROUNDS, WARM_UPS)
  const [ownTime, peerTime, emptyTime, bareTime, ownSingle, peerSingle] = times
  const singles = [ownSingle.toFixed(0), peerSingle.toFixed(0)]
  const rows: string[][] = []
  for (const [index, { name, batches }] of contenders.entries()) {
    const opened = (await connectionsOf(sink, tasks[index])) / batches
    rows.push([name, times[index].toFixed(1), singles[index] ?? '', opened.toFixed(0)])
  }
  const way = TLS ? 'TLS, node-fetch 2.6.1' : 'HTTP, connections kept alive'
  const head = ['', `in batches of ${BATCH}`, 'single', `connections for ${BATCH} more`]
  const bars = contenders
    .slice(0, 2)
    .map(({ name }, index) => ({ label: name, value: times[index], isOther: index > 0 }))
  const panel = { title: `CPU time of an event, in batches of ${BATCH.toLocaleString('en')}`, unit: 'µs', bars }
  const goals = [
    atMost('batches, to the published one', ownTime / peerTime, TLS ? 1 / 30 : 1 / 10),
    atMost('batches, to empty engine and bare client together', ownTime / (emptyTime + bareTime), 1.25),
    atMost('single calls, to the published one', ownSingle / peerSingle, TLS ? 0.4 : 1)
  ]
  const tables = [{ title: `Microseconds of CPU for an event (${way})`, head, rows }]
  return { tables, goals, chart: { file: 'performance-cpu.svg', title: panel.title, panels: [panel] } }
}

/**
 * A peak is mostly garbage that V8 has not yet collected, which grows with time whatever is measured: it counts as flat
 * when it grows no faster than that of the bare client.
 */
function compareMemory(sink: Sink): Omit<Report, 'title'> {
  buildMemoryChild()
  const measured = (name: string, events: number) => measureMemory(name, sink.url, events)
  const [few, many] = [20_000, 200_000]
  const own = [measured('own', few), measured('own', many)]
  const bare = [measured('bare', few), measured('bare', many)]
  const peer = [measured('peer', few)]
  const cells = (memories: { peak: number; held: number }[]) =>
    [0, 1].map((index) =>
      memories[index] ? `${memories[index].peak.toFixed(0)} (${memories[index].held.toFixed(1)})` : ''
    )
  const table = {
    title: 'Peak memory in MB (and what is held at the end, after a collection)',
    head: ['', `${few.toLocaleString('en')} events`, `${many.toLocaleString('en')} events`],
    rows: [
      ['this destination', ...cells(own)],
      ["Segment's published one", ...cells(peer)],
      ['bare client', ...cells(bare)]
    ]
  }
  const growth = own[1].peak / own[0].peak / (bare[1].peak / bare[0].peak)
  const goals = [
    atMost('peak memory, to the published one', own[0].peak / peer[0].peak, 0.65),
    atMost('growth of the peak, to that of the bare client', growth, 1.1),
    atMost('growth of what is held', own[1].held / own[0].held, 1.1)
  ]
  return { tables: [table], goals }
}

/** Node reads what it trusts besides the usual when it starts. */
function againTrustingTheCertificate(): void {
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: CERTIFICATE }
  const { status } = spawnSync(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    env,
    stdio: 'inherit'
  })
  process.exitCode = status ?? 1
}

async function main(): Promise<void> {
  if (TLS && process.env.NODE_EXTRA_CA_CERTS !== CERTIFICATE) return againTrustingTheCertificate()
  const { installPeer, peerRequire } = await import('./engine/peer')
  installPeer()
  if (TLS) [require, peerRequire].forEach(useOldNodeFetch)
  const sink = await startSink(TLS)
  try {
    const { tables, goals, chart } = await compareCpu(sink)
    const memory = TLS ? { tables: [], goals: [] } : compareMemory(sink)
    const title = "An event, against Segment's published destination"
    const all = { tables: [...tables, ...memory.tables], goals: [...goals, ...memory.goals] }
    report(TLS ? 'engine-tls' : 'engine', { title, chart, ...all })
  } finally {
    sink.close()
  }
}

void main()
