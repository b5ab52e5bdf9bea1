import type { Deliverer } from './engine'
import { knownUserEvents } from './events'

const BATCH = 1000

export interface Memory {
  /** MB of the whole process at most. */
  peak: number
  /** MB of heap and buffers in use at the end, after a collection. */
  held: number
}

// Only what is measured is loaded.
const CONTENDERS: Record<string, (url: string) => Promise<Pick<Deliverer, 'batch'>>> = {
  own: async (url) => (await import('./own')).ownEngine(url),
  peer: async (url) => (await import('./peer')).peerEngine(url),
  bare: async (url) => (await import('./bare')).bareClient(url)
}

/** A process of its own, because a peak is the process's. Arguments: contender, URL of the sink, number of events. */
async function main(): Promise<void> {
  const [name, url, events] = process.argv.slice(2)
  const contender = await CONTENDERS[name](url)
  for (let first = 0; first < Number(events); first += BATCH) await contender.batch(knownUserEvents(BATCH, first))
  const peak = process.resourceUsage().maxRSS / 1024
  gc?.()
  const { heapUsed, external } = process.memoryUsage()
  const memory: Memory = { peak, held: (heapUsed + external) / 1024 ** 2 }
  console.log(JSON.stringify(memory))
}

void main()
