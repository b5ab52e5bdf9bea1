import { useState } from 'react'
import type { EventOutcome } from '../protocol'
import { Notes } from './notes'

/** Rows at first, and more of them with each click: a batch has up to 1,000 events. */
const ROWS = 50

export function Outcomes({ outcomes }: { outcomes: EventOutcome[] }) {
  const [rows, setRows] = useState(ROWS)
  const failed = outcomes.filter(({ error }) => error !== undefined).length
  return (
    <>
      <p>
        {outcomes.length} events, <span className={failed > 0 ? 'bad' : 'good'}>{failed} of them refused</span>
      </p>
      <div className="scroll" tabIndex={0} role="region" aria-label="Outcomes">
        <table>
          <thead>
            <tr>
              <th scope="col">Event</th>
              <th scope="col">Status</th>
              <th scope="col">What happened</th>
            </tr>
          </thead>
          <tbody>
            {outcomes.slice(0, rows).map((outcome, index) => (
              <Row key={index} index={index} outcome={outcome} />
            ))}
          </tbody>
        </table>
      </div>
      {rows < outcomes.length && (
        <button type="button" onClick={() => setRows(rows + ROWS)}>
          Show more events
        </button>
      )}
    </>
  )
}

function Row({ index, outcome }: { index: number; outcome: EventOutcome }) {
  const { status, error, retryable, payload, notes } = outcome
  return (
    <tr>
      <td>{index}</td>
      <td className={error ? 'bad' : 'good'}>{status}</td>
      <td>
        {error ?? 'taken'} {retryable && '(sent again later)'}
        <Notes notes={notes} />
        {payload && <Payload payload={payload} />}
      </td>
    </tr>
  )
}

/** Written out only once it is asked for. */
function Payload({ payload }: Required<Pick<EventOutcome, 'payload'>>) {
  const [open, setOpen] = useState(false)
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>Payload</summary>
      {open && <pre tabIndex={0}>{JSON.stringify(payload, null, 2)}</pre>}
    </details>
  )
}
