import type { Identifier } from './accept'
import { MAX_MERGES_PER_IDENTITY_A_MONTH } from './limits'
import type { StoredProperties, StoredValue } from './stored-properties'

// Far above the user_ids that callers bring, so that an id given out here is never one of theirs.
const FIRST_USER_ID = 2 ** 52

export interface Person {
  identity: string | null
  user_id: string
  merged_user_ids: string[]
  anonymous_ids: Set<string>
  properties: Map<string, StoredValue>
  created_at: string
  merges: { month: string; count: number }
  mergedInto?: Person
}

/** A user as read back. `identity` is null for one known by Heap's user_id alone. */
export interface UserView {
  app_id: string
  user_id: string
  identity: string | null
  /** Values the property `anonymous_id` has had: their partner events belong to this user. */
  anonymous_ids: string[]
  /** Heap users merged in by identify. */
  merged_user_ids: string[]
  properties: StoredProperties
  /** ISO 8601. */
  created_at: string
}

/** The users of one app_id and the ids that lead to them. `time` gives the present as ISO 8601. */
export class People {
  private readonly all = new Set<Person>()
  private readonly byIdentity = new Map<string, Person>()
  private readonly byUserId = new Map<string, Person>()
  private readonly byAnonymousId = new Map<string, Person>()
  private nextUserId = FIRST_USER_ID

  constructor(private readonly time: () => string) {}

  /** An unknown identity or user_id creates a user. */
  of({ identity, user_id }: Identifier): Person | undefined {
    if (identity !== undefined) return this.byIdentity.get(identity) ?? this.create(identity, this.freeUserId())
    return user_id === undefined ? undefined : (this.byUserId.get(user_id) ?? this.create(null, user_id))
  }

  find({ identity, user_id = '' }: Identifier): Person | undefined {
    return identity === undefined ? this.byUserId.get(user_id) : this.byIdentity.get(identity)
  }

  withAnonymousId(id: string): Person | undefined {
    return this.byAnonymousId.get(id)
  }

  /** The first user to have an anonymous id keeps it: a join is never undone. */
  join(person: Person, anonymousId: string): void {
    if (this.byAnonymousId.has(anonymousId)) return
    this.byAnonymousId.set(anonymousId, person)
    person.anonymous_ids.add(anonymousId)
  }

  /** Makes `guest` part of `person`; returns the reason when Heap would drop the call. */
  merge(guest: Person, person: Person): string | undefined {
    if (guest === person) return undefined
    if (guest.identity !== null) return 'the user_id already has another identity'
    if (!this.takeMerge(person))
      return `the identity already has ${MAX_MERGES_PER_IDENTITY_A_MONTH} user_ids this month`
    this.absorb(guest, person)
    return undefined
  }

  /** All that is known of `guest` becomes known of `person`, whose own properties win. */
  absorb(guest: Person, person: Person): void {
    guest.mergedInto = person
    person.merged_user_ids.push(guest.user_id)
    this.byUserId.set(guest.user_id, person)
    for (const [key, value] of guest.properties) if (!person.properties.has(key)) person.properties.set(key, value)
    for (const id of guest.anonymous_ids) {
      this.byAnonymousId.set(id, person)
      person.anonymous_ids.add(id)
    }
    this.all.delete(guest)
  }

  forget(person: Person): void {
    this.all.delete(person)
    if (person.identity !== null) this.byIdentity.delete(person.identity)
    for (const id of [person.user_id, ...person.merged_user_ids]) this.byUserId.delete(id)
    person.anonymous_ids.forEach((id) => this.byAnonymousId.delete(id))
  }

  views(app_id: string): UserView[] {
    return [...this.all].map((person) => ({
      app_id,
      user_id: person.user_id,
      identity: person.identity,
      anonymous_ids: [...person.anonymous_ids],
      merged_user_ids: [...person.merged_user_ids],
      properties: Object.fromEntries(person.properties),
      created_at: person.created_at
    }))
  }

  private create(identity: string | null, user_id: string): Person {
    const person: Person = {
      identity,
      user_id,
      merged_user_ids: [],
      anonymous_ids: new Set(),
      properties: new Map(),
      created_at: this.time(),
      merges: { month: '', count: 0 }
    }
    this.all.add(person)
    this.byUserId.set(user_id, person)
    if (identity !== null) this.byIdentity.set(identity, person)
    return person
  }

  private freeUserId(): string {
    while (this.byUserId.has(String(this.nextUserId))) this.nextUserId += 1
    return String(this.nextUserId++)
  }

  private takeMerge(person: Person): boolean {
    const month = this.time().slice(0, 7)
    const count = person.merges.month === month ? person.merges.count : 0
    if (count >= MAX_MERGES_PER_IDENTITY_A_MONTH) return false
    person.merges = { month, count: count + 1 }
    return true
  }
}
