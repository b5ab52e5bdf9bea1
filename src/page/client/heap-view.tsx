import { useState } from 'react'
import type { HeapState, Listing, PersonSummary, Rates, StoredEvent } from '../protocol'
import { useAsked } from './api'
import { EventList, Pages } from './event-list'
import { PersonView } from './person-view'
import { useSettled } from './page-state'

export function HeapView({ heap }: { heap: HeapState | undefined }) {
  const [search, setSearch] = useState('')
  const [person, setPerson] = useState<PersonSummary>()
  const settled = useSettled(search, 250)
  if (!heap)
    return <p className="pane">Nothing of Heap can be shown: the server is not there, or sends to the real Heap.</p>
  const reset = () =>
    confirm('Forget all people and events of the emulator?') && void fetch('/_emulator/reset', { method: 'POST' })
  return (
    <div className="heap">
      <section className="pane" aria-labelledby="rates-title">
        <h2 id="rates-title">The last minute</h2>
        <Gauges rates={heap.rates} />
        <div className="actions">
          <label>
            Search people and events
            <input type="search" value={search} onChange={({ target }) => setSearch(target.value)} />
          </label>
          <button type="button" onClick={reset}>
            Reset Heap
          </button>
        </div>
      </section>
      {person ? (
        <PersonView person={person} version={heap.version} onBack={() => setPerson(undefined)} />
      ) : (
        <People key={`people ${settled}`} search={settled} version={heap.version} onChoose={setPerson} />
      )}
      <Events key={`events ${settled}`} search={settled} version={heap.version} />
    </div>
  )
}

function Gauges({ rates }: { rates: Rates }) {
  const { requests, limited, appEvents, appLimit, identityEvents, identityLimit } = rates
  return (
    <dl className="gauges">
      <Gauge name="Events of the app" value={appEvents} limit={appLimit} />
      <Gauge name="Events of the busiest identity" value={identityEvents} limit={identityLimit} />
      <div>
        <dt>Requests</dt>
        <dd>
          {requests} {limited > 0 && <span className="bad">of them refused with 429: {limited}</span>}
        </dd>
      </div>
    </dl>
  )
}

function Gauge({ name, value, limit }: { name: string; value: number; limit: number }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <meter aria-label={name} min={0} max={limit} high={limit * 0.8} value={value} /> {value.toLocaleString('en')} of{' '}
        {limit.toLocaleString('en')}
      </dd>
    </div>
  )
}

interface ListProps {
  search: string
  version: number
}

function People({ search, version, onChoose }: ListProps & { onChoose: (person: PersonSummary) => void }) {
  const [offset, setOffset] = useState(0)
  const path = `/_page/people?search=${encodeURIComponent(search)}&offset=${offset}`
  const { answer, error } = useAsked<Listing<PersonSummary>>(path, version)
  return (
    <section className="pane" aria-labelledby="people-title">
      <h2 id="people-title">People {answer && `(${answer.total.toLocaleString('en')})`}</h2>
      {error && <p role="alert">{error}</p>}
      <ul className="list">
        {answer?.items.map((person) => (
          <li key={`${person.appId} ${person.userId}`}>
            <button type="button" className="row" onClick={() => onChoose(person)}>
              <strong>{person.identity ?? `anonymous ${person.userId}`}</strong>
              <span>
                {person.properties} properties, {person.events} events
              </span>
            </button>
          </li>
        ))}
      </ul>
      <Pages listing={answer} offset={offset} onOffset={setOffset} />
    </section>
  )
}

function Events({ search, version }: ListProps) {
  const [offset, setOffset] = useState(0)
  const path = `/_page/events?search=${encodeURIComponent(search)}&offset=${offset}`
  const { answer, error } = useAsked<Listing<StoredEvent>>(path, version)
  return (
    <section className="pane" aria-labelledby="events-title">
      <h2 id="events-title">Events {answer && `(${answer.total.toLocaleString('en')})`}</h2>
      {error && <p role="alert">{error}</p>}
      <EventList events={answer?.items ?? []} />
      <Pages listing={answer} offset={offset} onOffset={setOffset} />
    </section>
  )
}
