import { useEffect, useState } from 'react'
import type { JsonObject } from '../protocol'
import { withoutSecrets } from './manifest'

/** What a link to the page carries. No setting that is a password. */
export interface LinkedState {
  view: 'test' | 'heap'
  action: string
  event: string
  /** Changes to the default mapping, by action and field; null where a field is mapped to nothing. */
  changes: Record<string, JsonObject>
  settings: JsonObject
}

export function readLink(): Partial<LinkedState> {
  try {
    const text = decodeURIComponent(location.hash.slice(1))
    const value: unknown = text === '' ? {} : JSON.parse(text)
    return isObject(value) ? checked(value) : {}
  } catch {
    return {}
  }
}

/** A link may come from anyone: of what it carries only what has the right form counts. */
function checked({ view, action, event, changes, settings }: JsonObject): Partial<LinkedState> {
  const ofActions = Object.entries(isObject(changes) ? changes : {}).filter(([, ofFields]) => isObject(ofFields))
  return {
    ...((view === 'test' || view === 'heap') && { view }),
    ...(typeof action === 'string' && { action }),
    ...(typeof event === 'string' && { event }),
    ...(isObject(settings) && { settings }),
    changes: Object.fromEntries(ofActions) as LinkedState['changes']
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Keeps the address in step, without an entry in the history for each letter typed. */
export function useLink(state: LinkedState, secrets: string[]): void {
  useEffect(() => {
    const settings = withoutSecrets(state.settings, secrets)
    const text = encodeURIComponent(JSON.stringify({ ...state, settings }))
    const timer = setTimeout(() => history.replaceState(null, '', `#${text}`), 200)
    return () => clearTimeout(timer)
  }, [state, secrets])
}

/** A value that stands still for a moment. */
export function useSettled<Value>(value: Value, milliseconds: number): Value {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), milliseconds)
    return () => clearTimeout(timer)
  }, [value, milliseconds])
  return settled
}
