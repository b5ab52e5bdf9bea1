import { useState } from 'react'
import type { EventOutcome, PreviewResult } from '../../protocol'
import type { Context } from '../context'
import { Exchange } from '../calls/attempts'
import { useCalls } from '../calls/call-store'
import { Story } from '../calls/story'
import { StoryRows } from '../calls/story-rows'
import { Views } from '../calls/views'
import { Details } from '../details'
import { Heads } from '../heads'
import { Link } from '../router'
import type { Sent } from './use-run'

interface Props {
  preview?: PreviewResult
  /** What was sent, as long as nothing has changed since. */
  sent?: Sent
  last?: Sent
  event: unknown
  context: Context
}

/** What was sent; once something is changed, what would be sent. */
export function Result({ preview, sent, last, event, context }: Props) {
  if (sent) return <SentResult sent={sent} context={context} />
  if (!preview) return <p className="soft">There is nothing to preview yet.</p>
  return (
    <section aria-label="Preview">
      <div className="bar">
        <h2>Preview</h2>
        <span className="badge quiet">Not sent</span>
        {last && <SentLink sent={last} />}
      </div>
      {preview.outcomes.length === 1 ? (
        <Single outcome={preview.outcomes[0]} event={event} />
      ) : (
        <Outcomes outcomes={preview.outcomes} />
      )}
      <h3>{preview.exchanges.length === 1 ? '1 request' : `${preview.exchanges.length} requests`}</h3>
      {preview.exchanges.map((exchange, index) => (
        <Exchange key={index} exchange={exchange} live={context.server.live} answered={false} />
      ))}
      {preview.exchanges.length === 0 && <p className="soft">No request to Heap.</p>}
    </section>
  )
}

function Single({ outcome, event }: { outcome: EventOutcome; event: unknown }) {
  const { error, payload, rows = [] } = outcome
  return (
    <>
      {error && <p role="alert">{error}</p>}
      <Views event={event} payload={payload} rows={rows} />
    </>
  )
}

function SentLink({ sent }: { sent: Sent }) {
  const number = useNumberOf(sent)
  if (number === undefined) return null
  return <Link href={`/?call=${number}`}>Last sent: call {number}</Link>
}

function SentResult({ sent, context }: { sent: Sent; context: Context }) {
  const number = useNumberOf(sent)
  const { outcomes, milliseconds } = sent.result
  return (
    <section aria-label="Sent">
      {outcomes.length > 1 && (
        <>
          <h2>Sent in {milliseconds} ms</h2>
          <Outcomes outcomes={outcomes} numbers={sent.result.calls} />
        </>
      )}
      {outcomes.length === 1 && number !== undefined && <Story key={number} number={number} context={context} />}
    </section>
  )
}

/** The number of the call that was sent; a moment passes until the page knows it. */
function useNumberOf({ of, result }: Sent): number | undefined {
  const calls = useCalls()
  if (result.calls) return result.calls[0]
  const { messageId } = Object(of.event) as { messageId?: string }
  return calls.withMessageId(String(messageId))?.number
}

/** Rows at first, and more of them with each click: a batch has up to 1,000 events. */
const ROWS = 50

function Outcomes({ outcomes, numbers = [] }: { outcomes: EventOutcome[]; numbers?: number[] }) {
  const [rows, setRows] = useState(ROWS)
  const failed = outcomes.filter(({ error }) => error !== undefined).length
  return (
    <>
      <p className={failed > 0 ? 'bad' : 'good'}>
        {outcomes.length} events, {failed} of them refused
      </p>
      <table className="fields" aria-label="Outcomes">
        <Heads of={['Event', 'Status', 'Outcome']} />
        <tbody>
          {outcomes.slice(0, rows).map((outcome, index) => (
            <Row key={index} index={index} number={numbers[index]} outcome={outcome} />
          ))}
        </tbody>
      </table>
      {rows < outcomes.length && (
        <button type="button" onClick={() => setRows(rows + ROWS)}>
          Show more events
        </button>
      )}
    </>
  )
}

function Row({ index, number, outcome }: { index: number; number: number | undefined; outcome: EventOutcome }) {
  const { status, error, retryable, rows = [] } = outcome
  return (
    <tr>
      <td>{number === undefined ? index + 1 : <Link href={`/?call=${number}`}>call {number}</Link>}</td>
      <td className={error ? 'bad' : 'good'}>{status}</td>
      <td>
        {error ?? 'taken'} {retryable && '(will be retried)'}
        <Details summary="Fields">{() => <StoryRows rows={rows} />}</Details>
      </td>
    </tr>
  )
}
