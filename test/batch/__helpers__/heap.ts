import { Destination } from '@segment/actions-core'
import type { SegmentEvent } from '@segment/actions-core'
import definition from '../../../src/destinations/heap'
import { start } from '../../../src/emulator'
import type { RunningEmulator } from '../../../src/emulator'
import { redirectRequests, toEmulator } from '../../../src/segment/redirect'

export const APP_ID = '11'

/** What Segment is told of one payload of a batch. */
export interface Outcome {
  status: number
  sent?: unknown
  body?: unknown
  errormessage?: unknown
  errortype?: string
  errorreporter?: string
}

export type Event = Record<string, unknown>

/** The definition in front of an emulator, over HTTP. */
export interface HeapUnderTest {
  emulator: RunningEmulator
  /** Hands a batch to the engine with one of the definition's own presets. */
  deliver(preset: string, events: Event[], mapping?: Event): Promise<Outcome[]>
  /** Path and number of items of each request since the last reset. */
  requests(): [string, number][]
}

/** Starts an emulator without rate limits for the whole file; each test finds it empty and without faults. */
export function useHeap(): HeapUnderTest {
  const heap = { deliver, requests } as HeapUnderTest
  let destination: Destination
  beforeAll(async () => {
    heap.emulator = await start({ rateLimits: false })
    const redirected = redirectRequests(definition, toEmulator(heap.emulator.url))
    destination = new Destination(redirected as never)
  })
  beforeEach(() => heap.emulator.reset())
  afterAll(() => heap.emulator.close())
  return heap

  async function deliver(preset: string, events: Event[], mapping: Event = {}): Promise<Outcome[]> {
    const settings = { appId: APP_ID, subscription: subscriptionOf(preset, mapping) }
    const [result] = await destination.onBatch(events as unknown as SegmentEvent[], settings as never)
    return result.multistatus ?? []
  }

  function requests(): [string, number][] {
    return heap.emulator.requests.map(({ path, items }) => [path, items])
  }
}

function subscriptionOf(name: string, mapping: Event) {
  const preset = definition.presets?.find((each) => each.name === name)
  if (preset?.type !== 'automatic') throw new Error(`There is no automatic preset "${name}"`)
  return { ...preset, mapping: { ...preset.mapping, ...mapping } }
}

/** How many outcomes have each status. */
export function statusCounts(outcomes: Outcome[]): Record<number, number> {
  const counts: Record<number, number> = {}
  for (const { status } of outcomes) counts[status] = (counts[status] ?? 0) + 1
  return counts
}
