import { parseFql, validate } from '@segment/destination-subscriptions'
import type { DestinationDefinition } from '@segment/actions-core'
import get from 'lodash/get'
import type { SegmentMessage } from './message'

type CoreSubscription = Extract<NonNullable<DestinationDefinition['presets']>[number], { type: 'automatic' }>

/** A mapping of the connection: which messages (`subscribe`, in FQL) go to which action, and how their fields are filled. */
export interface Subscription extends Pick<CoreSubscription, 'name' | 'partnerAction' | 'subscribe' | 'mapping'> {
  /** Default true. */
  enabled?: boolean
}

/** Where the calls of a page are delivered: by the destination's cloud definition, by its plugin on the page, or by both. */
export const CONNECTION_MODES = ['cloud', 'device', 'both'] as const
export type ConnectionMode = (typeof CONNECTION_MODES)[number]

/** With `both`, a page's own calls are delivered on the page, and those of servers and apps in the cloud. */
export function isDeliveredInCloud(mode: ConnectionMode, { context }: SegmentMessage): boolean {
  if (mode !== 'both') return mode === 'cloud'
  return get(context, ['library', 'name']) !== 'analytics.js'
}

/** The subscriptions that Segment creates with a new connection: the definition's automatic presets. */
export function defaultSubscriptions({ presets = [] }: Pick<DestinationDefinition, 'presets'>): Subscription[] {
  return presets.flatMap((preset) => {
    if (preset.type !== 'automatic') return []
    const { name, partnerAction, subscribe, mapping } = preset
    return [{ name, partnerAction, subscribe, mapping, enabled: true }]
  })
}

/** Tells a subscription from the others of its destination, also after a restart. */
export function routeOf({ partnerAction, name = '', subscribe }: Subscription): string {
  return [partnerAction, name, subscribe].join(' ')
}

/** Whether a message belongs to the subscription. Throws, naming the subscription, when `subscribe` is not valid FQL. */
export function subscriptionFilter({
  name,
  partnerAction,
  subscribe
}: Subscription): (message: SegmentMessage) => boolean {
  const fql = parseFql(subscribe)
  if ('error' in fql) {
    throw new Error(`Subscription "${name ?? partnerAction}": subscribe is not valid FQL: ${subscribe}`)
  }
  return (message) => validate(fql, message)
}

/** The `integrations` of a message: whether the sender wants it at the destination. Absent means yes. */
export function isMeantFor({ integrations }: SegmentMessage, destinationName: string): boolean {
  return Boolean(integrations?.[destinationName] ?? integrations?.All ?? true)
}
