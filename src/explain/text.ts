import { printable } from '../segment/printable'
import type { StoryRow } from '../segment/calls/story'
import type { ExplainedDelivery, Explanation } from './explanation'

/** Values in one line of the text; the rest is counted. */
const MAX_LISTED = 20
const MAX_SHOWN = 80
/** Characters of payloads and requests; all of them stand in the JSON. */
const MAX_BODY = 2000

/** The lines of an explanation, as a colleague would tell it; the first says what it comes to. */
export function explanationText(explanation: Explanation): string[] {
  const { subscriptions, deliveries, twice } = explanation
  return [
    ...conclusion(explanation),
    '',
    integrationsText(explanation),
    ...subscriptions.map(({ name, action, taken, reason }) =>
      taken ? `"${name}" matches and runs ${action}.` : `"${name}" does not match: ${reason}.`
    ),
    ...twice.map(
      ({ action, subscriptions: names }) =>
        `${names.map((name) => `"${name}"`).join(' and ')} both run ${action} for this call, so it is sent ${names.length} times: exclude it from all but one.`
    ),
    ...deliveries.flatMap((delivery) => ['', ...deliveryText(delivery)])
  ].map(printable)
}

function conclusion({ message, meant, deliveries }: Explanation): string[] {
  const { type, event, userId, anonymousId, messageId } = message
  const name = typeof event === 'string' ? ` ${JSON.stringify(event)}` : ''
  const who = userId ?? anonymousId
  const call = `The ${type} call${name} of ${shown(who)}, message ID ${messageId}`
  if (!meant) return [`${call}, does not reach Heap: its integrations turn this destination off.`]
  if (deliveries.length === 0) return [`${call}, does not reach Heap: no subscription matches it.`]
  return [`${call}:`, ...deliveries.flatMap(outcomeText).map((line) => `- ${line}`)]
}

function outcomeText({ action, refusal, requests }: ExplainedDelivery): string[] {
  if (refusal !== null) return [`${action} refuses it: ${refusal}`]
  if (requests.length === 0) return [`${action} sends nothing.`]
  return requests.map(({ request, heap }) => {
    if (heap?.refusal) return `Heap refuses the request of ${action} with ${heap.status}: ${heap.refusal}`
    if (!heap?.effects.length) return `${action} sends it to ${request.url}.`
    return `Heap ${heap.effects.join('; it ')}.`
  })
}

function integrationsText({ message: { integrations }, meant }: Explanation): string {
  if (!meant) return `Its integrations: ${shown(integrations)}. Without them:`
  return Object.keys(integrations ?? {}).length > 0
    ? `Its integrations allow it: ${shown(integrations)}.`
    : 'It has no integrations object, so all destinations get it.'
}

function deliveryText({ subscription, action, payload, missing, requests, story }: ExplainedDelivery): string[] {
  return [
    `${subscription} (${action})`,
    payload ? `Mapped payload: ${shortened(JSON.stringify(payload), MAX_BODY)}` : 'The mapping fails.',
    ...listed(
      'Not found in the event:',
      missing.map(({ field, path }) => `${path} for ${field}`)
    ),
    ...belongingText(story.rows),
    ...requests.map(({ request }) => `Request: ${request.method} ${request.url} ${shortened(request.body, MAX_BODY)}`),
    ...storyText(story.rows),
    ...(story.more > 0 ? [`${story.more} more values.`] : [])
  ].map((line, index) => (index === 0 ? line : `  ${line}`))
}

/** The keys by which Heap's API tells whom an item is about. */
const OWNERS = ['identity', 'user_id', 'account_id', 'user_identifier.anonymous_id', 'user_identifier.identity']

function belongingText(rows: StoryRow[]): string[] {
  const owner = rows.find(({ sentAs }) => sentAs !== null && OWNERS.includes(sentAs))
  if (owner === undefined) return []
  const from = owner.from === null ? 'the mapping' : owner.from
  const passedOver = rows.filter(
    ({ field, path, change }) => change === 'dropped' && path === '' && /identity|user_id|anonymous_id/.test(field)
  )
  return [
    `It belongs to ${shown(owner.sent)}: ${from} gives the ${owner.sentAs}.`,
    ...passedOver.map(({ field, value }) => `The ${field} ${shown(value)} is not used.`)
  ]
}

function storyText(rows: StoryRow[]): string[] {
  const of = (change: StoryRow['change']) => rows.filter((row) => row.change === change)
  return [
    ...listed('Kept:', of('kept').map(nameOf)),
    ...listed(
      'Renamed:',
      of('renamed').map((row) => `${nameOf(row)} to ${row.sentAs}`)
    ),
    ...listed(
      'Converted:',
      of('converted').map((row) => `${nameOf(row)} from ${shown(row.value)} to ${shown(row.sent)}`)
    ),
    ...listed('Cut:', of('cut').map(cutText)),
    ...listed(
      'Not in the request:',
      of('dropped').map((row) => `${nameOf(row)} (${shown(row.value)})`)
    ),
    ...listed(
      'Added:',
      of('added').map((row) => `${row.sentAs} ${shown(row.sent)}`)
    )
  ]
}

function cutText(row: StoryRow): string {
  const { value, sent, sentAs } = row
  const lengthOf = (text: unknown) => (typeof text === 'string' ? text : JSON.stringify(text)).length
  if (lengthOf(value) === lengthOf(sent)) return `the name ${nameOf(row)}, to ${sentAs?.length} characters`
  return `${nameOf(row)} from ${lengthOf(value)} characters to ${lengthOf(sent)}`
}

function listed(heading: string, items: string[]): string[] {
  if (items.length === 0) return []
  const rest = items.length > MAX_LISTED ? [`and ${items.length - MAX_LISTED} more`] : []
  return [`${heading} ${[...items.slice(0, MAX_LISTED), ...rest].join(', ')}.`]
}

function nameOf({ field, path }: StoryRow): string {
  return shortened(path === '' ? field : `${field}.${path}`)
}

function shown(value: unknown): string {
  // The quotes are not characters of a text.
  const length = typeof value === 'string' ? value.length : undefined
  return shortened(JSON.stringify(value) ?? 'nobody', MAX_SHOWN, length)
}

function shortened(text: string, most = MAX_SHOWN, length = text.length): string {
  return text.length > most ? `${text.slice(0, most)}… (${length} characters)` : text
}
