import { SingleBar } from 'cli-progress'
import type { Ledger } from './ledger'
import type { Source } from './source'

const BAR_EVERY_MS = 250
const LINE_EVERY_MS = 5_000

/** The others are in the file of rejected lines alone. */
const MAX_UNREADABLE_SHOWN = 10

export interface Figures {
  delivered: number
  rejected: number
  waiting: number
}

/** A bar on a terminal, plain lines elsewhere; both on standard error. */
export class Progress {
  private timer?: NodeJS.Timeout
  private bar?: SingleBar
  private retried = 0
  private unreadables = 0

  start(
    source: Pick<Source, 'path'>,
    ledger: Pick<Ledger, 'totals' | 'waiting'>,
    share: () => number | undefined
  ): void {
    const figures = () => ({ ...ledger.totals, waiting: ledger.waiting })
    this.follow(source.path, figures, share)
  }

  follow(name: string, figures: () => Figures, share: () => number | undefined): void {
    const startedAt = Date.now()
    const before = figures()
    const show = () => {
      const now = figures()
      const seconds = Math.max(0.001, (Date.now() - startedAt) / 1000)
      const perSecond = Math.round((now.delivered + now.rejected - before.delivered - before.rejected) / seconds)
      this.show(name, { ...now, perSecond, retried: this.retried }, share())
    }
    if (process.stderr.isTTY) this.bar = newBar()
    this.timer = setInterval(show, this.bar ? BAR_EVERY_MS : LINE_EVERY_MS)
  }

  /** Counts what is sent again, and says why at the first. */
  readonly retry = (events: number, reason: string): void => {
    if (this.retried === 0 && !this.bar) this.note(`sending again: ${reason.slice(0, 200)}`)
    this.retried += events
  }

  /** Tells of the first few. */
  unreadable(text: string): void {
    if (++this.unreadables <= MAX_UNREADABLE_SHOWN) this.note(text)
    else if (this.unreadables === MAX_UNREADABLE_SHOWN + 1) this.note('further lines cannot be read either')
  }

  /** A line of its own, above the bar if there is one. */
  note(text: string): void {
    process.stderr.write(this.bar ? `\r\x1b[K${text}\n` : `${text}\n`)
  }

  stop(): void {
    clearInterval(this.timer)
    this.bar?.stop()
    this.bar = undefined
  }

  private show(
    name: string,
    figures: Figures & { perSecond: number; retried: number },
    share: number | undefined
  ): void {
    const { delivered, rejected, waiting, perSecond, retried } = figures
    const done = Math.floor((share ?? 0) * 1000) / 10
    if (this.bar) return this.bar.update(done, { ...figures })
    const part = share === undefined ? '' : ` ${done.toFixed(1)} %,`
    process.stderr.write(
      `${name}:${part} ${perSecond}/s, sent ${delivered}, failed ${rejected}, waiting ${waiting}, sent again ${retried}\n`
    )
  }
}

function newBar(): SingleBar {
  const bar = new SingleBar({
    format:
      '{bar} {percentage} % | ETA {eta_formatted} | {perSecond}/s | sent {delivered}, failed {rejected}, waiting {waiting}',
    stream: process.stderr,
    etaBuffer: 50
  })
  bar.start(100, 0, { perSecond: 0, delivered: 0, rejected: 0, waiting: 0 })
  return bar
}
