import { useState } from 'react'
import type { EventOutcome, PropertyNote, RunResult, ShownExchange } from '../cli/page/wire'

interface Props {
  preview?: RunResult
  sent?: RunResult
  problem?: string
  sending: boolean
  onSend: () => void
  copies: Record<string, () => string>
}

export function OutcomePane({ preview, sent, problem, sending, onSend, copies }: Props) {
  return (
    <section className="pane" aria-labelledby="outcome-title">
      <h2 id="outcome-title">Outcome</h2>
      <div className="actions">
        <button type="button" className="primary" disabled={sending || !preview} onClick={onSend}>
          {sending ? 'Sending…' : 'Send'}
        </button>
        {Object.entries(copies).map(([name, text]) => (
          <CopyButton key={name} name={name} text={text} disabled={!preview} />
        ))}
      </div>
      {problem && <p role="alert">{problem}</p>}
      {sent && (
        <section aria-label="Sent">
          <h3>Sent, in {sent.milliseconds} ms</h3>
          <Result result={sent} answered />
        </section>
      )}
      {preview && (
        <section aria-label="Preview">
          <h3>Preview: nothing of this is sent yet</h3>
          <Result result={preview} answered={false} />
        </section>
      )}
    </section>
  )
}

function CopyButton({ name, text, disabled }: { name: string; text: () => string; disabled: boolean }) {
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(text())
    setCopied(true)
    setTimeout(() => setCopied(false), 2000)
  }
  return (
    <button type="button" disabled={disabled} onClick={() => void copy()}>
      {copied ? 'Copied' : name}
    </button>
  )
}

function Result({ result: { outcomes, exchanges }, answered }: { result: RunResult; answered: boolean }) {
  return (
    <>
      {outcomes.length === 1 ? <Outcome outcome={outcomes[0]} answered={answered} /> : <Outcomes outcomes={outcomes} />}
      {exchanges.map((exchange, index) => (
        <Exchange key={index} exchange={exchange} answered={answered} />
      ))}
      {exchanges.length === 0 && <p>No request to Heap.</p>}
    </>
  )
}

function Outcome({ outcome, answered }: { outcome: EventOutcome; answered: boolean }) {
  const { status, error, retryable, payload, notes } = outcome
  return (
    <>
      {error && (
        <p role="alert">
          {status} {error} {retryable && 'Segment would send it again.'}
        </p>
      )}
      {!error && answered && <p className="good">{status}</p>}
      {payload && !answered && (
        <details open>
          <summary>Payload that the action gets</summary>
          <pre tabIndex={0}>{JSON.stringify(payload, null, 2)}</pre>
        </details>
      )}
      <Notes notes={notes} />
    </>
  )
}

function Outcomes({ outcomes }: { outcomes: EventOutcome[] }) {
  return (
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
          {outcomes.map(({ status, error, retryable }, index) => (
            <tr key={index}>
              <td>{index}</td>
              <td className={error ? 'bad' : 'good'}>{status}</td>
              <td>
                {error ?? 'taken'} {retryable && '(sent again later)'}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Exchange({ exchange: { request, response }, answered }: { exchange: ShownExchange; answered: boolean }) {
  return (
    <details open>
      <summary>
        {request.method} {request.url}
        {answered && <strong className={response.statusCode < 300 ? 'good' : 'bad'}> {response.statusCode}</strong>}
      </summary>
      <pre tabIndex={0}>{pretty(request.body)}</pre>
      {answered && (
        <pre tabIndex={0}>
          {typeof response.body === 'string' ? response.body : JSON.stringify(response.body, null, 2)}
        </pre>
      )}
    </details>
  )
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body
  }
}

export function Notes({ notes }: { notes: PropertyNote[] }) {
  if (notes.length === 0) return null
  return (
    <ul className="list notes" aria-label="Not stored as sent">
      {notes.map(({ path, kind, storedAs, reason }) => (
        <li key={`${path} ${kind}`}>
          <code>{path}</code> <strong>{kind}</strong> {storedAs && storedAs !== path && <code>{storedAs}</code>}{' '}
          {reason}
        </li>
      ))}
    </ul>
  )
}
