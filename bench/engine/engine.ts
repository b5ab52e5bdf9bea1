import type { Destination, SegmentEvent, Subscription } from '@segment/actions-core'

/** Ways to deliver track calls; each rejects when one of them did not arrive. */
export interface Deliverer {
  single(event: SegmentEvent): Promise<void>
  batch(events: SegmentEvent[]): Promise<void>
}

type Settings = Parameters<Destination['onEvent']>[1]
type Delivering = Pick<Destination, 'onEvent' | 'onBatch' | 'responses'>

/** Delivers by Segment's engine. Forgets responses in the end, as hosts do: a destination itself keeps every one it ever saw. */
export class Engine implements Deliverer {
  protected readonly settings: Settings

  constructor(
    protected readonly destination: Delivering,
    subscription: Subscription
  ) {
    this.settings = { appId: '11', region: 'US', subscription } as never
  }

  async single(event: SegmentEvent): Promise<void> {
    await this.destination.onEvent(event, this.settings)
    this.forget()
  }

  async batch(events: SegmentEvent[]): Promise<void> {
    const [{ multistatus = [] }] = await this.destination.onBatch(events, this.settings)
    const delivered = multistatus.filter(({ status }) => status === 200).length
    if (delivered !== events.length) throw new Error(`${delivered} of ${events.length} events were delivered`)
    this.forget()
  }

  protected forget(): void {
    this.destination.responses.length = 0
  }
}
