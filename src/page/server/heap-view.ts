import type { AccountView, Change, Emulator, RecordedRequest, UserView } from '../../emulator'
import { RateWindow } from './rate-window'
import type { AccountSummary, HeapState, Listing, PersonDetails, PersonSummary, StoredEvent } from '../protocol'

const PAGE_SIZE = 50

export interface Question {
  search: string
  offset: number
}

interface Content {
  /** The newest first. */
  events: StoredEvent[]
  people: UserView[]
  eventsOf: Map<string, number>
}

/** What the emulator holds, searched and page by page. */
export class HeapView {
  private version = 0
  private readonly rates = new RateWindow()
  private content?: Content

  constructor(
    private readonly emulator: Emulator,
    private readonly onChange: () => void = () => undefined
  ) {
    emulator.onChange((change) => this.changed(change))
  }

  state(): HeapState {
    const { events, people } = this.read()
    return { version: this.version, people: people.length, events: events.length, rates: this.rates.rates() }
  }

  people(question: Question): Listing<PersonSummary> {
    const { people, eventsOf } = this.read()
    const summary = ({ properties, ...person }: UserView): PersonSummary => {
      return { ...person, properties: Object.keys(properties).length, events: eventsOf.get(keyOf(person)) ?? 0 }
    }
    return listed(people, question, JSON.stringify, summary)
  }

  accounts(question: Question): Listing<AccountSummary> {
    const { people } = this.read()
    return listed(this.emulator.accounts(), question, JSON.stringify, (account) => ({
      ...account,
      people: people.filter((person) => accountProperty(person, account) !== undefined).length
    }))
  }

  /** The newest first. */
  requests(question: Question): Listing<RecordedRequest> {
    return listed([...this.emulator.requests].reverse(), question, outline, (request) => request)
  }

  person(appId: string, userId: string, offset: number): PersonDetails | undefined {
    const { people, events } = this.read()
    const person = people.find((each) => each.app_id === appId && each.user_id === userId)
    if (!person) return undefined
    const own = events.filter((event) => keyOf(event) === keyOf(person))
    return {
      ...person,
      accounts: this.emulator.accounts(appId).flatMap((account) => {
        const property = accountProperty(person, account)
        return property === undefined ? [] : [{ accountId: account.account_id, property }]
      }),
      timeline: listed(own, { search: '', offset }, String, (event) => event)
    }
  }

  private changed(change: Change): void {
    this.version += 1
    this.content = undefined
    if (change.type === 'request') this.rates.add(change.request)
    if (change.type === 'reset') this.rates.clear()
    this.onChange()
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

/** What is searched of a request: bodies of a load test are large. */
function outline({ number, method, path, region, app_id, status, fault, items }: RecordedRequest): string {
  return JSON.stringify([number, method, path, region, app_id, status, fault, items])
}

function listed<Item, Shown>(
  items: Item[],
  { search, offset }: Question,
  textOf: (item: Item) => string,
  shown: (item: Item) => Shown
): Listing<Shown> {
  const found = search === '' ? items : items.filter((item) => matches(search, textOf(item)))
  return { items: found.slice(offset, offset + PAGE_SIZE).map((item) => shown(item)), total: found.length }
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
  const text = json.toLowerCase()
  const words = search.toLowerCase().split(/\s+/)
  return words.every((word) => text.includes(JSON.stringify(word).slice(1, -1)))
}
