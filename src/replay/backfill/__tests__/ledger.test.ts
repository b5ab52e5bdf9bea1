import { Ledger } from '../ledger'
import type { Line } from '../../lines'

const line = (number: number): Line => ({ number, start: number * 10, end: number * 10 + 10 })
const place = (number: number) => ({ position: number * 10, line: number - 1 })

describe('Ledger', () => {
  it('is full at 10,000 lines or 16 MB in memory, and at 100,000 lines wherever they wait', () => {
    const ledger = new Ledger()
    const fill = (count: number, bytes: number) =>
      Array.from({ length: count }, (_, index) => ledger.open(line(index), bytes, [0]))
    const held = fill(9_999, 100)
    expect(ledger.isFull()).toBe(false)
    held.push(...fill(1, 100))
    expect(ledger.isFull()).toBe(true)
    held.forEach((entry) => ledger.release(entry))
    expect(ledger.isFull()).toBe(false)
    const [large] = fill(1, 16 * 1024 * 1024 - 1)
    expect(ledger.isFull()).toBe(false)
    ledger.settle(fill(1, 1)[0], 0)
    const [last] = fill(1, 1)
    expect(ledger.isFull()).toBe(true)
    ledger.release(large)
    ledger.release(last)
    fill(89_997, 0).forEach((entry) => ledger.release(entry))
    expect([ledger.waiting, ledger.isFull()]).toStrictEqual([99_999, false])
    ledger.release(fill(1, 0)[0])
    expect([ledger.waiting, ledger.isFull()]).toStrictEqual([100_000, true])
  })

  it('overflows at 4 MB of rejections until they are handed over', () => {
    const ledger = new Ledger()
    const reason = 'x'.repeat(1024 * 1024)
    for (let number = 1; number < 4; number++) ledger.reject({ line: number, reason })
    expect(ledger.isOverflowing()).toBe(false)
    ledger.reject({ line: 4, reason })
    expect(ledger.isOverflowing()).toBe(true)
    const lines = ledger.snapshot().rejections.split('\n')
    expect(lines.map((text) => (text ? (JSON.parse(text) as object) : undefined))).toStrictEqual([
      ...[1, 2, 3, 4].map((number) => ({ line: number, reason })),
      undefined
    ])
    expect([ledger.isOverflowing(), ledger.snapshot().rejections, ledger.totals.rejected]).toStrictEqual([false, '', 4])
  })

  it('remembers which subscriptions still owe a line, a refusal being nothing before it is written', () => {
    const ledger = new Ledger()
    const [untouched, delivered, refused] = [1, 2, 3].map((number) => ledger.open(line(number), 1, [0, 1]))
    ledger.settle(delivered, 1)
    ledger.settle(refused, 0, { line: 3, reason: 'no' })
    expect(ledger.snapshot().unsettled).toStrictEqual([place(1), { ...place(2), routes: [0] }, place(3)])
    ledger.settle(untouched, 0)
    ledger.settle(untouched, 1)
    ledger.settle(refused, 1)
    expect(ledger.snapshot()).toMatchObject({
      unsettled: [{ ...place(2), routes: [0] }],
      totals: { delivered: 1, rejected: 1, skipped: 0 },
      rejections: '{"line":3,"reason":"no"}\n'
    })
  })
})
