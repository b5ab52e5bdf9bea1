import type { DestinationDefinition } from '@segment/actions-core'
import definition from '../../../src/destinations/heap'
import { Changes } from '../../../src/replay/audience/changes'
import { compare } from '../../../src/replay/audience/compare'
import { Members } from '../../../src/replay/audience/members'
import { Journal } from '../../../src/replay/backfill/journal'
import { waitingOf } from '../../../src/replay/backfill/line-outcome'
import type { Rejection, Totals } from '../../../src/replay/backfill/line-outcome'
import { Replay } from '../../../src/replay/backfill/replay'
import { readLines } from '../../../src/replay/lines'
import type { Line, Place } from '../../../src/replay/lines'
import { Progress } from '../../../src/replay/progress'
import { defaultSubscriptions } from '../../../src/segment/connection'
import { Engine } from '../../../src/segment/engine'
import { accountOf } from '../../../src/store/account'
import { Store } from '../../../src/store/store'
import type { Database } from '../../../src/store/sublevel'
import { sdkCall, userOf } from './calls'
import type { Call } from './calls'
import { Disk } from './disk'
import { Network } from './network'
import type { LongPlan } from './plan'
import { randomFrom, VirtualTime } from './virtual-time'

/** The same command is given again so long after one that ended with an error. */
const AGAIN_AFTER_MS = 5000
const SAVE_EVERY_MS = 1000
/** However bad the day, it is done by then. */
const LATEST_MS = 3 * 3_600_000

export const AUDIENCE = 'big_spenders'

const ENGINE = new Engine({ definition: definition as DestinationDefinition<unknown> })
const TARGET = { engine: ENGINE, settings: { appId: '11' }, address: 'Heap' }
const SOURCE = { path: 'lines', pathPrefix: 'lines', real: 'lines', name: 'lines', isStdin: true, gzip: false }

/** All that happened to long work, for whoever judges it. */
export interface LongHistory {
  plan: LongPlan
  calls: Call[]
  network: Network
  isDone: boolean
  /** Lists whose sync came to its end. */
  synced: number[][]
  /** As the run that was the last tells it. */
  totals?: Totals
  rejections: Rejection[]
  trace: string[]
}

export async function runLong(plan: LongPlan): Promise<LongHistory> {
  const world = new LongWorld(plan)
  try {
    return await world.run()
  } finally {
    world.end()
  }
}

/** A backfill, then audience syncs, each begun again after whatever ended it. */
class LongWorld {
  private readonly time: VirtualTime
  private readonly network: Network
  private readonly disks: Record<'backfill' | 'members', Disk>
  private readonly trace: string[] = []
  private readonly calls: Call[]
  private readonly text: Buffer
  private readonly work: (() => Promise<void>)[]
  private life = 0
  private writes = 0
  private isBackfilled = false
  private readonly synced: number[][] = []
  private totals?: Totals
  private rejections: Rejection[] = []

  constructor(private readonly plan: LongPlan) {
    this.time = new VirtualTime(randomFrom(plan.chance))
    this.network = new Network(this.time, plan.troubles, this.tell)
    const disk = () => new Disk(this.time, plan.troubles, this.tell, () => this.written())
    this.disks = { backfill: disk(), members: disk() }
    this.calls = plan.lines.map((call, n) => ({ ...call, n, messageId: `m-${n}` }))
    const lines = this.calls.map((call) => JSON.stringify(sdkCall(call, '2026-02-01T00:00:00.000Z')))
    this.text = Buffer.from(lines.map((line) => `${line}\n`).join(''))
    this.work = [() => this.backfill(), ...plan.lists.map((list) => () => this.sync(list))]
  }

  private readonly tell = (line: string): void => {
    this.trace.push(`${String(this.time.now).padStart(9)}  ${line}`)
  }

  async run(): Promise<LongHistory> {
    for (const trouble of this.plan.troubles) {
      if (trouble.kind === 'killed') this.time.in(trouble.at, () => this.kill(trouble.ms))
      if (trouble.kind === 'jump') this.time.in(trouble.at, () => this.time.jump(trouble.by))
    }
    this.begin()
    const isDone = await this.time.until(() => this.work.length === 0, LATEST_MS)
    const { plan, calls, network, synced, totals, rejections, trace } = this
    return { plan, calls, network, isDone, synced, totals, rejections, trace }
  }

