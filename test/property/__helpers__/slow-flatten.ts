import type { FlatValue, NestedProperties } from '../../../src/lib/flatten'

type Way = readonly unknown[]

const MAX_LENGTH = 1023

/** `flatten` as its rules read but for its limit of depth, which no recipe reaches; with copies where it has none. */
export function slowFlatten(properties: object, mode: NestedProperties): Record<string, FlatValue> {
  const flat = new Map<string, FlatValue>()
  const root = attempt(() => converted(properties, ''))
  if (isObject(root) && !Array.isArray(root)) walk(root, '', [properties, root])
  return Object.fromEntries(flat)

  function walk(object: object, prefix: string, way: Way): void {
    for (const key of attempt(() => Object.keys(object)) ?? []) {
      if (prefix + key !== '')
        enter(
          attempt(() => valueOf(object, key)),
          prefix + key,
          key,
          way
        )
    }
  }

  function enter(found: unknown, path: string, key: string, way: Way): void {
    if (way.includes(found)) return
    const value = isObject(found) ? attempt(() => converted(found, key)) : found
    if (!isObject(value)) put(path, value)
    else if (way.includes(value) || mode === 'drop') return
    else if (attempt(() => isText(value))) putText(path, found, value, way)
    else walk(value, `${path}.`, [...way, found, value])
  }

  function isText(value: object): boolean {
    return mode === 'stringify' || (Array.isArray(value) && (mode === 'flatten' || value.length === 0))
  }

  function putText(path: string, found: unknown, value: object, way: Way): void {
    const plain = found === value ? attempt(() => JSON.stringify(value)) : undefined
    const text = plain ?? attempt(() => JSON.stringify(copied(value, [...way, found, value])))
    if (text !== '{}') put(path, text)
  }

  function put(path: string, value: unknown): void {
    if (typeof value === 'string') flat.set(cut(path), cut(value))
    if (typeof value === 'boolean' || Number.isFinite(value)) flat.set(cut(path), value as boolean | number)
    if (typeof value === 'bigint') flat.set(cut(path), cut(String(value)))
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function attempt<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch {
    return undefined
  }
}

function valueOf(object: object, key: string): unknown {
  return (object as Record<string, unknown>)[key]
}

/** A date and a wrapper as what they stand for, a `toJSON` as what it returns; an invalid date throws. */
function converted(found: object, key: string): unknown {
  const value = found instanceof Date ? found : asked(found, key)
  return value instanceof Date ? value.toISOString() : value
}

function asked(found: object, key: string): unknown {
  const { toJSON } = found as { toJSON?: unknown }
  const value: unknown = typeof toJSON === 'function' ? toJSON.call(found, key) : found
  return value instanceof String || value instanceof Number || value instanceof Boolean ? value.valueOf() : value
}

/** What `JSON.stringify` can take: no cycles, no bigints, nothing that it would call. */
function copied(value: object, way: Way): unknown {
  const copy = (key: string): unknown => {
    const found = valueOf(value, key)
    if (way.includes(found)) return undefined
    const each = isObject(found) ? asked(found, key) : found
    if (typeof each === 'bigint') return String(each)
    if (typeof each === 'function' || way.includes(each)) return undefined
    return isObject(each) ? copied(each, [...way, found, each]) : each
  }
  if (Array.isArray(value)) return Array.from(value, (_, index) => copy(String(index)))
  return Object.fromEntries(Object.keys(value).map((key) => [key, copy(key)]))
}

function cut(text: string): string {
  const short = text.slice(0, MAX_LENGTH)
  return text.length > MAX_LENGTH && /[\ud800-\udbff]$/.test(short) && /^[\udc00-\udfff]/.test(text.slice(MAX_LENGTH))
    ? short.slice(0, -1)
    : short
}
