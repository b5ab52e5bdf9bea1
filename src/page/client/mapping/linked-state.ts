import { useEffect } from 'react'
import type { JsonObject } from '../../protocol'
import { OWN, useAddress } from '../router'
import { withoutSecrets } from './manifest'

/** What a link to `/try` carries. No setting that is a password. */
export interface LinkedState {
  action: string
  event: string
  /** Changes to the default mapping, by action and field; null where a field is mapped to nothing. */
  changes: Record<string, JsonObject>
  settings: JsonObject
}

export const TRY = '/try'

export function readLink(): Partial<LinkedState> {
  try {
    const text = decodeURIComponent(location.hash.slice(1))
    const value: unknown = text === '' ? {} : JSON.parse(text)
    return isObject(value) ? checked(value) : {}
  } catch {
    return {}
  }
}

/** Whether what the address carries was written by somebody else: then nothing of it runs unasked. */
export function isForeignLink(): boolean {
  return location.hash.length > 1 && (history.state as { own?: boolean } | null)?.own !== true
}

/** A link may come from anyone: of what it carries only what has the right form counts. */
function checked({ action, event, changes, settings }: JsonObject): Partial<LinkedState> {
  const ofActions = Object.entries(isObject(changes) ? changes : {}).filter(([, ofFields]) => isObject(ofFields))
  return {
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
export function useLink(state: LinkedState, secrets: string[], isForeign: boolean): void {
  const { pathname } = useAddress()
  useEffect(() => {
    if (pathname !== TRY || isForeign) return
    const settings = withoutSecrets(state.settings, secrets)
    const text = encodeURIComponent(JSON.stringify({ ...state, settings }))
    const timer = setTimeout(() => history.replaceState(OWN, '', `${TRY}#${text}`), 200)
    return () => clearTimeout(timer)
  }, [state, secrets, isForeign, pathname])
}
