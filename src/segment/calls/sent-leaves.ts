import type { Exchange } from '../exchange'
import { isJsonObject } from '../json-object'

/** One value of a request's item. */
export interface SentLeaf {
  /** In the item: `properties.foo.bar`, whether the request nests it or names it so. */
  path: string
  /** Below the item's own key: `foo.bar`. */
  name: string
  value: unknown
  text: string
  /** Whether a mapped value explains it. */
  claimed: boolean
}

/** Longer paths are compared, and shown, by their beginning: on 500 levels of long names they would fill the memory. */
const MAX_PATH_LENGTH = 2000

/** So many values of one name, or of one text, are looked at, so that hostile ones do not cost their square. */
const MAX_CANDIDATES = 8

export function joined(path: string, key: string): string {
  if (path.length >= MAX_PATH_LENGTH) return path
  const whole = path === '' ? key : `${path}.${key}`
  return whole.length > MAX_PATH_LENGTH ? whole.slice(0, MAX_PATH_LENGTH) : whole
}

/** The form in which values of two types, or with space around them, are compared. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value.trim() : JSON.stringify(value)
}

/** The items of requests, whatever their lists are called; the body itself where it has no list. */
export function sentItems(exchanges: Pick<Exchange, 'request'>[]): unknown[] {
  return exchanges.flatMap(({ request }) => {
    const body = parsed(request.body)
    const lists = Object.values(body).filter(Array.isArray)
    return lists.length > 0 ? (lists.flat() as unknown[]) : [body]
  })
}

function parsed(body: string): object {
  try {
    return Object(JSON.parse(body)) as object
  } catch {
    return {}
  }
}

/** The values of a request, to be found by name and by value. */
export class SentLeaves {
  private readonly all: SentLeaf[] = []
  private readonly byName = new Map<string, SentLeaf[]>()
  private byText?: Map<string, SentLeaf[]>
  private longestName = 0

  constructor(items: readonly unknown[]) {
    for (const item of items) this.add(item, '', '')
  }

  /** Those whose path, or name below the item's own key, is one of these. */
  named(names: string[]): SentLeaf[] {
    const [first, second = ''] = names
    return this.byName.get(first) ?? this.byName.get(second) ?? []
  }

  /** Those whose name is the beginning of this one. What was cut has the greatest length, or less one half of a pair. */
  startsOf(name: string): SentLeaf[] {
    if (name.length <= this.longestName) return []
    return [this.longestName, this.longestName - 1].flatMap((end) => this.named([name.slice(0, end)]))
  }

  /** One that nothing explains yet; first of those whose name resembles this one. */
  unclaimedWith(text: string, name: string): SentLeaf | undefined {
    this.byText ??= grouped(this.unclaimed().reverse())
    const group = this.byText.get(text) ?? []
    while (group[group.length - 1]?.claimed) group.pop()
    const candidates = group.slice(-MAX_CANDIDATES).reverse()
    return candidates.find((leaf) => !leaf.claimed && resembles(leaf.name, name)) ?? candidates[0]
  }

  unclaimed(): SentLeaf[] {
    return this.all.filter(({ claimed }) => !claimed)
  }

  private add(value: unknown, path: string, name: string): void {
    if (isJsonObject(value)) {
      for (const key of Object.keys(value))
        this.add(value[key], joined(path, key), path === '' ? '' : joined(name, key))
      return
    }
    if (path === '') return
    const leaf = { path, name: name === '' ? path : name, value, text: textOf(value), claimed: false }
    this.all.push(leaf)
    for (const each of new Set([leaf.path, leaf.name])) {
      if (this.named([each]).length < MAX_CANDIDATES) push(this.byName, each, leaf)
    }
    this.longestName = Math.max(this.longestName, leaf.name.length)
  }
}

function resembles(name: string, other: string): boolean {
  return name.startsWith(other) || other.startsWith(name) || name.toLowerCase().endsWith(other.toLowerCase())
}

function grouped(leaves: SentLeaf[]): Map<string, SentLeaf[]> {
  const groups = new Map<string, SentLeaf[]>()
  for (const leaf of leaves) push(groups, leaf.text, leaf)
  return groups
}

function push(groups: Map<string, SentLeaf[]>, key: string, leaf: SentLeaf): void {
  const group = groups.get(key)
  if (!group) groups.set(key, [leaf])
  else group.push(leaf)
}
