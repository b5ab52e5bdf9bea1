import { lazy, Suspense } from 'react'
import type { CallSummary, Listing } from '../protocol'
import { ask, useAsked } from './api'
import { withNewIds } from './new-ids'
import { SAMPLES } from './samples'
import type { Sample } from './samples'

const JsonEditor = lazy(() => import('./json-editor'))

interface Props {
  event: string
  problem?: string
  calls: number | undefined
  onChange: (event: string) => void
  onLoad: (event: unknown, action?: string) => void
}

export function EventPane({ event, problem, calls, onChange, onLoad }: Props) {
  const choose = (sample: Sample) => onLoad(sample.event, sample.action)
  return (
    <section className="pane" aria-labelledby="event-title">
      <h2 id="event-title">Event</h2>
      <label>
        Sample
        <select value="" onChange={({ target }) => choose(SAMPLES[Number(target.value)])}>
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
      <div className="actions">
        <button
          type="button"
          disabled={problem !== undefined}
          aria-describedby="new-ids"
          onClick={() => onLoad(withNewIds(JSON.parse(event)))}
        >
          New message ID
        </button>
        <small id="new-ids">Heap keeps an event once for each ID: sent again, the same one changes nothing.</small>
      </div>
      <History calls={calls} onLoad={onLoad} />
    </section>
  )
}

function History({ calls, onLoad }: Pick<Props, 'calls' | 'onLoad'>) {
  const { answer } = useAsked<Listing<CallSummary>>('/_page/calls', calls)
  const choose = async ({ number, results }: CallSummary) =>
    onLoad(await ask(`/_page/calls/${number}`), results[0]?.action)
  return (
    <>
      <h3>Last events</h3>
      {!answer?.items.length && <p>None yet. Send one with an SDK, or with the button Send.</p>}
      <ul className="list">
        {answer?.items.map((call) => (
          <li key={call.number}>
            <button type="button" className="row" onClick={() => void choose(call)}>
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
