import get from 'lodash/get'
import has from 'lodash/has'
import isPlainObject from 'lodash/isPlainObject'
import { checker } from './checker'
import {
  accountsSchema,
  deletionSchema,
  identifySchema,
  partnerSchema,
  trackSchema,
  usersSchema,
  visitorSchema
} from './schemas'

/** Property values as they arrive; `stored-properties.ts` decides what of them is kept. */
export type SentProperties = Record<string, unknown>

/** Exactly one of the two ids is there. */
export interface Identifier {
  identity?: string
  user_id?: string
}

export interface TrackEvent extends Identifier {
  event: string
  properties?: SentProperties
  timestamp?: string
  idempotency_key?: string
  session_id?: string
}

export interface PartnerEvent {
  event: string
  user_identifier: Identifier & { anonymous_id?: string; email?: string }
  custom_properties?: SentProperties
  timestamp?: string
  idempotency_key?: string
}

export interface UserProperties {
  identity: string
  properties?: SentProperties
}

export interface AccountProperties {
  account_id: string
  properties?: SentProperties
}

export interface TrackBody {
  app_id: string
  events: TrackEvent[]
}

export interface PartnerBody {
  app_id: string
  library?: string
  events: PartnerEvent[]
}

export interface UsersBody {
  app_id: string
  users: UserProperties[]
}

export interface AccountsBody {
  app_id: string
  accounts: AccountProperties[]
}

export interface IdentifyBody {
  app_id: string
  user_id: string
  identity: string
  timestamp?: string
}

export interface DeletionBody {
  users: Identifier[]
}

/** A call of heap.js on a page. */
export interface VisitorCall {
  app_id: string
  user_id: string
  session_id?: string
  call: 'identify' | 'addUserProperties' | 'track'
  identity?: string
  event?: string
  properties?: SentProperties
}

/** What Heap takes whole, or the text of its 400. `single` tells a call without a list, for the rate limits. */
export type Acceptance<Body> = { body: Body; single: boolean } | { refusal: string }

/** Bodies of the ingestion endpoints and of user_deletion, each checked whole before anything is stored. */
export const acceptTrack = rule<TrackBody>(trackSchema, 'events')
export const acceptPartnerTrack = rule<PartnerBody>(partnerSchema, 'events')
export const acceptUserProperties = rule<UsersBody>(usersSchema, 'users')
export const acceptAccountProperties = rule<AccountsBody>(accountsSchema, 'accounts')
export const acceptIdentify = rule<IdentifyBody>(identifySchema)
export const acceptVisitorCall = rule<VisitorCall>(visitorSchema)
export const acceptDeletion = checker<DeletionBody>(deletionSchema, 'postBody')

function rule<Body>(schema: object, list?: string): (sent: unknown) => Acceptance<Body> {
  const check = checker<Body>(schema, 'postBody')
  return (sent) => {
    const single = list !== undefined && isPlainObject(sent) && !has(sent, list)
    const checked = check(single ? { app_id: get(sent, 'app_id') as unknown, [list]: [sent] } : sent)
    return 'refusal' in checked ? checked : { body: checked.body, single }
  }
}
