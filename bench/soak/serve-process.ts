import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { commanded } from './child'
import type { Child } from './child'
import type { DeliveryLog } from './delivery-log'
import { Disk } from './disk'

const DESTINATIONS = join(__dirname, 'destinations')

/** Longer than one press of Ctrl-C takes to arrive from everywhere. */
const SECOND_CTRL_C_MS = 600
const PROBE_MS = 50
const MAX_PROBES = 400

/** `serve` through all its lives, at one address and with one folder for its calls. */
export class ServeProcess {
  readonly disk: Disk
  kills = 0
  interrupts = 0
  fullDisks = 0
  peakMb = 0
  /** What it took while its disk became full. */
  readonly probes = { acknowledged: [] as string[], refusable: [] as string[] }
  private child!: Child
  url = ''

  constructor(
    private readonly folder: string,
    private readonly heapUrl: string,
    private readonly log: DeliveryLog
  ) {
    this.disk = new Disk(join(folder, 'disk'))
  }

  async start(): Promise<void> {
    const port = this.url === '' ? '0' : new URL(this.url).port
    const where = ['--directory', DESTINATIONS, '--destination', 'heap', '--live', '--app-id', '11']
    const how = ['--json', '--noUI', '--port', port, '--write-key', 'soak', '--drain-timeout', '300']
    const data = ['--data', join(this.disk.folder, 'calls')]
    this.child = commanded(['serve', ...where, ...how, ...data], {
      cwd: this.folder,
      env: { SOAK_HEAP_URL: this.heapUrl },
      onLine: this.log.add
    })
    this.url = await this.child.url()
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    const code = await this.child.end(signal)
    this.peakMb = Math.max(this.peakMb, this.child.peakMb)
    return code
  }

  async die(): Promise<void> {
    this.kills++
    await this.end('SIGKILL')
    await this.start()
  }

  async interruptTwice(): Promise<void> {
    this.interrupts++
    const ended = this.end('SIGINT')
    const again = setInterval(() => this.child.signal('SIGINT'), SECOND_CTRL_C_MS)
    await ended
    clearInterval(again)
    await this.start()
  }

  /** Goes on until a call is refused for want of room, then dies with the disk still full. */
  async fillDisk(): Promise<void> {
    if (!this.disk.canBeFull) return this.die()
    this.fullDisks++
    this.disk.fill()
    for (let number = 0; number < MAX_PROBES; number++) {
      if ((await this.probe(`d${this.fullDisks}_${number}`)) === 503) break
      await sleep(PROBE_MS)
    }
    await this.end('SIGKILL')
    this.disk.empty()
    await this.start()
  }

  /** The status; undefined when there is no answer. */
  private async probe(id: string): Promise<number | undefined> {
    const call = { messageId: id, userId: 'probe', event: `Told ${id}`, properties: { soak_id: id } }
    const body = JSON.stringify({ writeKey: 'soak', ...call })
    const answer = await fetch(`${this.url}/v1/track`, { method: 'POST', body }).catch(() => undefined)
    if (answer?.status === 200) this.probes.acknowledged.push(id)
    return answer?.status
  }
}
