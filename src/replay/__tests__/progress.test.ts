import { Writable } from 'node:stream'
import { RateLimit } from '../backfill/rate-limit'
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
  let figures: Figures
  beforeEach(() => {
    jest.useFakeTimers()
    figures = { done: 0, all: 1_000, delivered: 0, rejected: 0, waiting: 0 }
  })
  afterEach(() => {
    jest.useRealTimers()
  })

  /** One more second, in which so many were delivered. */
  function second(delivered: number): void {
    figures.done += delivered
    figures.delivered += delivered
    jest.advanceTimersByTime(1_000)
  }

  it('is a bar on a terminal, and ends as it is at the end', () => {
    const terminal = stream(true)
    const progress = new Progress(terminal)
    progress.follow('a.ndjson', () => figures)
    for (let at = 0; at < 5; at++) second(100)
    expect(terminal.text).toMatch(
      /\[?=+-+\]? a\.ndjson: 50\.0 %, ETA \ds, \d+\/s, delivered 500, rejected 0, waiting 0, sent again 0/
    )
    figures.done = 1_000
    progress.retry(3, 'Heap answered 503', 20)
    progress.stop()
    expect(terminal.text).toContain('sending again: Heap answered 503\n')
    expect(terminal.text.trimEnd()).toMatch(/ 100\.0 %, [^\n]*, sent again 3[^\n]*$/)
  })

  it('says why it sends again the first time, and when that takes long', () => {
    const file = stream(false)
    const progress = new Progress(file)
    for (const waitMs of [20, 20, 30_000]) progress.retry(1, 'Heap answered 429', waitMs)
    expect(file.text).toBe('sending again: Heap answered 429\nsending again in 30s: Heap answered 429\n')
  })

  it('lets nothing that stands in the data rewrite the terminal', () => {
    const file = stream(false)
    const progress = new Progress(file)
    progress.retry(1, '400 \x1b[2J\r\nEvil \u202e', 20)
    progress.follow('a\x1b[2K.ndjson', () => figures)
    jest.advanceTimersByTime(10_000)
    progress.stop()
    expect(file.text).toBe(
      'sending again: 400  [2J Evil  \na [2K.ndjson: 0.0 %, 0/s, delivered 0, rejected 0, waiting 0, sent again 1\n'
    )
  })

  it('has neither a percentage nor an end when nobody knows how much there is', () => {
    const terminal = stream(true)
    const progress = new Progress(terminal)
    figures.all = undefined
    progress.follow('standard input', () => figures)
    for (let at = 0; at < 5; at++) second(100)
    progress.stop()
    expect(terminal.text).toContain('standard input: 100/s, delivered 500')
    expect(terminal.text).not.toContain('%')
    expect(terminal.text).not.toContain('ETA')
  })

  it('is one line every ten seconds where there is no terminal, and says what an earlier run has done', () => {
    const file = stream(false)
    const progress = new Progress(file)
    figures = { done: 1_999, all: 60_002, delivered: 1_999, rejected: 0, waiting: 0 }
    progress.follow('a.ndjson', () => figures)
    for (let at = 0; at < 20; at++) second(10)
    progress.stop()
    expect(file.text.split('\n')).toStrictEqual([
      'a.ndjson: resuming: 1,999 of about 60,002 done',
      'a.ndjson: 3.4 %, ETA 1h 36m, 10/s, delivered 2099, rejected 0, waiting 0, sent again 0',
      'a.ndjson: 3.6 %, ETA 1h 36m, 10/s, delivered 2199, rejected 0, waiting 0, sent again 0',
      ''
    ])
  })

  it.each([
    [119.6, '2m 00s'],
    [59.4, '59s'],
    [3_599.7, '1h 00m'],
    [90_000, '1d 1h']
  ])('never shows sixty seconds or minutes: %d s', (seconds, shown) => {
    const file = stream(false)
    const progress = new Progress(file)
    progress.retry(1, 'Heap answered 429', seconds * 1_000)
    expect(file.text).toBe(`sending again in ${shown}: Heap answered 429\n`)
  })

  const secondsOf = (text: string) => {
    const units: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 }
    return [...text.matchAll(/(\d+)([smhd])/g)].reduce((sum, [, count, unit]) => sum + Number(count) * units[unit], 0)
  }

  /** Delivers batches of a thousand at Heap's rate, but every so many wait five seconds and are sent again. */
  async function sendAll(failEvery: number): Promise<void> {
    const rateLimit = new RateLimit(15_000)
    const { signal } = new AbortController()
    for (let attempt = 1; figures.done < (figures.all ?? 0); attempt++) {
      await rateLimit.take(1_000, signal)
      if (attempt % failEvery === 0) await new Promise((resolve) => setTimeout(resolve, 5_000))
      else figures.done += 1_000
    }
  }

  it.each([
    ['from the beginning', 0, Infinity],
    ['resumed in the middle', 100_000, Infinity],
    ['resumed, with batches that have to wait', 100_000, 4]
  ])('tells the end, after the first tenth, to a fifth: %s', async (_case, done, failEvery) => {
    const file = stream(false)
    const progress = new Progress(file)
    figures = { done, all: 200_000, delivered: done, rejected: 0, waiting: 0 }
    const startedAt = performance.now()
    const told: { at: number; share: number; left: number }[] = []
    progress.follow('a.ndjson', () => figures)
    file._write = (chunk, _encoding, written) => {
      const [, left = ''] = /ETA ([^,]+),/.exec(String(chunk)) ?? []
      const at = (performance.now() - startedAt) / 1_000
      told.push({ at, share: (figures.done - done) / (200_000 - done), left: secondsOf(left) })
      written()
    }
    let end = 0
    void sendAll(failEvery).then(() => (end = (performance.now() - startedAt) / 1_000))
    while (end === 0) await jest.advanceTimersByTimeAsync(500)
    progress.stop()
    const later = told.filter(({ share }) => share >= 0.1)
    expect(later.length).toBeGreaterThan(20)
    // Less one wait for a batch that Heap wants again, which nobody can foresee.
    const wrong = later.map(({ at, left }) => Math.max(0, Math.abs(at + left - end) - 10) / (end - at))
    expect(Math.max(...wrong)).toBeLessThan(0.2)
  })
})
