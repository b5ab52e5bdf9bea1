/** What the page and its server say to each other, as JSON under `/_page`. The page takes the types alone from here. */

export type JsonObject = Record<string, unknown>

/** GET /_page/state */
export interface PageState {
  /** Where SDKs send to. */
  url: string
  /** True: events go to the real Heap and nothing of it can be shown. */
  live: boolean
  /** The connection's settings without its passwords. */
  settings: JsonObject
  /** Password settings that the server has a value for: it adds them to what the page sends without. */
  keptSettings: string[]
}

/** Body of POST /_page/preview and POST /_page/send. An array of events takes the batch path. */
export interface RunRequest {
  action: string
  event: unknown
  /** The whole mapping: no default is added. */
  mapping: JsonObject
  settings: JsonObject
}

export interface ShownExchange {
  request: { url: string; method: string; headers: Record<string, string>; body: string }
  response: { statusCode: number; statusMessage: string; headers: Record<string, string>; body: unknown }
}

/** What became of one event. */
export interface EventOutcome {
  /** Heap's status, or core's for an event that never got there. */
  status: number
  /** Set when it failed. */
  error?: string
  /** Whether Segment would send it again. */
  retryable: boolean
  /** Messages for fields of the action and for settings, by key. */
  fields: Record<string, string>
  /** What the mapping made of the event. Absent when the mapping is broken. */
  payload?: JsonObject
  notes: PropertyNote[]
}

/** Answer of POST /_page/send. Exchanges are redacted. */
export interface RunResult {
  outcomes: EventOutcome[]
  exchanges: ShownExchange[]
  milliseconds: number
}

/** Answer of POST /_page/preview: what would be sent, each request answered with 200 on the spot. */
export interface PreviewResult extends RunResult {
  presets: PresetMatch[]
}

/** In the order of the definition's presets. */
export interface PresetMatch {
  name: string
  action: string
  /** FQL; absent for presets that only connected audiences use. */
  subscribe?: string
  /** Events that the preset takes, of all there are. */
  matched: number
  of: number
  /** Why it does not take the first event that it leaves. */
  reason?: string
}

/** A property that Heap does not have as it was sent. */
export interface PropertyNote {
  path: string
  kind: 'cut' | 'renamed' | 'left out'
  /** The name it has in Heap; absent when it is left out. */
  storedAs?: string
  reason: string
}

/** Data of the server-sent events of GET /_page/live: numbers that change when there is something new to ask for. */
export interface LiveState {
  /** Grows with every call and every result of one. */
  calls: number
  /** Times that the definition was loaded. */
  loads: number
  heap?: HeapState
}

export interface HeapState {
  version: number
  people: number
  events: number
  rates: Rates
}

/** The last 60 seconds against Heap's documented limits. */
export interface Rates {
  requests: number
  /** Answered with 429. */
  limited: number
  appEvents: number
  appLimit: number
  identityEvents: number
  identityLimit: number
}

/** Body of POST /_page/settings: the settings. Answer: */
export interface SettingsVerdict {
  ok: boolean
  error?: string
  fields?: Record<string, string>
}

/** GET /_page/calls: the newest first. */
export interface CallSummary {
  number: number
  receivedAt: string
  source: 'tracking api' | 'page'
  type: string
  name: string
  who: string
  results: CallResult[]
}

export interface CallResult {
  action: string
  status: number
  error?: string
}

/** A page of a list, the newest first. */
export interface Listing<Item> {
  items: Item[]
  /** All that match the search. */
  total: number
}

/** GET /_page/events?search=&offset= */
export interface StoredEvent {
  number: number
  appId: string
  userId: string | null
  event: string
  /** Its idempotency key. */
  messageId: string | null
  who: string
  anonymousId: string | null
  endpoint: string
  region: string
  properties: JsonObject
  timestamp: string
  receivedAt: string
  notes: PropertyNote[]
}

/** GET /_page/people?search=&offset= */
export interface PersonSummary {
  appId: string
  userId: string
  identity: string | null
  anonymousIds: string[]
  createdAt: string
  properties: number
  events: number
}

/** GET /_page/person?app=&user=&offset=; the offset is that of the timeline. */
export interface PersonDetails extends Omit<PersonSummary, 'properties'> {
  mergedUserIds: string[]
  properties: JsonObject
  notes: PropertyNote[]
  /** Those whose ID is the value of a property: that is how Heap joins people to accounts. */
  accounts: { accountId: string; property: string }[]
  timeline: Listing<StoredEvent>
}

/** GET /_page/accounts?search=&offset= */
export interface AccountSummary {
  appId: string
  accountId: string
  properties: JsonObject
  /** How many people have a property with its ID. */
  people: number
}

/** GET /_page/requests?search=&offset= */
export interface HeapRequest {
  number: number
  receivedAt: string
  method: string
  /** With `/eu` in front for that region. */
  path: string
  items: number
  bytes: number
  /** Null for a connection that was reset. */
  status: number | null
  fault: string | null
  /** Items that were accepted with success and not applied. */
  dropped: number
  body: unknown
  response: unknown
}