  end(): void {
    this.network.end()
    this.time.end()
  }

  /** The next piece of work, in a process of its own. */
  private begin(): void {
    const { life, work } = this
    if (work.length === 0) return
    work[0]().then(
      () => {
        if (life !== this.life) return
        work.shift()
        this.isBackfilled = true
        this.begin()
      },
      (error: Error) => {
        if (life !== this.life) return
        this.tell(`command ends: ${error.message}`)
        this.life++
        const next = this.life
        this.time.in(AGAIN_AFTER_MS, () => next === this.life && this.begin())
      }
    )
  }

  /** The process is killed while its write is in progress. */
  private written(): void {
    const { life } = this
    if (this.plan.crashes.includes(++this.writes)) this.time.in(1, () => life === this.life && this.kill(500))
  }

  private async kill(ms: number): Promise<void> {
    this.tell('command is killed')
    const life = ++this.life
    // The next sync may have a newer list by then.
    if (this.isBackfilled && this.work.length > 1 && this.time.random() < 0.5) this.work.shift()
    this.time.forgetTimers()
    this.network.killed()
    for (const disk of Object.values(this.disks)) await disk.killed()
    this.time.in(ms, () => life === this.life && this.begin())
  }

  private async backfill(): Promise<void> {
    const store = await storeIn(this.disks.backfill.open())
    const journal = await Journal.in(store, SOURCE, 'options')
    this.tell(`backfill goes on from line ${journal.at.line}`)
    await journal.save()
    const stop = new AbortController()
    const subscriptions = defaultSubscriptions(ENGINE.definition)
    const replay = new Replay({
      ...{ subscriptions, journal, from: -Infinity, to: Infinity, stop, target: TARGET },
      ...{ name: 'lines', startedAt: new Date(), onUnreadable: () => undefined, onRetry: () => undefined }
    })
    const timer = setInterval(() => void journal.save().catch((error: unknown) => replay.fail(error)), SAVE_EVERY_MS)
    try {
      await replay.run(this.linesFrom(journal.at))
    } finally {
      clearInterval(timer)
      await journal.save()
    }
    if (waitingOf(journal.totals) > 0) throw new Error(`${waitingOf(journal.totals)} lines have no outcome`)
    this.totals = journal.totals
    const texts = await found(store.sublevel<Rejection>('rejected').texts())
    this.rejections = texts.map((text) => JSON.parse(text) as Rejection)
    this.tell(`backfill is done: ${JSON.stringify(journal.totals)}`)
  }

  /** Some bytes at a time, as from a slow disk. */
  private linesFrom(place: Place): AsyncGenerator<Line[]> {
    const { text } = this
    async function* chunks() {
      for (let at = place.position; at < text.length; at += 2000) {
        // A timer of the process: a kill ends it.
        await new Promise((resolve) => setTimeout(resolve, 20))
        yield text.subarray(at, at + 2000)
      }
    }
    return readLines(chunks(), place)
  }

  private async sync(list: number[]): Promise<void> {
    const store = await storeIn(this.disks.members.open())
    const scratch = new Store(new Disk(this.time, [], this.tell).open(), { close: () => Promise.resolve() })
    const members = await Members.in(store, scratch, AUDIENCE)
    await members.add(list.map(userOf))
    const { signal } = new AbortController()
    this.tell(`sync    of ${list.map(userOf).join(' ')}`)
    const changes = new Changes({ members, target: TARGET, key: AUDIENCE, signal, progress: SILENT })
    await changes.send(compare(members.before(), members.now()))
    if (changes.refused > 0) throw new Error(`${changes.refused} changes were refused`)
    this.synced.push(list)
    this.tell(`sync    is done: ${changes.added} added, ${changes.removed} removed`)
  }
}

class Silent extends Progress {
  override note(): void {}
}

const SILENT = new Silent()

async function storeIn(database: Database): Promise<Store> {
  return new Store(database, { account: await accountOf(database), close: () => Promise.resolve() })
}

async function found(texts: AsyncGenerator<string[]>): Promise<string[]> {
  const all: string[] = []
  for await (const chunk of texts) all.push(...chunk)
  return all
}
