import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type * as Core from '@segment/actions-core'
import type { DestinationDefinition, SegmentEvent, Subscription } from '@segment/actions-core'
import { redirectedClient, toEmulator } from '../../src/segment/redirect'
import { Engine } from './engine'

/** Requests at once where the events of a batch go out one by one. */
const CONCURRENCY = 50

/** Resolves what is installed for the bench alone. */
export const peerRequire = createRequire(join(process.cwd(), 'bench/package.json'))

/** Installs Segment's published destinations, unless they are there. */
export function installPeer(): void {
  if (existsSync('bench/node_modules/@segment/action-destinations/package.json')) return
  console.log('Installing what to compare with into bench/node_modules, once\n')
  const { status } = spawnSync('npm', ['install', '--prefix', 'bench', '--ignore-scripts'], {
    stdio: ['ignore', 'ignore', 'inherit']
  })
  if (status !== 0) throw new Error(`npm install --prefix bench ended with ${String(status)}`)
}

/** Segment's production destination for Heap, sending to `url`. It has no batches: the events of one are single calls. */
export function peerEngine(url: string): Engine {
  const { Destination } = peerRequire('@segment/actions-core') as typeof Core
  const { default: heap } = peerRequire('@segment/action-destinations/dist/destinations/heap') as {
    default: DestinationDefinition
  }
  const { trackEvent } = heap.actions
  const perform: typeof trackEvent.perform = (request, data) =>
    trackEvent.perform(redirectedClient(request, toEmulator(url)), data)
  const destination = new Destination({ ...heap, actions: { trackEvent: { ...trackEvent, perform } } })
  const preset = heap.presets?.find(({ name }) => name === 'Track Calls') as Subscription
  // Its default mapping leaves the identity out; without one there are no known users.
  return new OneByOne(destination, { ...preset, mapping: { ...preset.mapping, identity: { '@path': '$.userId' } } })
}

class OneByOne extends Engine {
  override async batch(events: SegmentEvent[]): Promise<void> {
    const queue = events.values()
    const worker = async () => {
      for (const event of queue) await this.destination.onEvent(event, this.settings)
    }
    await Promise.all(Array.from({ length: CONCURRENCY }, worker))
    this.forget()
  }
}
