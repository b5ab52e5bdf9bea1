import type { AccountView, Change, Emulator, EventView, UserView } from '../../emulator'
import { RateWindow } from './rate-window'
import { outline, shownRequest } from './shown-request'
import type {
  AccountSummary,
  HeapRequest,
  HeapState,
  Listing,
  PersonDetails,
  PersonSummary,
  StoredEvent
} from '../protocol'

const PAGE_SIZE = 50

export interface Question {
  search: string
  offset: number
}

interface Content {
  /** The newest first. */
  events: NumberedEvent[]
  people: UserView[]
  eventsOf: Map<string, number>
}

type NumberedEvent = EventView & { number: number }

/** What the emulator holds, searched and page by page. */
export class HeapView {
  private version = 0
  private readonly rates = new RateWindow()
  private content?: Content
  private readonly listeners = new Set<() => void>()

  constructor(private readonly emulator: Emulator) {
    emulator.onChange((change) => this.changed(change))
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  state(): HeapState {
    const { events, people } = this.read()
    return { version: this.version, people: people.length, events: events.length, rates: this.rates.rates() }
  }

  people({ search, offset }: Question): Listing<PersonSummary> {
    const found = this.read().people.filter((person) => matches(search, JSON.stringify(person)))
    return { items: found.slice(offset, offset + PAGE_SIZE).map((person) => this.summary(person)), total: found.length }
  }

  accounts({ search, offset }: Question): Listing<AccountSummary> {
    const { people } = this.read()
    const found = this.emulator.accounts().filter((account) => matches(search, JSON.stringify(account)))
    const items = found.slice(offset, offset + PAGE_SIZE).map((account) => ({
      appId: account.app_id,
      accountId: account.account_id,
      properties: account.properties,
      people: people.filter((person) => accountProperty(person, account) !== undefined).length
    }))
    return { items, total: found.length }
  }

  /** The newest first. */
  requests({ search, offset }: Question): Listing<HeapRequest> {
    const found = this.emulator.requests.filter((request) => matches(search, outline(request))).reverse()
    return { items: found.slice(offset, offset + PAGE_SIZE).map(shownRequest), total: found.length }
  }

  person(appId: string, userId: string, offset: number): PersonDetails | undefined {
    const { people, events } = this.read()
    const person = people.find((each) => each.app_id === appId && each.user_id === userId)
    if (!person) return undefined
    const own = events.filter((event) => event.app_id === appId && event.user_id === userId)
    return {
      ...this.summary(person),
      mergedUserIds: person.merged_user_ids,
      properties: person.properties,
      accounts: this.emulator.accounts(appId).flatMap((account) => {
        const property = accountProperty(person, account)
        return property === undefined ? [] : { accountId: account.account_id, property }
      }),
      timeline: this.listed(own, offset)
    }
  }

  private listed(events: NumberedEvent[], offset: number): Listing<StoredEvent> {
    const page = events.slice(offset, offset + PAGE_SIZE)
    return { items: page.map(shownEvent), total: events.length }
  }

  private summary(person: UserView): PersonSummary {
    return {
      appId: person.app_id,
      userId: person.user_id,
      identity: person.identity,
      anonymousIds: person.anonymous_ids,
      createdAt: person.created_at,
      properties: Object.keys(person.properties).length,
      events: this.read().eventsOf.get(keyOf(person)) ?? 0
    }
  }

  private changed(change: Change): void {
    this.version += 1
    this.content = undefined
    if (change.type === 'request') this.rates.add(change.request)
    if (change.type === 'reset') this.rates.clear()
    this.listeners.forEach((tell) => tell())
  }

  /** Read once after each change, however many lists and pages are asked for. */
  private read(): Content {
    return (this.content ??= contentOf(this.emulator))
  }
}

/** The property of a person that holds the ID of the account. */
function accountProperty({ app_id, properties }: UserView, account: AccountView): string | undefined {
  if (app_id !== account.app_id) return undefined
  return Object.keys(properties).find((key) => String(properties[key]) === account.account_id)
}

function shownEvent(event: NumberedEvent): StoredEvent {
  return {
    number: event.number,
    event: event.event,
    messageId: event.idempotency_key,
    endpoint: event.endpoint,
    region: event.region,
    properties: event.properties,
    timestamp: event.timestamp
  }
}

function contentOf(emulator: Emulator): Content {
  const events = emulator.events().map((event, index) => ({ ...event, number: index + 1 }))
  const eventsOf = new Map<string, number>()
  for (const event of events) eventsOf.set(keyOf(event), (eventsOf.get(keyOf(event)) ?? 0) + 1)
  events.sort((a, b) => compare(b.received_at, a.received_at) || b.number - a.number)
  return { events, people: emulator.users().reverse(), eventsOf }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}

function keyOf({ app_id, user_id }: { app_id: string; user_id: string | null }): string {
  return `${app_id} ${user_id}`
}

/** Every word must be there. */
function matches(search: string, json: string): boolean {
  if (search === '') return true
  const text = json.toLowerCase()
  const words = search.toLowerCase().split(/\s+/)
  return words.every((word) => text.includes(JSON.stringify(word).slice(1, -1)))
}
