import type { ShownExchange } from '../protocol'

/** Characters of a body that are shown: a batch's has megabytes. */
const SHOWN = 20_000

/** A request to the last header, and its answer. */
export function Exchange({ exchange, answered }: { exchange: ShownExchange; answered: boolean }) {
  const { request, response } = exchange
  const answer = typeof response.body === 'string' ? response.body : JSON.stringify(response.body, null, 2)
  return (
    <details open>
      <summary>
        {request.method} {request.url}
        {answered && <strong className={response.statusCode < 300 ? 'good' : 'bad'}> {response.statusCode}</strong>}
      </summary>
      <pre tabIndex={0}>
        {headerLines(request.headers)}
        {'\n'}
        {shortened(pretty(request.body))}
      </pre>
      {answered && (
        <pre tabIndex={0} aria-label="Answer">
          {response.statusCode} {response.statusMessage}
          {'\n'}
          {headerLines(response.headers)}
          {'\n'}
          {shortened(answer ?? '')}
        </pre>
      )}
    </details>
  )
}

function headerLines(headers: Record<string, string>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('')
}

function shortened(text: string): string {
  const rest = text.length - SHOWN
  return rest > 0 ? `${text.slice(0, SHOWN)}\n… ${rest.toLocaleString('en')} more characters` : text
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body
  }
}
