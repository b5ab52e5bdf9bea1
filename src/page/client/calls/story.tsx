import { useState } from 'react'
import type { CallRecord, CallStory, Delivery, StoryRow, SubscriptionVerdict } from '../../protocol'
import { ask, useAsked } from '../api'
import type { Context } from '../context'
import { copiesOf } from '../copies'
import { changesOf } from '../mapping/manifest'
import { Menu } from '../menu'
import { Link } from '../router'
import { Name } from '../text'
import { Attempts } from './attempts'
import { useCalls } from './call-store'
import { clock, Outcome, OUTCOMES, verdict } from './outcome'
import { Views } from './views'

interface Props {
  number: number
  context: Context
  onClose?: () => void
}

/** One call from end to end. */
export function Story({ number, context, onClose }: Props) {
  const revision = useCalls().numbered(number)?.revision
  const { answer, error } = useAsked<CallStory>(`/_page/calls/${number}`, revision)
  return (
    <article className="story">
      {error && !answer && <p role="alert">{error}</p>}
      {answer && <Head record={answer.record} context={context} onClose={onClose} />}
      {answer && <Body story={answer} context={context} />}
      {!answer && onClose && <CloseButton onClose={onClose} />}
    </article>
  )
}

function CloseButton({ onClose }: { onClose: () => void }) {
  return (
    <button type="button" className="close" onClick={onClose}>
      Close
    </button>
  )
}

function Head({ record, context, onClose }: { record: CallRecord; context: Context; onClose?: () => void }) {
  const { number, type, event, userId, anonymousId, receivedAt, via, library, writeKey, outcome } = record
  const from = [
    `call ${number}`,
    clock(receivedAt),
    `through the ${via}`,
    library,
    writeKey && `write key …${writeKey}`
  ]
  return (
    <header>
      <div className="bar">
        <h2>
          <Name of={event ?? type} />
        </h2>
        <Outcome outcome={outcome} />
        {onClose && <CloseButton onClose={onClose} />}
      </div>
      <p className="soft">
        {type} · <Name of={userId ?? anonymousId ?? 'nobody'} /> · {from.filter(Boolean).join(' · ')}
      </p>
      <p className={`verdict ${OUTCOMES[outcome].tone}`}>
        {verdict(record)}{' '}
        {record.repeats !== null && <Link href={`/?call=${record.repeats}`}>Call {record.repeats}</Link>}
      </p>
      <Actions record={record} context={context} />
    </header>
  )
}

function Actions({ record, context }: { record: CallRecord; context: Context }) {
  const [problem, setProblem] = useState<string>()
  const { number, message, deliveries, outcome } = record
  const fail = (error: Error) => setProblem(error.message)
  const replay = () => ask('/_segment/replay', { body: { numbers: [number] } }).catch(fail)
  const edit = () => {
    const [delivery] = deliveries
    const action = delivery?.action ?? context.state.action
    const changes = delivery ? changesOf(context.manifest.actions[action], delivery.mapping) : {}
    context.edit({ event: message, action, changes })
  }
  return (
    <div className="bar">
      <button type="button" className="primary" onClick={edit}>
        Edit and send
      </button>
      <button type="button" disabled={outcome === 'rejected'} onClick={() => void replay()}>
        Send again
      </button>
      <Menu name="Copy" items={copiesOf(record, context, fail)} />
      {problem && <p role="alert">{problem}</p>}
    </div>
  )
}

function Body({ story: { record, rows }, context }: { story: CallStory; context: Context }) {
  const { deliveries, subscriptions, message } = record
  return (
    <>
      {deliveries.map((delivery) => (
        <DeliveryStory
          key={delivery.subscription}
          delivery={delivery}
          record={record}
          rows={rows[delivery.subscription] ?? []}
          context={context}
        />
      ))}
      {deliveries.length === 0 && <Views event={message} />}
      <Subscriptions subscriptions={subscriptions} open={deliveries.length === 0} />
    </>
  )
}

interface DeliveryProps {
  delivery: Delivery
  record: CallRecord
  rows: StoryRow[]
  context: Context
}

function DeliveryStory({ delivery, record, rows, context }: DeliveryProps) {
  const { subscription, action, payload, attempts, outcome } = delivery
  return (
    <section aria-label={subscription}>
      <div className="bar">
        <h3>
          <Name of={subscription} /> · {context.manifest.actions[action]?.title ?? action}
        </h3>
        {record.deliveries.length > 1 && <Outcome outcome={outcome} />}
      </div>
      <Views event={record.message} payload={payload} rows={rows} sent={attempts[attempts.length - 1]?.sent} />
      <Attempts attempts={attempts} receivedAt={record.receivedAt} live={context.server.live} />
    </section>
  )
}

function Subscriptions({ subscriptions, open }: { subscriptions: SubscriptionVerdict[]; open: boolean }) {
  if (subscriptions.length === 0) return null
  const taken = subscriptions.filter((each) => each.taken)
  return (
    <details open={open}>
      <summary>
        {taken.length > 0 ? `Matched: ${taken.map(({ name }) => name).join(', ')}` : 'Matched by no subscription'}
      </summary>
      <ul className="plain-list">
        {subscriptions.map(({ name, subscribe, taken: isTaken, reason }) => (
          <li key={name}>
            <strong>{name}</strong> {isTaken ? 'matches' : reason} <code>{subscribe}</code>
          </li>
        ))}
      </ul>
    </details>
  )
}
