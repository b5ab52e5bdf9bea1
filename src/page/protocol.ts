import type { AccountView, EventView, RecordedRequest, UserView } from '../emulator'
import type { CallRecord, CallSummary, RecordedExchange } from '../segment/calls/call-record'
import type { StoryRow } from '../segment/calls/story'

/** What the page and its server say to each other, as JSON under `/_page`. The page takes the types alone from here. */

export type { Attempt, CallOutcome, CallRecord, Delivery, SubscriptionVerdict } from '../segment/calls/call-record'
export type { CallSummary, RecordedExchange, StoryRow }

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
  samples: PageSample[]
}

/** An event, or several, to start from. */
export interface PageSample {
  name: string
  /** That usually takes it. */
  action: string
  event: JsonObject | JsonObject[]
}

/** GET /_page/calls?since=: the calls that changed after that revision, in the order of their changes. */
export interface CallChanges {
  /** To ask from next. An answer is a part of the list: ask until it is the revision of `LiveState`. */
  revision: number
  /** The lowest number that is still kept; null when there is no call. */
  first: number | null
  /** How many calls are kept. */
  total: number
  calls: CallSummary[]
}

/** GET /_page/calls/:number */
export interface CallStory {
  record: CallRecord
  /** By the name of the subscription. */
  rows: Record<string, StoryRow[]>
}

/** Data of the server-sent events of GET /_page/live: numbers that change when there is something new to ask for. */
export interface LiveState {
  /** The number of the newest change of any call. */
  revision: number
  /** Times that the definition was loaded. */
  loads: number
  heap?: HeapState
  /** Faults that are on, as the command line takes them: `429=0.1`. */
  faults: string[]
}

/** Body of POST /_page/preview and POST /_page/send. An array of events takes the batch path. */
export interface RunRequest {
  action: string
  event: unknown
  /** The whole mapping: no default is added. */
  mapping: JsonObject
  settings: JsonObject
}

/** The outcome of one event. */
export interface EventOutcome {
  /** Heap's status, or core's for an event that never got there. */
  status: number
  /** Set when it failed. */
  error?: string
  /** Whether Segment would send it again. */
  retryable: boolean
  /** Messages for fields of the action and for settings, by key. */
  fields: Record<string, string>
  /** Paths of the mapping that find nothing in the event. */
  missing: { field: string; path: string }[]
  /** What the mapping made of the event. Absent when the mapping is broken. */
  payload?: JsonObject
  rows: StoryRow[]
}

/** Answer of POST /_page/send. Exchanges are redacted. */
export interface RunResult {
  outcomes: EventOutcome[]
  exchanges: RecordedExchange[]
  milliseconds: number
  /** Numbers of the calls that the events became. Empty for a preview. */
  calls: number[]
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

export interface HeapState {
  version: number
  people: number
  events: number
  rates: Rates
}

/** The last 60 seconds against Heap's documented limits. */
export interface Rates {
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
  /** Whether Heap was asked; what it was not asked it did not confirm. */
  asked?: boolean
}

/** A page of a list, the newest first. */
export interface Listing<Item> {
  items: Item[]
  /** All that match the search. */
  total: number
}

/** GET /_page/people?search=&offset= */
export interface PersonSummary extends Omit<UserView, 'properties'> {
  /** How many there are of each. */
  properties: number
  events: number
}

export type StoredEvent = EventView & { number: number }

/** GET /_page/person?app=&user=&offset=; the offset is that of the timeline. */
export interface PersonDetails extends UserView {
  /** Those whose ID is the value of a property: so Heap joins people to accounts. */
  accounts: { accountId: string; property: string }[]
  timeline: Listing<StoredEvent>
}

/** GET /_page/accounts?search=&offset= */
export interface AccountSummary extends AccountView {
  /** How many have a property with its ID. */
  people: number
}

/** GET /_page/requests?search=&offset= */
export type { RecordedRequest }
