import type { flatten as flatFunction } from 'flat'
import { flattie } from 'flattie'
import objFlatten from 'obj-flatten'
import { flatten } from '../src/lib/flatten'
import { importModule } from './import-module'
import type { Payload } from './payloads'

export interface Contender {
  name: string
  run: (payload: Payload) => Payload
}

const MAX_LENGTH = 1023

function text(value: object): unknown {
  if (value instanceof Date) {
    return value.toISOString()
  }
  return Array.isArray(value) ? JSON.stringify(value) : value
}

/** For a library that hands arrays and dates through: completes its result in place, which is faster than a second object. */
function finish(flat: Payload): Payload {
  for (const key of Object.keys(flat)) {
    const value = flat[key]
    if (value == null) {
      delete flat[key]
    } else if (typeof value === 'object') {
      flat[key] = text(value)
    }
  }
  return cutKeys(flat)
}

function cutKeys(flat: Payload): Payload {
  for (const key in flat) {
    if (key.length > MAX_LENGTH) {
      flat[key.slice(0, MAX_LENGTH)] = flat[key]
      delete flat[key]
    }
  }
  return flat
}

/** For a library that takes arrays apart and loses dates: they have to be text before it sees them. */
function prepare(object: Payload): Payload {
  const prepared: Payload = {}
  for (const key of Object.keys(object)) {
    const value = object[key]
    if (typeof value !== 'object') {
      prepared[key] = value
    } else if (value !== null) {
      const ready = text(value)
      prepared[key] = typeof ready === 'string' ? ready : prepare(value as Payload)
    }
  }
  return prepared
}

export const destination: Contender = { name: 'flatten', run: (payload) => flatten(payload) }

/** Each library with a competent version of what it lacks. */
export async function loadLibraries(): Promise<Contender[]> {
  const flat = (await importModule('flat')) as { flatten: typeof flatFunction }
  return [
    { name: 'flat', run: (payload) => finish(flat.flatten(payload, { safe: true })) },
    { name: 'flattie', run: (payload) => cutKeys(flattie(prepare(payload))) },
    { name: 'obj-flatten', run: (payload) => finish(objFlatten(payload)) }
  ]
}

/** What no flattening can do without; none of the rules for values. */
export function bareWalk(object: Payload, prefix = '', flat: Payload = {}): Payload {
  for (const key of Object.keys(object)) {
    const value = object[key]
    if (typeof value === 'object' && value !== null) {
      bareWalk(value as Payload, prefix + key + '.', flat)
    } else {
      flat[prefix + key] = value
    }
  }
  return flat
}
