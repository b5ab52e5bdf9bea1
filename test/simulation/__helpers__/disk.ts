import { MemoryLevel } from 'memory-level'
import type { Database } from '../../../src/store/sublevel'
import type { Trouble } from './plan'
import type { VirtualTime } from './virtual-time'

const WRITE_MS = 3
const SLOW_MS = 4000

type Batch = ReturnType<Database['batch']>

/** What outlives the process: each life sees it as a database of its own, whose writes can fail or be cut by a kill. */
export class Disk {
  private readonly kept = new MemoryLevel()
  private readonly pending = new Set<() => Promise<void>>()

  constructor(
    private readonly time: VirtualTime,
    private readonly troubles: Trouble[],
    private readonly tell: (line: string) => void,
    private readonly onWrite: () => void = () => undefined
  ) {}

  /** A write on its way is made or not; nobody hears of it. */
  async killed(): Promise<void> {
    for (const write of [...this.pending]) {
      this.pending.delete(write)
      const isMade = this.time.random() < 0.5
      this.tell(`disk    a write is ${isMade ? 'made and not acknowledged' : 'cut'}`)
      if (isMade) await write()
    }
  }

  /** A call that waits is lost or changed while nobody looks; the function that is returned puts a copy back. */
  async damage(how: 'lost' | 'changed'): Promise<() => Promise<void>> {
    const waiting = await this.kept.iterator({ gt: '!waiting!', lt: '!waiting"' }).all()
    if (waiting.length === 0) return () => Promise.resolve()
    const [key, value] = waiting[Math.floor(this.time.random() * waiting.length)]
    this.tell(`disk    an entry is ${how}`)
    if (how === 'lost') await this.kept.del(key)
    else await this.kept.put(key, value.replace('Ordered', 'Reordered').replace('user-', 'user-9'))
    return () => this.kept.put(key, value)
  }

  isQuiet(): boolean {
    return this.pending.size === 0
  }

  open(): Database {
    const { kept } = this
    return {
      get: (key) => kept.get(key),
      getMany: (keys) => kept.getMany(keys),
      iterator: (range) => kept.iterator(range),
      close: () => Promise.resolve(),
      batch: () => {
        const batch = kept.batch()
        const whole: Batch = {
          put: (key, value) => batch.put(key, value),
          del: (key) => batch.del(key),
          write: () => this.write(() => batch.write())
        }
        return whole
      }
    }
  }

  private write(write: () => Promise<void>): Promise<void> {
    const how = this.trouble()
    this.pending.add(write)
    this.onWrite()
    return new Promise((resolve, reject) => {
      this.time.in(how === 'slow' ? SLOW_MS : WRITE_MS, async () => {
        if (!this.pending.delete(write)) return
        if (how) this.tell(`disk    a write ${how === 'slow' ? 'is slow' : how}`)
        if (how !== 'fails') await write()
        if (how === 'fails' || how === 'writes and fails') reject(new Error('no space left on device'))
        else resolve()
      })
    })
  }

  private trouble() {
    const { now } = this.time
    for (const trouble of this.troubles) {
      if (trouble.kind === 'disk' && trouble.at <= now && now < trouble.at + trouble.ms) return trouble.how
    }
    return undefined
  }
}
