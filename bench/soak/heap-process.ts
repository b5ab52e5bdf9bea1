import { setTimeout as sleep } from 'node:timers/promises'
import type { Faults } from '../../src/emulator'
import { forked } from './child'
import type { Child } from './child'
import { HEALTHY } from './phases'

/** The emulator's process through all its lives, at one address. */
export class HeapProcess {
  kills = 0
  freezes = 0
  private faults: Faults = HEALTHY

  private constructor(
    private child: Child,
    readonly url: string,
    private readonly journal: string
  ) {}

  static async start(journal: string): Promise<HeapProcess> {
    const child = forked('heap', ['0', journal])
    return new HeapProcess(child, await child.url(), journal)
  }

  async setFaults(faults: Faults): Promise<void> {
    this.faults = faults
    await fetch(`${this.url}/_emulator/faults`, { method: 'POST', body: JSON.stringify(faults) })
  }

  /** Dead while `meanwhile` runs, then as before. */
  async die(meanwhile: () => Promise<unknown>): Promise<void> {
    this.kills++
    await this.child.end('SIGKILL')
    await meanwhile()
    this.child = forked('heap', [new URL(this.url).port, this.journal])
    await this.child.url()
    await this.setFaults(this.faults)
  }

  /** Takes connections and answers none of them. */
  async freeze(ms: number): Promise<void> {
    this.freezes++
    this.child.signal('SIGSTOP')
    await sleep(ms)
    this.child.signal('SIGCONT')
  }

  async end(): Promise<void> {
    await this.child.end('SIGTERM')
  }
}
