import { parentPort, workerData } from 'node:worker_threads'
import { transform } from '@segment/actions-core/mapping-kit'

type Mapping = Parameters<typeof transform>[0]

export interface LiquidWork {
  mapping: Record<string, unknown>
  events: object[]
}

/** Names each field, then evaluates it for the events. */
const { mapping, events } = workerData as LiquidWork
for (const [field, value] of Object.entries(mapping)) {
  parentPort?.postMessage(field)
  for (const event of events) evaluate({ [field]: value } as Mapping, event)
}

function evaluate(part: Mapping, event: object): void {
  try {
    transform(part, event as Parameters<typeof transform>[1])
  } catch {
    // The run itself tells what is wrong.
  }
}
