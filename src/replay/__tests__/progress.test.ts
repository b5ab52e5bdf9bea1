import { Writable } from 'node:stream'
import { Progress } from '../progress'
import type { Figures } from '../progress'

/** What a terminal, or a file, has been written. */
function stream(isTTY: boolean): NodeJS.WriteStream & { text: string } {
  const written = Object.assign(new Writable(), { isTTY, columns: 200, text: '' })
  written._write = (chunk, _encoding, done) => {
    written.text += String(chunk)
    done()
  }
  return written as Writable & { text: string } as NodeJS.WriteStream & { text: string }
}

describe('Progress', () => {
  const figures: Figures = { delivered: 0, rejected: 0, waiting: 0 }
  beforeEach(() => {
    jest.useFakeTimers()
    Object.assign(figures, { delivered: 100, rejected: 0, waiting: 0 })
  })
  afterEach(() => {
    jest.useRealTimers()
  })

  it('is a bar on a terminal, with what is new since the start a second, and ends as it is at the end', () => {
    const terminal = stream(true)
    const progress = new Progress(terminal)
    let share = 0
    progress.follow(
      'a.ndjson',
      () => ({ ...figures }),
      () => share
    )
    Object.assign(figures, { delivered: 2_090, rejected: 10, waiting: 7 })
    share = 0.5
    jest.advanceTimersByTime(2_000)
    expect(terminal.text).toMatch(
      /=+-+ 50 % \| ETA \d+s \| a\.ndjson \| 1000\/s \| sent 2090, failed 10, waiting 7, sent again 0/
    )
    share = 1
    progress.retry(3, 'Heap answered 503', 20)
    progress.stop()
    expect(terminal.text).toContain('sending again: Heap answered 503\n')
    expect(terminal.text.trimEnd()).toMatch(/ 100 % [^\n]*, sent again 3[^\n]*$/)
  })

  it('says why it sends again the first time, and when that takes long', () => {
    const file = stream(false)
    const progress = new Progress(file)
    for (const waitMs of [20, 20, 30_000]) progress.retry(1, 'Heap answered 429', waitMs)
    expect(file.text).toBe('sending again: Heap answered 429\nsending again in 30 s: Heap answered 429\n')
  })

  it('lets nothing that stands in the data rewrite the terminal', () => {
    const file = stream(false)
    const progress = new Progress(file)
    progress.retry(1, '400 \x1b[2J\r\nEvil \u202e', 20)
    progress.follow(
      'a\x1b[2K.ndjson',
      () => ({ ...figures }),
      () => 0
    )
    jest.advanceTimersByTime(5_000)
    progress.stop()
    expect(file.text).toBe(
      'sending again: 400  [2J Evil  \na [2K.ndjson: 0.0 %, 0/s, sent 100, failed 0, waiting 0, sent again 1\n'
    )
  })

  it('has neither a bar nor an end when nobody knows how much there is', () => {
    const terminal = stream(true)
    const progress = new Progress(terminal)
    progress.follow(
      'standard input',
      () => ({ ...figures }),
      () => undefined
    )
    jest.advanceTimersByTime(1_000)
    progress.stop()
    expect(terminal.text).toContain('standard input | 0/s | sent 100')
    expect(terminal.text).not.toContain('%')
  })

  it('is a plain line now and then where there is no terminal', () => {
    const file = stream(false)
    const progress = new Progress(file)
    progress.follow(
      'a.ndjson',
      () => ({ ...figures }),
      () => 0.123
    )
    jest.advanceTimersByTime(10_000)
    progress.stop()
    const line = 'a.ndjson: 12.3 %, 0/s, sent 100, failed 0, waiting 0, sent again 0\n'
    expect(file.text).toBe(line.repeat(2))
  })
})
