import type { JSONObject } from '@segment/actions-core'
import { defaultSubscriptions } from '../segment/connection'
import { DeliveryQueue } from '../segment/queue'
import type { Outcome } from '../segment/queue'
import type { Engine } from '../segment/engine'
import type { SegmentMessage } from '../segment/message'
import type { CallLog } from './call-log'

export interface DeliveriesOptions {
  settings: JSONObject
  log: CallLog
  onOutcome: (outcome: Outcome) => void
}

/** DeliveryQueue through a definition that can be replaced: what was accepted before goes out through the one it met. */
export class Deliveries {
  private current?: DeliveryQueue<unknown>
  private name = ''
  private aliased = ''
  private retired: DeliveryQueue<unknown>[] = []

  constructor(private readonly options: DeliveriesOptions) {}

  /**
   * Delivers through `engine` from now on. Messages address it as `name`, whatever its own name is.
   * Throws, and keeps the definition before, when a subscription does not fit it.
   */
  replace(engine: Engine, name: string): void {
    const { settings, log, onOutcome } = this.options
    const subscriptions = defaultSubscriptions(engine.definition)
    const next = new DeliveryQueue({
      engine,
      settings,
      subscriptions,
      sharing: () => this.retired,
      log: (line) => log.note(line)
    })
    next.onOutcome((outcome) => log.outcome(outcome))
    next.onOutcome(onOutcome)
    this.retired = this.all().filter((delivery) => delivery.pending() > 0)
    this.current = next
    this.name = name
    this.aliased = engine.definition.name
  }

  /** Takes all the messages, or returns false and takes none. */
  enqueue(messages: SegmentMessage[]): boolean {
    return this.current?.enqueue(messages.map((message) => this.readdressed(message))) ?? false
  }

  /** Delivers what was taken; after `timeoutMs` gives up and returns the messages that are left, each once. */
  async stop(timeoutMs: number): Promise<SegmentMessage[]> {
    const left = await Promise.all(this.all().map((delivery) => delivery.drain(timeoutMs)))
    for (const delivery of this.all()) delivery.close()
    return [...new Map(left.flat().map(({ message }) => [JSON.stringify(message), message])).values()]
  }

  private all(): DeliveryQueue<unknown>[] {
    return this.current ? [...this.retired, this.current] : this.retired
  }

  /** A sender's `integrations: {Heap: false}` also concerns the Heap that was loaded again under another name. */
  private readdressed(message: SegmentMessage): SegmentMessage {
    const choice = message.integrations?.[this.name]
    if (choice === undefined || this.name === this.aliased) return message
    return { ...message, integrations: { ...message.integrations, [this.aliased]: choice } }
  }
}
