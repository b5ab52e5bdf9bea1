import { realId } from '../lib/heap/identity'
import { MAX_LINKS_PER_IDENTITY_A_MONTH } from '../lib/heap/limits'
import { printable } from '../segment/printable'
import type { Told } from '../segment/told'

/** An identity under which Heap would merge many people. */
export interface Merge {
  identity: string
  why: 'shared' | 'placeholder' | 'too many links'
  /** Events and updates that name it. */
  times: number
  /** Anonymous IDs that would be joined to it, up to {@link MAX_IDS}. */
  anonymousIds: number
  /** Heap user IDs that would be linked to it in its fullest month. */
  heapUserIds: number
  /** The first message that names it. */
  messageId: string
}

/** What Heap would make of the people in a file. It cannot separate them again. */
export interface Forecast {
  /** Anonymous IDs and Heap user IDs that would be made part of an identity. */
  joined: number
  /** Those with the most IDs, and how many there are. */
  merges: Merge[]
  mergesInAll: number
  /** True: more IDs than are held in memory, so that some numbers are lower than they should be. */
  approximate: boolean
}

/** Nobody has so many browsers and devices. */
const SHARED_BY = 10

/** The most IDs remembered for one identity. */
export const MAX_IDS = 1000

/** People and IDs in memory, some 150 bytes each. */
const MAX_HELD = 200_000

const MAX_MERGES = 20

/** Beside what counts as no identity: what people put in for want of one. */
const LIKE_A_PLACEHOLDER = /^(n\/?a|test|demo|default|admin|missing|empty|deleted|[([<]null[)\]>]|[0-]+|([^\d])\2+)$/i

interface Known {
  messageId: string
  times: number
  isPlaceholder: boolean
  anonymousIds: Set<string>
  linksByMonth: Map<string, Set<string>>
}

/** Which people Heap would merge, counted in bounded memory. */
export class IdentityForecast {
  private readonly people = new Map<string, Known>()
  private joined = 0
  private held = 0
  private approximate = false

  add({ owner, properties, fields }: Told, event: { messageId: string; timestamp: string }): void {
    if (owner.kind !== 'identity') return
    const anonymousId = properties.get('anonymous_id') ?? fields.get('user_identifier.anonymous_id')
    const userId = fields.get('user_id')
    const isPlaceholder = realId(owner.id) === undefined || LIKE_A_PLACEHOLDER.test(owner.id)
    if (anonymousId === undefined && userId === undefined && !isPlaceholder) return
    const known = this.person(owner.id, isPlaceholder, event.messageId)
    known.times += 1
    if (anonymousId !== undefined) this.join(known.anonymousIds, anonymousId)
    if (userId !== undefined) this.join(linksOf(known, event.timestamp.slice(0, 7)), userId)
    if (this.held > MAX_HELD) this.forgetTheSmallest()
  }

  result(): Forecast {
    const merges = [...this.people].flatMap(([identity, known]) => mergeInto(identity, known) ?? [])
    merges.sort((a, b) => idsIn(b) - idsIn(a) || b.times - a.times)
    const { joined, approximate } = this
    return { joined, merges: merges.slice(0, MAX_MERGES), mergesInAll: merges.length, approximate }
  }

  private person(identity: string, isPlaceholder: boolean, messageId: string): Known {
    const known = this.people.get(identity)
    if (known) return known
    const created = { messageId, times: 0, isPlaceholder, anonymousIds: new Set<string>(), linksByMonth: new Map() }
    this.people.set(identity, created)
    this.held += 1
    return created
  }

  private join(ids: Set<string>, value: unknown): void {
    const id = String(value)
    if (ids.has(id)) return
    if (ids.size >= MAX_IDS) this.approximate = true
    else {
      ids.add(id)
      this.held += 1
      this.joined += 1
    }
  }

  /** Who has few IDs so far is hardly the one whom many share. */
  private forgetTheSmallest(): void {
    this.approximate = true
    for (let size = 1; this.held > MAX_HELD / 2; size *= 2) {
      for (const [identity, known] of this.people) {
        if (sizeOf(known) > size) continue
        this.people.delete(identity)
        this.held -= 1 + sizeOf(known)
      }
    }
  }
}

function linksOf({ linksByMonth }: Known, month: string): Set<string> {
  const known = linksByMonth.get(month) ?? new Set<string>()
  linksByMonth.set(month, known)
  return known
}

function sizeOf({ anonymousIds, linksByMonth }: Known): number {
  return [...linksByMonth.values()].reduce((sum, { size }) => sum + size, anonymousIds.size)
}

function mergeInto(identity: string, known: Known): Merge | undefined {
  const { messageId, times, isPlaceholder, anonymousIds, linksByMonth } = known
  const heapUserIds = Math.max(0, ...[...linksByMonth.values()].map(({ size }) => size))
  const why = isPlaceholder ? 'placeholder' : heapUserIds > MAX_LINKS_PER_IDENTITY_A_MONTH ? 'too many links' : 'shared'
  if (why === 'shared' && anonymousIds.size < SHARED_BY) return undefined
  return { identity, why, times, anonymousIds: anonymousIds.size, heapUserIds, messageId }
}

function idsIn({ anonymousIds, heapUserIds }: Merge): number {
  return anonymousIds + heapUserIds
}

/** The forecast in lines, none where nobody is joined. */
export function forecastLines({ joined, merges, mergesInAll, approximate }: Forecast): string[] {
  if (joined === 0 && mergesInAll === 0) return []
  const bound = approximate ? 'at least ' : ''
  return [
    `people: ${bound}${joined} anonymous IDs and Heap user IDs would be merged into an identity`,
    ...merges.map(
      ({ identity, why, anonymousIds, heapUserIds, messageId }) =>
        `merges many people permanently: ${JSON.stringify(identity)} (${why}), anonymous IDs ${anonymousIds}, Heap user IDs ${heapUserIds}, first message ${messageId}`
    ),
    ...(mergesInAll > merges.length ? [`and ${mergesInAll - merges.length} more`] : [])
  ].map(printable)
}
