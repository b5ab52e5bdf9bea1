import type { LiveState, PageState } from '../protocol'
import type { LinkedState } from './mapping/linked-state'
import type { Manifest } from './mapping/manifest'

/** What the views share. */
export interface Context {
  manifest: Manifest
  server: PageState
  /** Undefined while the server cannot be reached. */
  live: LiveState | undefined
  /** The event, mapping and settings that are tried; no view loses what is typed in another. */
  state: LinkedState
  change: (part: Partial<LinkedState>) => void
  /** Opens an event with the mapping that it had. */
  edit: (call: { event: unknown; action: string; changes: LinkedState['settings'] }) => void
  /** Whether the event and mapping came with a link that nobody has agreed to yet. */
  isForeign: boolean
  trust: () => void
}
