import type { DestinationDefinition } from '@segment/actions-core'
import { MemoryLevel } from 'memory-level'
import definition from '../../../src/destinations/heap'
import { Journal } from '../../../src/replay/backfill/journal'
import { RateLimit } from '../../../src/replay/backfill/rate-limit'
import { Replay } from '../../../src/replay/backfill/replay'
import { readLines } from '../../../src/replay/lines'
import { defaultSubscriptions } from '../../../src/segment/connection'
import { Engine } from '../../../src/segment/engine'
import { Store } from '../../../src/store/store'
import { Network } from '../../simulation/__helpers__/network'
import { randomFrom, VirtualTime } from '../../simulation/__helpers__/virtual-time'

const ENGINE = new Engine({ definition: definition as DestinationDefinition<unknown> })
const TARGET = { engine: ENGINE, settings: { appId: '11' }, address: 'Heap' }
const SOURCE = { path: 'lines', pathPrefix: 'lines', real: 'lines', name: 'lines', isStdin: true, gzip: false }
const LATEST_MS = 600_000

/** What a backfill did, and how long it took by its own clock. */
export interface Backfilled {
  network: Network
  seconds: number
}

/** Replays the lines at a rate to Heap with its rates. No second of it is real: an hour takes as long as its work. */
export async function backfillInVirtualTime(text: string, eventsPerMinute: number): Promise<Backfilled> {
  const time = new VirtualTime(randomFrom(1))
  const network = new Network(time, [], () => undefined)
  try {
    let isDone = false
    const end = () => (isDone = true)
    const done = replay(text, eventsPerMinute)
    done.then(end, end)
    if (!(await time.until(() => isDone, LATEST_MS))) throw new Error('the backfill has not ended')
    await done
    return { network, seconds: time.now / 1000 }
  } finally {
    network.end()
    time.end()
  }
}

async function replay(text: string, eventsPerMinute: number): Promise<void> {
  const store = new Store(new MemoryLevel(), { close: () => Promise.resolve() })
  const journal = await Journal.in(store, SOURCE, 'options')
  const replay = new Replay({
    ...{
      subscriptions: defaultSubscriptions(ENGINE.definition),
      journal,
      from: -Infinity,
      to: Infinity,
      target: TARGET
    },
    ...{ rateLimit: new RateLimit(eventsPerMinute), stop: new AbortController(), name: 'lines', startedAt: new Date() },
    ...{ onUnreadable: () => undefined, onRetry: () => undefined }
  })
  await replay.run(readLines(chunksOf(text), journal.at))
}

async function* chunksOf(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text)
}
