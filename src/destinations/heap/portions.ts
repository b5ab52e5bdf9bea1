import { MAX_ITEMS_PER_REQUEST } from './heap-api'

/**
 * Which items go out in the next request, given that Heap takes a request whole or refuses it whole. A refused portion
 * is halved until one item is refused alone; a settled one is followed by twice as many items.
 */
export class Portions {
  private readonly waiting: number[]
  private limit = MAX_ITEMS_PER_REQUEST
  private size = MAX_ITEMS_PER_REQUEST
  /** Heap refused this many next items together, so at least one of them is at fault. */
  private suspects = 0
  private settledSinceRefusal = 0

  constructor(count: number) {
    this.waiting = Array.from({ length: count }, (_, index) => index)
  }

  /** Indexes of all items that are not settled yet. */
  rest(): readonly number[] {
    return this.waiting
  }

  /** Indexes of the items of the next request; none when all are settled. */
  next(): readonly number[] {
    return this.waiting.slice(0, this.size)
  }

  /** The portion has its answer. Returns its indexes, as the other methods return those of the items that are settled. */
  settle(): readonly number[] {
    const portion = this.waiting.splice(0, this.size)
    this.settledSinceRefusal += portion.length
    this.suspects = Math.max(0, this.suspects - portion.length)
    this.resize(this.suspects > 0 ? this.suspects / 2 : portion.length * 2)
    return portion
  }

  /** The item at this position of the portion is at fault; nothing is known of the others. */
  refuse(position: number): readonly number[] {
    // An item refused alone: the next one at fault is likely as far from it as it was from the one before.
    if (this.next().length === 1) this.resize(this.settledSinceRefusal)
    this.settledSinceRefusal = 0
    this.suspects = 0
    return this.waiting.splice(position, 1)
  }

  /** The portion was refused for an item that nobody names. */
  halve(): readonly number[] {
    this.suspects = this.next().length
    this.resize(this.suspects / 2)
    return []
  }

  /** The portion was too large, whatever is in it. */
  shrink(): readonly number[] {
    this.limit = Math.ceil(this.next().length / 2)
    this.resize(this.limit)
    return []
  }

  private resize(size: number): void {
    this.size = Math.min(this.limit, Math.max(1, Math.ceil(size)))
  }
}
