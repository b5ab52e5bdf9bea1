import {
  acceptAccountProperties,
  acceptIdentify,
  acceptPartnerTrack,
  acceptTrack,
  acceptUserProperties,
  acceptVisitorCall
} from './accept'
import type { Acceptance, PartnerEvent, TrackEvent, VisitorCall } from './accept'
import type { NewEvent, Region } from './environment'
import { trackCharges, userCharges } from './rate-limits'
import type { Charge, RateLimits } from './rate-limits'
import type { Dropped, Reply } from './reply'
import { storedEntries } from './stored-properties'
import type { Store } from './store'

/** One ingestion endpoint: which bodies it takes, what they are charged and what they write. */
interface Ingestion<Body> {
  accept: (sent: unknown) => Acceptance<Body>
  charges?: (body: Body, single: boolean) => Charge[]
  /** Returns what Heap accepts and drops. */
  apply: (store: Store, body: Body, region: Region) => Dropped[] | void
  success: Reply['body']
}

/** Answers one call to an ingestion endpoint. Without `limits` there is no 429. */
export type IngestionHandler = (call: {
  sent: unknown
  region: Region
  store: Store
  limits: RateLimits | undefined
}) => Promise<Reply>

/** Where this emulator's heap.js sends what visitors do. */
export const VISITOR_PATH = '/api/visitor'

/** The ingestion endpoints by path, without the region. */
export const INGESTION: Record<string, IngestionHandler> = {
  '/api/track': ingestion({
    accept: acceptTrack,
    charges: ({ app_id, events }, single) => trackCharges(app_id, events, single),
    apply: (store, { app_id, events }, region) => {
      const environment = store.of(app_id)
      for (const event of events) environment.addEvent(trackEvent(event, region))
    },
    success: {}
  }),
  '/api/integrations/track': ingestion({
    accept: acceptPartnerTrack,
    apply: (store, { app_id, events }, region) => {
      const environment = store.of(app_id)
      for (const event of events) environment.addEvent(partnerEvent(event, region))
    },
    success: {}
  }),
  '/api/add_user_properties': ingestion({
    accept: acceptUserProperties,
    charges: ({ app_id, users }, single) => userCharges(app_id, users, single),
    apply: (store, { app_id, users }) => {
      for (const user of users) store.of(app_id).addUserProperties(user)
    },
    success: {}
  }),
  '/api/v1/identify': ingestion({
    accept: acceptIdentify,
    apply: (store, body) => {
      const reason = store.of(body.app_id).identify(body)
      return reason === undefined ? [] : [{ item: body, reason }]
    },
    success: {}
  }),
  // The one endpoint whose success is not JSON: https://developers.heap.io/reference/bulk-add-account-properties
  '/api/add_account_properties': ingestion({
    accept: acceptAccountProperties,
    apply: (store, { app_id, accounts }) => {
      for (const account of accounts) store.of(app_id).addAccountProperties(account)
    },
    success: 'OK'
  }),
  [VISITOR_PATH]: ingestion({
    accept: acceptVisitorCall,
    apply: (store, call, region) => applyVisitorCall(store, call, region),
    success: {}
  })
}

function ingestion<Body>({ accept, charges, apply, success }: Ingestion<Body>): IngestionHandler {
  return async ({ sent, region, store, limits }) => {
    const accepted = accept(sent)
    if ('refusal' in accepted) return { status: 400, body: accepted.refusal }
    const spent = await limits?.admit(charges?.(accepted.body, accepted.single) ?? [])
    if (spent) {
      return { status: 429, body: `Too many requests: over ${spent.points} ${spent.of} in ${spent.seconds} seconds` }
    }
    return { status: 200, body: success, dropped: apply(store, accepted.body, region) ?? [] }
  }
}

function applyVisitorCall(
  store: Store,
  { app_id, user_id, session_id, call, ...sent }: VisitorCall,
  region: Region
): void {
  const environment = store.of(app_id)
  const { identity = '', event = '', properties } = sent
  if (call === 'identify') environment.identifyVisitor({ app_id, user_id, identity })
  else if (call === 'addUserProperties') environment.addUserProperties({ user_id, properties })
  else {
    const stored = Object.fromEntries(storedEntries(properties))
    environment.addEvent({
      region,
      endpoint: 'heap.js',
      event,
      identifier: { user_id },
      properties: stored,
      session_id
    })
  }
}

function trackEvent(sent: TrackEvent, region: Region): NewEvent {
  const { event, identity, user_id, timestamp, idempotency_key, session_id } = sent
  const properties = Object.fromEntries(storedEntries(sent.properties))
  const identifier = { identity, user_id }
  return { region, endpoint: '/api/track', event, identifier, properties, timestamp, idempotency_key, session_id }
}

function partnerEvent(sent: PartnerEvent, region: Region): NewEvent {
  const { event, user_identifier: identifier, custom_properties, timestamp, idempotency_key } = sent
  const properties = Object.fromEntries(storedEntries(custom_properties))
  return { region, endpoint: '/api/integrations/track', event, identifier, properties, timestamp, idempotency_key }
}
