import { useEffect, useState } from 'react'
import type { JsonObject } from '../cli/page/wire'

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
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}

/** Keeps the address in step, without an entry in the history for each letter typed. */
export function useLink(state: LinkedState, secrets: string[]): void {
  useEffect(() => {
    const settings = Object.fromEntries(Object.entries(state.settings).filter(([key]) => !secrets.includes(key)))
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
