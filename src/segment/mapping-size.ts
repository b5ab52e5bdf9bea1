import { get, transform } from '@segment/actions-core'
import type { JSONObject } from '@segment/actions-core'
import { memoryCost } from './memory-cost'
import { isJsonObject } from './json-object'

/** By {@link memoryCost}. What the action makes of it takes several times as much. */
const MAX_MAPPED_BYTES = 64 * 1024 * 1024

const TOO_MUCH =
  'The mapping makes more than 64 MB of what is sent. Take out @arrayPath with many fields over a long list, or large paths that many fields are mapped to.'

/**
 * What is wrong with a mapping that would take all memory: 6,000 fields for each of 25,000 items stand in 100 KB.
 * Counts what @path, @template and @arrayPath take from the events, not what other directives make of that.
 */
export function mappingSizeProblem(mapping: unknown, events: readonly unknown[]): string | undefined {
  const budget = new Budget()
  return events.every((event) => budget.allows(mapping, event)) ? undefined : TOO_MUCH
}

/** Of each field of each item, whatever is there: also the time that it takes to look. */
const FIELD_BYTES = 32

class Budget {
  private left = MAX_MAPPED_BYTES
  private readonly costs = new WeakMap<object, number>()

  /** Spends what the mapping makes of the event, or of an item of a list, until nothing is left. */
  allows(mapping: unknown, scope: unknown): boolean {
    this.left -= FIELD_BYTES
    if (!isJsonObject(mapping)) return Array.isArray(mapping) ? this.allowsAll(mapping, scope) : this.spend(mapping)
    const { '@path': path, '@template': template, '@arrayPath': list } = mapping
    if (typeof path === 'string') return this.spend(valueAt(path, scope))
    if (typeof template === 'string') return placeholders(template).every((each) => this.spend(valueAt(each, scope)))
    if (Array.isArray(list)) return this.allowsList(list, scope)
    return this.spend(mapping) && this.allowsAll(Object.values(mapping), scope)
  }

  private allowsAll(mappings: unknown[], scope: unknown): boolean {
    return mappings.every((each) => this.allows(each, scope))
  }

  private allowsList([path, shape]: unknown[], scope: unknown): boolean {
    if (!this.allows(path, scope)) return false
    const list = typeof path === 'string' ? valueAt(path, scope) : resolved(path, scope)
    if (!isJsonObject(shape)) return this.spend(list)
    return [list].flat().every((item) => this.allows(shape, item))
  }

  private spend(value: unknown): boolean {
    this.left -= this.costOf(value)
    return this.left >= 0
  }

  private costOf(value: unknown): number {
    if (typeof value !== 'object' || value === null) return memoryCost(value)
    const cost = this.costs.get(value) ?? memoryCost(value)
    this.costs.set(value, cost)
    return cost
  }
}

function valueAt(path: string, scope: unknown): unknown {
  return get(scope, path.replace('$.', ''))
}

function placeholders(template: string): string[] {
  return [...template.matchAll(/\{\{+([^}]+)\}/g)].map(([, path]) => path.trim())
}

/** Undefined also for a mapping that the engine refuses: it says so itself. */
function resolved(mapping: unknown, scope: unknown): unknown {
  try {
    return transform({ value: mapping } as JSONObject, scope as JSONObject).value
  } catch {
    return undefined
  }
}
