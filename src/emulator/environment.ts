import type { AccountProperties, IdentifyBody, Identifier, SentProperties } from './accept'
import { People } from './people'
import type { Person, UserView } from './people'
import { storedEntries } from './stored-properties'
import type { StoredProperties, StoredValue } from './stored-properties'

export type Region = 'US' | 'EU'

/** An event as it is handed to the store, its properties already reduced to what Heap keeps. */
export interface NewEvent {
  region: Region
  endpoint: string
  event: string
  identifier: Identifier & { anonymous_id?: string }
  properties: StoredProperties
  timestamp?: string
  idempotency_key?: string
  session_id?: string
}

interface StoredEvent extends NewEvent {
  person?: Person
  received_at: string
}

/** A stored event as read back; `identity` and `user_id` are those of the user it belongs to now. */
export interface EventView {
  app_id: string
  region: Region
  event: string
  identity: string | null
  user_id: string | null
  anonymous_id: string | null
  properties: StoredProperties
  /** ISO 8601 as sent; the time of arrival when none was sent. */
  timestamp: string
  idempotency_key: string | null
  session_id: string | null
  /** The path without its region, e.g. `/api/track`. */
  endpoint: string
  received_at: string
}

export interface AccountView {
  app_id: string
  account_id: string
  properties: StoredProperties
}

/** Everything Heap holds for one app_id. A write costs what it writes, however much is stored already. */
export class Environment {
  private stored: StoredEvent[] = []
  private readonly keys = new Set<string>()
  private readonly people: People
  private readonly accountProperties = new Map<string, Map<string, StoredValue>>()

  constructor(
    private readonly appId: string,
    private readonly time: () => string
  ) {
    this.people = new People(time)
  }

  /** A repeated idempotency_key leaves the first event as it is. */
  addEvent(event: NewEvent): void {
    if (event.idempotency_key !== undefined) {
      if (this.keys.has(event.idempotency_key)) return
      this.keys.add(event.idempotency_key)
    }
    this.stored.push({ ...event, person: this.people.of(event.identifier), received_at: this.time() })
  }

  /** Last write wins for each property; the value of `anonymous_id` joins that anonymous id to the user. */
  addUserProperties({ identity, user_id, properties }: Identifier & { properties?: SentProperties }): void {
    const person = this.people.of({ identity, user_id })
    if (!person) return
    for (const [key, value] of storedEntries(properties)) person.properties.set(key, value)
    const anonymousId = person.properties.get('anonymous_id')
    if (anonymousId !== undefined) this.people.join(person, String(anonymousId))
  }

  addAccountProperties({ account_id, properties }: AccountProperties): void {
    const account = this.accountProperties.get(account_id) ?? new Map<string, StoredValue>()
    for (const [key, value] of storedEntries(properties)) account.set(key, value)
    this.accountProperties.set(account_id, account)
  }

  /** Merges a Heap user into an identity; returns the reason when Heap would drop the call. */
  identify({ user_id, identity }: IdentifyBody): string | undefined {
    const person = this.people.of({ identity })
    const guest = this.people.of({ user_id })
    return person && guest && this.people.merge(guest, person)
  }

  /** heap.js's identify: an anonymous visitor becomes the person. One who is somebody already stays so. */
  identifyVisitor({ user_id, identity }: IdentifyBody): void {
    const visitor = this.people.of({ user_id })
    const person = this.people.of({ identity })
    if (visitor && person && visitor.identity === null) this.people.absorb(visitor, person)
  }

  /** Removes users and their events; ids that nobody has are passed over. */
  deleteUsers(identifiers: Identifier[]): void {
    const found = identifiers.flatMap((identifier) => this.people.find(identifier) ?? [])
    const gone = new Set<Person | undefined>(found)
    this.stored = this.stored.filter((event) => !gone.has(this.ownerOf(event)))
    found.forEach((person) => this.people.forget(person))
  }

  events(): EventView[] {
    return this.stored.map((event) => this.eventView(event))
  }

  users(): UserView[] {
    return this.people.views(this.appId)
  }

  accounts(): AccountView[] {
    return [...this.accountProperties].map(([account_id, properties]) => ({
      app_id: this.appId,
      account_id,
      properties: Object.fromEntries(properties)
    }))
  }

  private eventView(event: StoredEvent): EventView {
    const owner = this.ownerOf(event)
    return {
      app_id: this.appId,
      region: event.region,
      event: event.event,
      identity: owner?.identity ?? null,
      user_id: owner?.user_id ?? null,
      anonymous_id: event.identifier.anonymous_id ?? null,
      properties: event.properties,
      timestamp: event.timestamp ?? event.received_at,
      idempotency_key: event.idempotency_key ?? null,
      session_id: event.session_id ?? null,
      endpoint: event.endpoint,
      received_at: event.received_at
    }
  }

  // Anonymous events are joined when read: one join reaches those stored before it and those that follow.
  private ownerOf({ person, identifier }: StoredEvent): Person | undefined {
    if (person) return person.mergedInto ?? person
    return identifier.anonymous_id === undefined ? undefined : this.people.withAnonymousId(identifier.anonymous_id)
  }
}
