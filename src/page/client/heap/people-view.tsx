import { useState } from 'react'
import type { PersonDetails, PersonSummary, StoredEvent } from '../../protocol'
import { useAsked } from '../api'
import type { Context } from '../context'
import { useCalls } from '../calls/call-store'
import { clock } from '../calls/outcome'
import { Link } from '../router'
import { Name } from '../text'
import { ListView, Pages } from './list-view'
import { Properties } from './properties'

export function PeopleView({ context: { live } }: { context: Context }) {
  return (
    <ListView<PersonSummary>
      title="People"
      path="/_page/people"
      version={live?.heap?.version}
      columns={['Person', 'Anonymous IDs', 'Properties', 'Events', 'First seen']}
      empty="Heap has no users yet. Send a call with a user ID."
      row={(person) => ({
        key: addressOf(person),
        cells: [
          <Link href={addressOf(person)}>
            <Name of={person.identity ?? `anonymous ${person.user_id}`} />
          </Link>,
          <Name of={person.anonymous_ids.join(', ')} />,
          person.properties,
          person.events,
          new Date(person.created_at).toLocaleString('en-GB')
        ]
      })}
    />
  )
}

function addressOf({ app_id, user_id }: PersonSummary): string {
  return `/people/${encodeURIComponent(app_id)}/${encodeURIComponent(user_id)}`
}

export function PersonView({ path, context: { live } }: { path: string[]; context: Context }) {
  const [appId, userId] = path.map(encodeURIComponent)
  const [offset, setOffset] = useState(0)
  const question = `/_page/person?app=${appId}&user=${userId}&offset=${offset}`
  const { answer, error } = useAsked<PersonDetails>(question, live?.heap?.version)
  return (
    <main className="sheet-view">
      <Link href="/people">All people</Link>
      {error && <p role="alert">{error}</p>}
      {answer && (
        <>
          <h1>
            <Name of={answer.identity ?? `Anonymous ${answer.user_id}`} />
          </h1>
          <Identifiers person={answer} />
          <div className="columns">
            <section aria-label="Properties">
              <h2>Properties</h2>
              <Properties properties={answer.properties} />
            </section>
            <section aria-label="Time line">
              <h2>Time line</h2>
              <TimeLine events={answer.timeline.items} />
              <Pages listing={answer.timeline} offset={offset} onOffset={setOffset} />
            </section>
          </div>
        </>
      )}
    </main>
  )
}

function Identifiers({ person }: { person: PersonDetails }) {
  const { app_id, user_id, merged_user_ids, anonymous_ids, accounts } = person
  return (
    <dl className="facts">
      <dt>App ID</dt>
      <dd>{app_id}</dd>
      <dt>Heap's user ID</dt>
      <dd>{[user_id, ...merged_user_ids].join(', merged: ')}</dd>
      <dt>Anonymous IDs</dt>
      <dd>
        <Name of={anonymous_ids.join(', ') || 'none'} />
      </dd>
      <dt>Accounts</dt>
      <dd>
        {accounts.length === 0 && 'none: no property of this person is the ID of an account'}
        {accounts.map(({ accountId, property }) => (
          <div key={property}>
            <Link href={`/accounts?search=${encodeURIComponent(accountId)}`}>
              <Name of={accountId} />
            </Link>{' '}
            by the property <code>{property}</code>
          </div>
        ))}
      </dd>
    </dl>
  )
}

function TimeLine({ events }: { events: StoredEvent[] }) {
  const calls = useCalls()
  if (events.length === 0) return <p className="empty">No events yet.</p>
  return (
    <ol className="events">
      {events.map((event) => {
        const call = calls.withMessageId(event.idempotency_key)
        return (
          <li key={event.number}>
            <details>
              <summary>
                <time dateTime={event.timestamp}>{clock(event.timestamp)}</time>{' '}
                <strong>
                  <Name of={event.event} />
                </strong>
              </summary>
              <p className="soft">
                {new Date(event.timestamp).toLocaleDateString('en-GB')} · {event.endpoint} · {event.region}{' '}
                {call && <Link href={`/?call=${call.number}`}>call {call.number}</Link>}
              </p>
              <Properties properties={event.properties} />
            </details>
          </li>
        )
      })}
    </ol>
  )
}
