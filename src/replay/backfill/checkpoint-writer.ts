import { appendAt } from '../durable-file'
import { rejectedPath, writeCheckpoint } from './checkpoint'
import type { Ledger } from './ledger'

export const SAVE_EVERY_MS = 500

/** Writing takes at most this share of a run's time, however long the checkpoint and slow the disk. */
const SHARE_OF_TIME = 0.1

interface Saved {
  pathPrefix: string
  options: string
  ledger: Ledger
  rejectedBytes: number
  fingerprintAt: (position: number) => Promise<string> | string | undefined
}

/** Writes a run's checkpoint while the run goes on, the rejected lines first. */
export class CheckpointWriter {
  private timer?: NodeJS.Timeout
  private isStopped = false
  private last: Promise<void> = Promise.resolve()
  private rejectedBytes: number

  constructor(private readonly saved: Saved) {
    this.rejectedBytes = saved.rejectedBytes
  }

  /** Tells of each time it was written, and of the first time that it could not be. */
  start(onSaved: () => void, onError: (error: unknown) => void): void {
    const saveIn = (pauseMs: number) => {
      this.timer = setTimeout(() => void saveAndGoOn().catch(onError), pauseMs)
    }
    const saveAndGoOn = async () => {
      const startedAt = Date.now()
      await this.save()
      onSaved()
      if (!this.isStopped) saveIn(Math.max(SAVE_EVERY_MS, (Date.now() - startedAt) / SHARE_OF_TIME))
    }
    saveIn(SAVE_EVERY_MS)
  }

  async stop(): Promise<void> {
    this.isStopped = true
    clearTimeout(this.timer)
    await this.last.catch(() => undefined)
    await this.save()
  }

  /** @throws CLIError when it cannot be written */
  save(): Promise<void> {
    this.last = this.last.then(() => this.write())
    return this.last
  }

  private async write(): Promise<void> {
    const { pathPrefix, options, ledger, fingerprintAt } = this.saved
    const { at, unsettled, totals, rejections } = ledger.snapshot()
    this.rejectedBytes = await appendAt(rejectedPath(pathPrefix), this.rejectedBytes, rejections)
    const print = await fingerprintAt(at.position)
    await writeCheckpoint(pathPrefix, {
      version: 1,
      options,
      print,
      ...at,
      unsettled,
      rejectedBytes: this.rejectedBytes,
      totals
    })
  }
}
