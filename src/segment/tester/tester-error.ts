import { isJsonObject } from '../json-object'
import { redactText, redactValue } from '../redact'

/** A failure as the Actions Tester shows it. `requestError` is how its page tells failure from success. */
export interface TesterError {
  statusCode: number
  /** What the API answered, parsed where it was JSON; otherwise the error's message. */
  message: unknown
  stack: string[]
  /** The message of each field that did not pass validation; `$` is the whole payload. */
  fields?: Record<string, string>
  requestError: true
}

interface EngineError extends Error {
  status?: number
  response?: { status?: number; data?: unknown }
  toJSON?: () => unknown
}

export function testerError(error: EngineError, secrets: string[]): TesterError {
  const fields = fieldErrors(error)
  const answer = error.response?.data
  return {
    statusCode: error.response?.status ?? error.status ?? (fields ? 400 : 500),
    message: redactValue(answer === undefined || answer === '' ? error.message : answer, secrets),
    stack: redactText(error.stack ?? '', secrets).split('\n'),
    ...(fields && { fields }),
    requestError: true
  }
}

/** Undefined for an error that does not come from schema validation. */
export function fieldErrors(error: EngineError): Record<string, string> | undefined {
  if (error.name !== 'AggregateAjvError') return undefined
  const problems = error.toJSON?.()
  const entries = Array.isArray(problems) ? problems.filter(isJsonObject) : []
  return Object.fromEntries(entries.map(({ path, message }) => [String(path).replace(/^\$\./, ''), String(message)]))
}
