import { SingleBar } from 'cli-progress'
import { printable } from '../segment/printable'
import type { Ledger } from './backfill/ledger'
import type { Source } from './source'

const BAR_EVERY_MS = 250
const LINE_EVERY_MS = 5_000

const LONG_WAIT_MS = 10_000

/** The others are in the file of rejected lines alone. */
const MAX_UNREADABLE_SHOWN = 10

const MAX_NAME_CHARACTERS = 40

export interface Figures {
  delivered: number
  rejected: number
  waiting: number
}

interface Shown extends Figures {
  name: string
  perSecond: number
  retried: number
  /** 0 to 1; undefined when nobody knows how much there is. */
  share?: number
}

/** A bar on a terminal, plain lines elsewhere. */
export class Progress {
  private timer?: NodeJS.Timeout
  private refresh: () => void = () => undefined
  private bar?: SingleBar
  private retried = 0
  private unreadables = 0

  constructor(private readonly stream: NodeJS.WriteStream = process.stderr) {}

  start(
    source: Pick<Source, 'path'>,
    ledger: Pick<Ledger, 'totals' | 'waiting'>,
    share: () => number | undefined
  ): void {
    const figures = () => ({ ...ledger.totals, waiting: ledger.waiting })
    this.follow(source.path, figures, share)
  }

  follow(named: string, figures: () => Figures, share: () => number | undefined): void {
    const name = printable(named)
    const startedAt = Date.now()
    const before = figures()
    this.refresh = () => {
      const now = figures()
      const seconds = Math.max(0.001, (Date.now() - startedAt) / 1000)
      const perSecond = Math.round((now.delivered + now.rejected - before.delivered - before.rejected) / seconds)
      this.show({ ...now, name, perSecond, retried: this.retried, share: share() })
    }
    if (this.stream.isTTY) this.bar = newBar(this.stream, share() !== undefined)
    this.timer = setInterval(this.refresh, this.bar ? BAR_EVERY_MS : LINE_EVERY_MS)
  }

  /** Counts what is sent again; says why at the first, and whenever it takes long. */
  readonly retry = (events: number, reason: string, waitMs: number): void => {
    const isLong = waitMs >= LONG_WAIT_MS
    const when = isLong ? ` in ${Math.round(waitMs / 1000)} s` : ''
    if (isLong || this.retried === 0) this.note(`sending again${when}: ${reason.slice(0, 200)}`)
    this.retried += events
  }

  /** Tells of the first few. */
  unreadable(text: string): void {
    if (++this.unreadables <= MAX_UNREADABLE_SHOWN) this.note(text)
    else if (this.unreadables === MAX_UNREADABLE_SHOWN + 1) this.note('further lines cannot be read either')
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

  private show({ name, share, ...figures }: Shown): void {
    const { delivered, rejected, waiting, perSecond, retried } = figures
    const done = Math.floor((share ?? 0) * 1000) / 10
    if (this.bar) return this.bar.update(done, { ...figures, name: name.slice(-MAX_NAME_CHARACTERS) })
    const part = share === undefined ? '' : ` ${done.toFixed(1)} %,`
    this.stream.write(
      `${name}:${part} ${perSecond}/s, sent ${delivered}, failed ${rejected}, waiting ${waiting}, sent again ${retried}\n`
    )
  }
}

function newBar(stream: NodeJS.WriteStream, hasEnd: boolean): SingleBar {
  const figures =
    '{name} | {perSecond}/s | sent {delivered}, failed {rejected}, waiting {waiting}, sent again {retried}'
  const format = hasEnd ? `{bar} {percentage} % | ETA {eta_formatted} | ${figures}` : figures
  const bar = new SingleBar({ format, stream, etaBuffer: 50, barsize: 20 })
  bar.start(100, 0, { name: '', perSecond: 0, delivered: 0, rejected: 0, waiting: 0, retried: 0 })
  return bar
}
