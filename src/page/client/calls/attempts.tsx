import type { Attempt, RecordedExchange } from '../../protocol'
import { Details } from '../details'
import { clock, count, duration } from './outcome'
import { Json } from './views'

interface Props {
  attempts: Attempt[]
  receivedAt: string
  /** Whether requests go to the real Heap. */
  live: boolean
}

export function Attempts({ attempts, receivedAt, live }: Props) {
  if (attempts.length === 0) return <p className="soft">Not sent yet.</p>
  return (
    <>
      <h4>{attempts.length === 1 ? '1 attempt' : `${attempts.length} attempts`}</h4>
      {attempts.length > 1 && <TimeLine attempts={attempts} receivedAt={receivedAt} />}
      <ol className="attempts">
        {attempts.map((attempt, index) => (
          <AttemptItem key={attempt.number} attempt={attempt} live={live} isLast={index === attempts.length - 1} />
        ))}
      </ol>
    </>
  )
}

/** Each attempt at its share of the time since the call came in. */
function TimeLine({ attempts, receivedAt }: Omit<Props, 'live'>) {
  const start = Date.parse(receivedAt)
  const last = attempts[attempts.length - 1]
  const span = Math.max(1, Date.parse(last.startedAt) + last.milliseconds - start)
  return (
    <div className="timeline" role="img" aria-label={`${attempts.length} attempts within ${duration(span)}`}>
      {attempts.map(({ number, startedAt, status }) => (
        <span
          key={number}
          className={toneOf(status)}
          style={{ left: `${((Date.parse(startedAt) - start) / span) * 100}%` }}
        />
      ))}
      <small>{duration(span)}</small>
    </div>
  )
}

function AttemptItem({ attempt, live, isLast }: { attempt: Attempt; live: boolean; isLast: boolean }) {
  const { startedAt, status, milliseconds, batch, error, retryAt, exchanges } = attempt
  const summary = (
    <>
      <span className={`badge ${toneOf(status)}`}>{status}</span> {clock(startedAt)} · {duration(milliseconds)}
      {batch > 1 && ` · with ${count(batch - 1)} other calls`}
      {retryAt && ` · again at ${clock(retryAt)}`}
    </>
  )
  return (
    <li>
      <Details summary={summary} isOpen={isLast}>
        {() => (
          <>
            {error && <p className="bad">{error}</p>}
            {exchanges.map((exchange, index) => (
              <Exchange key={index} exchange={exchange} live={live} />
            ))}
            {exchanges.length === 0 && <p className="soft">The action made no request.</p>}
          </>
        )}
      </Details>
    </li>
  )
}

function toneOf(status: number): string {
  if (status < 300) return 'good'
  return [408, 423, 429].includes(status) || status >= 500 ? 'wait' : 'bad'
}

interface ExchangeProps {
  exchange: RecordedExchange
  live: boolean
  /** False: it is what would be asked. */
  answered?: boolean
}

/** A request and its answer, to the last header. */
export function Exchange({ exchange, live, answered = true }: ExchangeProps) {
  const { request, response } = exchange
  return (
    <div className="exchange">
      <p>
        <b>{request.method}</b> <code>{addressOf(request.url, live)}</code>{' '}
        {!live && <span className="soft">to the emulator</span>}
      </p>
      <Headers name="Request headers" headers={request.headers} />
      {request.body && <Json value={pretty(request.body)} label="Request body" />}
      {answered && (
        <>
          <p className={response && response.statusCode < 300 ? 'good' : 'bad'}>
            {response ? `${response.statusCode} ${response.statusMessage}` : 'No answer'}
          </p>
          {response && <Headers name="Answer headers" headers={response.headers} />}
          {response && <Json value={response.body ?? ''} label="Answer body" />}
        </>
      )}
    </div>
  )
}

/** The path alone where the host is the emulator's: the real Heap gets nothing of it. */
function addressOf(url: string, live: boolean): string {
  const { origin, pathname, search } = new URL(url)
  return live ? origin + pathname + search : pathname + search
}

function Headers({ name, headers }: { name: string; headers: Record<string, string> }) {
  return (
    <details>
      <summary className="soft">{name}</summary>
      <pre tabIndex={0}>
        {Object.entries(headers)
          .map(([key, value]) => `${key}: ${value}`)
          .join('\n')}
      </pre>
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
