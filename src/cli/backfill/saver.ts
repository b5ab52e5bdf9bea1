import { appendAt } from './durable-file'
import { rejectedPath, writeCheckpoint } from './checkpoint'
import type { Ledger } from './ledger'

const SAVE_EVERY_MS = 500

interface Saved {
  besides: string
  options: string
  ledger: Ledger
  rejectedBytes: number
  headAt: (position: number) => Promise<string | undefined>
}

/** Writes a run's checkpoint while the run goes on, the rejected lines first. */
export class Saver {
  private timer?: NodeJS.Timeout
  private last: Promise<void> = Promise.resolve()
  private rejectedBytes: number

  constructor(private readonly saved: Saved) {
    this.rejectedBytes = saved.rejectedBytes
  }

  start(onSaved: () => void, onError: (error: unknown) => void): void {
    this.timer = setInterval(() => void this.save().then(onSaved, onError), SAVE_EVERY_MS)
  }

  async stop(): Promise<void> {
    clearInterval(this.timer)
    await this.last.catch(() => undefined)
    await this.save()
  }

  /** @throws CLIError when it cannot be written */
  save(): Promise<void> {
    this.last = this.last.then(() => this.write())
    return this.last
  }

  private async write(): Promise<void> {
    const { besides, options, ledger, headAt } = this.saved
    const { at, unsettled, totals, rejections } = ledger.snapshot()
    this.rejectedBytes = await appendAt(rejectedPath(besides), this.rejectedBytes, rejections)
    const head = await headAt(at.position)
    await writeCheckpoint(besides, {
      version: 1,
      options,
      head,
      ...at,
      unsettled,
      rejectedBytes: this.rejectedBytes,
      totals
    })
  }
}
