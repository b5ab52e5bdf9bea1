import { install } from '@sinonjs/fake-timers'
import type { Clock } from '@sinonjs/fake-timers'

const START = Date.parse('2026-03-01T12:00:00.000Z')

/** Nothing more happens when nothing has happened for so long: reading a database takes some turns. */
const IDLE_TURNS = 50

interface Due {
  at: number
  order: number
  run: () => unknown
}

/**
 * Time and chance, as the code under test sees them: its timers, `Date`, `performance` and `Math.random`. Nothing waits, and
 * the same seed gives the same.
 */
export class VirtualTime {
  private clock = installed(START)
  private jumped = 0
  private due: Due[] = []
  private order = 0
  private readonly realRandom = Math.random

  constructor(readonly random: () => number) {
    Math.random = random
  }

  /** Milliseconds since the world began, which no jump of the clock changes. */
  get now(): number {
    return this.clock.now - START - this.jumped
  }

  /** For the world itself: unlike the timers of a process, what is due here outlives a kill. */
  in(ms: number, run: () => unknown): void {
    this.due.push({ at: this.now + ms, order: this.order++, run })
    this.due.sort((a, b) => a.at - b.at || a.order - b.order)
    this.clock.setTimeout(() => this.runDue(), ms)
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.in(ms, resolve))
  }

  /** Somebody sets the clock of the machine; timers do not notice. */
  jump(ms: number): void {
    this.clock.setSystemTime(this.clock.now + ms)
    this.jumped += ms
  }

  /** As when a process dies: none of its timers fires any more. */
  forgetTimers(): void {
    const { now } = this.clock
    this.clock.uninstall()
    this.clock = installed(now)
    for (const { at } of this.due) this.clock.setTimeout(() => this.runDue(), at - this.now)
  }

  /** Timer after timer, until it is over or late; returns whether it is over. */
  async until(isOver: () => boolean, latest: number): Promise<boolean> {
    let idle = 0
    await settled()
    while (!isOver()) {
      idle = this.clock.countTimers() === 0 ? idle + 1 : 0
      if (this.now > latest || idle > IDLE_TURNS) return false
      if (idle === 0) this.clock.next()
      await settled()
    }
    return true
  }

  end(): void {
    this.clock.uninstall()
    Math.random = this.realRandom
  }

  /** One for each timer: what it brings about happens before the next. */
  private runDue(): void {
    if (this.due.length > 0 && this.due[0].at <= this.now) this.due.shift()?.run()
  }
}

function installed(now: number): Clock {
  const toFake = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'] as const
  return install({ now, toFake: [...toFake] })
}

/** All that promises and ticks bring about without any time has happened then: nothing here waits for the system. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** mulberry32. */
export function randomFrom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
