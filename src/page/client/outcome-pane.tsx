import { useState } from 'react'
import type { EventOutcome, RunResult } from '../protocol'
import { Exchange } from './exchange'
import { Notes } from './notes'
import { Outcomes } from './outcomes'

interface Props {
  preview?: RunResult
  sent?: RunResult
  /** Whether something has changed since that was sent. */
  isOld: boolean
  problem?: string
  sending: boolean
  onSend: () => void
  copies: Record<string, () => string>
}

export function OutcomePane({ preview, sent, isOld, problem, sending, onSend, copies }: Props) {
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
          <h3>
            Sent, in {sent.milliseconds} ms
            {isOld && ', before the last change'}
          </h3>
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
      {!error && answered && <p className="good">{status}: Heap took it.</p>}
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
