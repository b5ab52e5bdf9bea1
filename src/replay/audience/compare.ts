/** In order, some at a time. */
export type SortedIds = AsyncGenerator<[id: string, isSure: boolean][]>

export interface Membership {
  id: string
  before: boolean
  now: boolean
  /** Whether it is known what Heap was told last. */
  isSure: boolean
}

/** Everybody who is in one of two lists, in order, some at a time. */
export async function* compare(before: SortedIds, now: SortedIds): AsyncGenerator<Membership[]> {
  const [left, right] = [new Cursor(before), new Cursor(now)]
  await Promise.all([left.next(), right.next()])
  let found: Membership[] = []
  for (;;) {
    const order = orderOf(left.id, right.id)
    const id = order <= 0 ? left.id : right.id
    if (id === undefined) break
    found.push({ id, before: order <= 0, now: order >= 0, isSure: order > 0 || left.isSure })
    if (order <= 0) await left.next()
    if (order >= 0) await right.next()
    if (found.length < 1000) continue
    yield found
    found = []
  }
  yield found
}

class Cursor {
  private chunk: [string, boolean][] = []
  private at = 0

  constructor(private readonly ids: SortedIds) {}

  /** Undefined after the last. */
  get id(): string | undefined {
    return this.chunk[this.at]?.[0]
  }

  get isSure(): boolean {
    return this.chunk[this.at]?.[1] ?? true
  }

  /** Nothing to wait for but once in many ids. */
  next(): Promise<void> | void {
    if (++this.at >= this.chunk.length) return this.fill()
  }

  private async fill(): Promise<void> {
    this.at = 0
    do {
      const next = await this.ids.next()
      this.chunk = next.done ? [] : next.value
      if (next.done) return
    } while (this.chunk.length === 0)
  }
}

/** Characters whose order in UTF-8, the database's, is not that of JavaScript's strings. */
const REORDERED = /[\ud800-\uffff]/

/** Negative when the first comes first; what is missing comes last. */
function orderOf(one: string | undefined, other: string | undefined): number {
  if (one === other) return 0
  if (one === undefined || other === undefined) return one === undefined ? 1 : -1
  if (REORDERED.test(one) && REORDERED.test(other)) return Buffer.compare(Buffer.from(one), Buffer.from(other))
  return one < other ? -1 : 1
}
