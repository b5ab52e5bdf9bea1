import { SingleBar } from 'cli-progress'
import { printable } from '../segment/printable'

const SEEN_EVERY_MS = 250
const LINE_EVERY_MS = 10_000

const LONG_WAIT_MS = 10_000

/** The others are in the file of rejected lines alone. */
const MAX_UNREADABLE_SHOWN = 10

const MAX_NAME_CHARACTERS = 40

export interface Figures {
  /** What has an outcome, over all runs. */
  done: number
  /** How much there is, or is thought to be; undefined when nobody knows. */
  all?: number
  delivered: number
  rejected: number
  waiting: number
}

/** A bar on a terminal, plain lines elsewhere. */
export class Progress {
  private timer?: NodeJS.Timeout
  private refresh: () => void = () => undefined
  private bar?: SingleBar
  private retried = 0
  private unreadables = 0

  constructor(private readonly stream: NodeJS.WriteStream = process.stderr) {}

  /** Shows these until `stop`. */
  follow(named: string, figures: () => Figures): void {
    const name = printable(named)
    const pace = new Pace(figures().done)
    if (figures().done > 0) this.note(`${name}: ${resumed(figures())}`)
    this.refresh = () => this.show(name, figures(), pace)
    if (this.stream.isTTY) {
      this.bar = new SingleBar({ format: '{bar} {line}', stream: this.stream, barsize: 20 })
      this.bar.start(1, 0, { line: name })
    }
    let shownAt = performance.now()
    this.timer = setInterval(() => {
      pace.see(figures().done)
      if (!this.bar && performance.now() - shownAt < LINE_EVERY_MS) return
      shownAt = performance.now()
      this.refresh()
    }, SEEN_EVERY_MS)
  }

  /** Counts what is sent again; says why at the first, and whenever it takes long. */
  readonly retry = (events: number, reason: string, waitMs: number): void => {
    const isLong = waitMs >= LONG_WAIT_MS
    const when = isLong ? ` in ${durationOf(waitMs / 1000)}` : ''
    if (isLong || this.retried === 0) this.note(`sending again${when}: ${reason.slice(0, 200)}`)
    this.retried += events
  }

  /** Tells of the first few. */
  unreadable(text: string): void {
    if (++this.unreadables <= MAX_UNREADABLE_SHOWN) this.note(text)
    else if (this.unreadables === MAX_UNREADABLE_SHOWN + 1) this.note('more lines cannot be read')
  }

  /** A line of its own, above the bar if there is one. */
  note(text: string): void {
    this.stream.write(this.bar ? `\r\x1b[K${printable(text)}\n` : `${printable(text)}\n`)
  }

  stop(): void {
    clearInterval(this.timer)
    if (this.bar) this.refresh()
    this.bar?.stop()
    this.bar = undefined
  }

  private show(name: string, { done, all, delivered, rejected, waiting }: Figures, pace: Pace): void {
    const share = all === undefined ? undefined : Math.min(1, done / Math.max(1, all))
    const left = all === undefined ? undefined : pace.secondsFor(all - done)
    const parts = [
      ...(share === undefined ? [] : [`${(Math.floor(share * 1000) / 10).toFixed(1)} %`]),
      ...(left === undefined ? [] : [`ETA ${durationOf(left)}`]),
      `${Math.round(pace.perSecond)}/s, delivered ${delivered}, rejected ${rejected}, waiting ${waiting}, sent again ${this.retried}`
    ]
    if (this.bar) this.bar.update(share ?? 0, { line: `${name.slice(-MAX_NAME_CHARACTERS)}: ${parts.join(', ')}` })
    else this.stream.write(`${name}: ${parts.join(', ')}\n`)
  }
}

/**
 * The pace of this run between its first and its last outcomes, and what it waits longer than usual. What was sent at once,
 * before any limit of rates could tell, would make the rest seem near, and half a wait for the next batch would make it far.
 */
class Pace {
  private first?: { at: number; done: number }
  private last: { at: number; done: number }
  private changes = 0

  constructor(done: number) {
    this.last = { at: performance.now(), done }
  }

  see(done: number): void {
    if (done === this.last.done) return
    this.last = { at: performance.now(), done }
    if (this.first) this.changes++
    else this.first = this.last
  }

  get perSecond(): number {
    const { first, last, changes } = this
    if (!first || changes === 0) return 0
    const between = last.at - first.at
    const waits = Math.max(0, performance.now() - last.at - between / changes)
    return ((last.done - first.done) * 1000) / (between + waits)
  }

  secondsFor(count: number): number | undefined {
    return this.perSecond > 0 ? Math.max(0, count) / this.perSecond : undefined
  }
}

function resumed({ done, all }: Figures): string {
  const thousands = (count: number) => Math.round(count).toLocaleString('en')
  return `resuming: ${thousands(done)}${all === undefined ? '' : ` of about ${thousands(all)}`} done`
}

/** `45s`, `2m 05s`, `3h 20m`, `2d 4h`. */
function durationOf(seconds: number): string {
  const whole = Math.round(seconds)
  const [minutes, hours, days] = [whole / 60, whole / 3600, whole / 86_400].map(Math.floor)
  const padded = (count: number) => String(count).padStart(2, '0')
  if (minutes === 0) return `${whole}s`
  if (hours === 0) return `${minutes}m ${padded(whole % 60)}s`
  return days === 0 ? `${hours}h ${padded(minutes % 60)}m` : `${days}d ${hours % 24}h`
}
