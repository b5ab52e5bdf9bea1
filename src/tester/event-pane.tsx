import { lazy, Suspense } from 'react'
import type { CallSummary, Listing } from '../cli/page/wire'
import { ask, useAsked } from './api'
import { SAMPLES } from './samples'
import type { Sample } from './samples'

const JsonEditor = lazy(() => import('./json-editor'))

interface Props {
  event: string
  problem?: string
  calls: number | undefined
  onChange: (event: string) => void
  onSample: (sample: Sample) => void
}

export function EventPane({ event, problem, calls, onChange, onSample }: Props) {
  return (
    <section className="pane" aria-labelledby="event-title">
      <h2 id="event-title">Event</h2>
      <label>
        Sample
        <select value="" onChange={({ target }) => onSample(SAMPLES[Number(target.value)])}>
          <option value="" disabled>
            Choose one…
          </option>
          {SAMPLES.map(({ name }, index) => (
            <option key={name} value={index}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <Suspense fallback={<p>Loading the editor…</p>}>
        <JsonEditor label="Event as JSON" value={event} onChange={onChange} />
      </Suspense>
      {problem && <p role="alert">{problem}</p>}
      <History calls={calls} onChoose={onChange} />
    </section>
  )
}

function History({ calls, onChoose }: { calls: number | undefined; onChoose: (event: string) => void }) {
  const { answer } = useAsked<Listing<CallSummary>>('/_page/calls', calls)
  const choose = async (number: number) => onChoose(JSON.stringify(await ask(`/_page/calls/${number}`), null, 2))
  return (
    <>
      <h3>Last events</h3>
      {!answer?.items.length && <p>None yet. Send one with an SDK, or with the button Send.</p>}
      <ul className="list">
        {answer?.items.map((call) => (
          <li key={call.number}>
            <button type="button" className="row" onClick={() => void choose(call.number)}>
              <strong>{call.name || call.type}</strong> <span>{call.type}</span> <span>{call.who}</span>
              {call.results.map(({ action, status, error }) => (
                <span key={action} className={status < 300 ? 'good' : 'bad'} title={error}>
                  {action} {status}
                </span>
              ))}
            </button>
          </li>
        ))}
      </ul>
    </>
  )
}
