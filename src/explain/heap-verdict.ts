import { createEmulator } from '../emulator'
import type { Emulator, EventView, UserView } from '../emulator'
import type { Exchange } from '../segment/exchange'
import { toEmulator } from '../segment/redirect'
import { sentItems } from '../segment/calls/sent-leaves'

/** What Heap does with a request, by its documented rules. */
export interface HeapVerdict {
  status: number
  /** What it answers when it does not take the request. */
  refusal: string | null
  /** Clauses that follow "Heap …". */
  effects: string[]
}

/** Heap as an emulator in this process plays it: it stores what it is told, and remembers. */
export class HeapInProcess {
  private readonly emulator: Emulator

  /** Rates are counted by the clock: what is told here in a second took people days. */
  constructor(private readonly origins = toEmulator('')) {
    this.emulator = createEmulator({ rateLimits: false })
  }

  /** Undefined when the request goes to somebody else. */
  async tell({ url, method, headers, body }: Request): Promise<Response | undefined> {
    const { origin, pathname } = new URL(url)
    if (this.origins[origin] === undefined) return undefined
    return this.emulator.app.request(this.origins[origin] + pathname, { method, headers, body })
  }

  async ask(request: Request): Promise<HeapVerdict | null> {
    const { emulator } = this
    const before = { events: emulator.events(), users: emulator.users() }
    const response = await this.tell(request)
    if (response === undefined) return null
    const { status } = response
    if (!response.ok) return { status, refusal: await response.text(), effects: [] }
    return { status, refusal: null, effects: effectsOf(emulator, before, request) }
  }
}

type Request = Exchange['request']

interface State {
  events: EventView[]
  users: UserView[]
}

function effectsOf(emulator: Emulator, before: State, request: Request): string[] {
  const stored = emulator.events().slice(before.events.length)
  const dropped = emulator.requests[emulator.requests.length - 1]?.dropped ?? []
  const items = sentItems([{ request }]) as SentItem[]
  return [
    ...stored.map((event) => storedEvent(event, before.users)),
    ...items.flatMap((item) => (stored.length === 0 ? (repeated(item, before.events) ?? []) : [])),
    ...items.flatMap((item) => userEffects(item, before.users, emulator.users())),
    ...items.flatMap(({ account_id: account }) => (account ? [`sets properties of the account ${account}`] : [])),
    ...dropped.map(({ reason }) => `takes the call and does nothing: ${reason}`)
  ]
}

interface SentItem {
  event?: string
  identity?: string
  user_id?: string
  account_id?: string
  idempotency_key?: string
  properties?: { anonymous_id?: string }
}

function storedEvent({ event, identity, user_id: userId, anonymous_id: anonymousId }: EventView, known: UserView[]) {
  const stores = `stores the event ${JSON.stringify(event)}`
  if (anonymousId !== null) return `${stores} ${anonymousOwner(anonymousId, identity)}`
  if (identity === null) return `${stores} for the visitor ${userId}`
  return `${stores} for ${personIn(known, identity)}`
}

function anonymousOwner(anonymousId: string, identity: string | null): string {
  if (identity !== null) return `for ${identity}, to whom the anonymous ID ${anonymousId} belongs`
  return `under the anonymous ID ${anonymousId}, until someone is identified with that ID`
}

function repeated({ event, idempotency_key: key }: SentItem, events: EventView[]): string | undefined {
  if (event === undefined || !events.some(({ idempotency_key: known }) => known === key)) return undefined
  return `changes nothing: it has an event with the idempotency key ${key} already`
}

function userEffects({ event, identity, user_id: userId, properties }: SentItem, before: UserView[], now: UserView[]) {
  if (event !== undefined || identity === undefined) return []
  const person = now.find((user) => user.identity === identity)
  const merged = person?.merged_user_ids.find((id) => id === userId)
  return [
    ...(properties ? [`sets properties of ${personIn(before, identity)}`] : []),
    ...(merged ? [`merges the visitor ${merged} into ${identity}, permanently`] : []),
    ...(properties?.anonymous_id === undefined ? [] : [joinEffect(properties.anonymous_id, identity, now)])
  ]
}

function joinEffect(anonymousId: string, identity: string, users: UserView[]): string {
  const owner = users.find(({ anonymous_ids: ids }) => ids.includes(anonymousId))
  return owner === undefined || owner.identity === identity
    ? `joins what the anonymous ID ${anonymousId} did, and will do, to ${identity}`
    : `leaves the anonymous ID ${anonymousId} with ${owner.identity ?? owner.user_id}, who had it first`
}

function personIn(users: UserView[], identity: string): string {
  return users.some((user) => user.identity === identity) ? identity : `${identity}, who is new in what was read`
}
