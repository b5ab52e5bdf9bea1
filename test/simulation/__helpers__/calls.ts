import type { PlannedCall } from './plan'

/** What a call is, on the wire and to Heap, by the contract alone. */
export interface Call extends PlannedCall {
  /** Its own in the world. */
  n: number
  messageId: string
}

/** The text by which Heap knows what it refuses. */
export const POISON = { named: 'poison with an index', unnamed: 'poison without one' }

export const userOf = (person: number) => `user-${person}`
export const visitorOf = (person: number) => `visitor-${person}`
export const heapUserOf = (person: number) => String(7000 + person)
export const accountOf = (person: number) => `account-${person}`

type Json = Record<string, unknown>

/** As an SDK sends it. */
export function sdkCall(call: Call, timestamp: string): Json {
  const { n, messageId, person, poison } = call
  const ids = call.kind === 'seen' ? { anonymousId: visitorOf(person) } : { userId: userOf(person) }
  const traits = { last: n, [`of ${n % 3}`]: n, ...(poison && { note: POISON[poison] }) }
  const common = { messageId, timestamp, context: { heapUser: heapUserOf(person), traits: { seen: n } } }
  const properties = { n, ...(poison && { note: POISON[poison] }) }
  const membership = { ...common, context: audienceContext(person) }
  switch (call.kind) {
    case 'track':
    case 'seen':
      return { ...common, ...ids, type: 'track', event: 'Ordered', properties }
    case 'page':
      return { ...common, ...ids, type: 'page', name: 'Home', properties }
    case 'identify':
      return { ...common, ...ids, anonymousId: visitorOf(person), type: 'identify', traits }
    case 'member':
      return { ...membership, ...ids, type: 'identify', traits: { [audienceOf(person)]: true } }
    case 'left':
      return {
        ...membership,
        ...ids,
        type: 'track',
        event: 'Audience Exited',
        properties: { [audienceOf(person)]: false }
      }
    case 'group':
      return { ...common, ...ids, type: 'group', groupId: accountOf(person), traits }
    case 'nameless':
      return { ...common, ...ids, type: 'track', properties }
    case 'nobody':
      return { ...common, type: 'track', event: 'Ordered', properties }
    case 'alias':
      return { ...common, ...ids, type: 'alias', previousId: 'somebody' }
  }
}

function audienceOf(person: number): string {
  return `audience_${person % 2}`
}

function audienceContext(person: number): Json {
  return { personas: { computation_class: 'audience', computation_key: audienceOf(person) } }
}

/** What the Tracking API refuses, whatever happens. */
export function isMalformed({ kind }: Call): boolean {
  return kind === 'nobody'
}

/** Whether a subscription takes it. */
export function isTaken({ kind }: Call): boolean {
  return kind !== 'alias' && kind !== 'nobody'
}

export function isEvent({ kind }: Call): boolean {
  return kind === 'track' || kind === 'seen' || kind === 'page'
}

export function isPoisoned({ kind, poison }: Call): boolean {
  return (
    poison !== undefined &&
    (kind === 'identify' || kind === 'group' || kind === 'track' || kind === 'seen' || kind === 'page')
  )
}

/** What can never be stored. */
export function isBad(call: Call): boolean {
  return call.kind === 'nameless' || isMalformed(call) || isPoisoned(call)
}

export interface Write {
  /** A user or an account. */
  to: string
  properties: Json
}

/** The properties that a call writes. With `rich` mappings, an event writes those of its user, too. */
export function writeOf(call: Call, rich: boolean): Write | undefined {
  const { kind, n, person } = call
  if (kind === 'identify') {
    return { to: userOf(person), properties: { last: n, [`of ${n % 3}`]: n, anonymous_id: visitorOf(person) } }
  }
  if (kind === 'group') return { to: accountOf(person), properties: { last: n, [`of ${n % 3}`]: n } }
  if (kind === 'member' || kind === 'left') {
    return { to: userOf(person), properties: { [audienceOf(person)]: kind === 'member' } }
  }
  return rich && (kind === 'track' || kind === 'page') ? { to: userOf(person), properties: { seen: n } } : undefined
}

/** Heap's path for what the call is at first, by which a dead route is known. */
export function pathsOf(call: Call, rich: boolean): string[] {
  const { kind } = call
  const event = kind === 'seen' ? '/api/integrations/track' : isEvent(call) ? '/api/track' : undefined
  const properties = kind === 'group' ? '/api/add_account_properties' : '/api/add_user_properties'
  return [event, writeOf(call, rich) && properties].filter((path) => path !== undefined)
}
