import type { DestinationDefinition } from '@segment/actions-core'
import mapValues from 'lodash/mapValues'
import type { Exchange } from './exchange'
import { isJsonObject } from './json-object'

const REDACTED = '<redacted>'

/** The headers whose values Segment's own tester hides. */
const SECRET_HEADERS = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'www-authenticate',
  'proxy-authenticate',
  'x-csrf-token',
  'x-xsrf-token',
  'x-api-key',
  'x-client-id',
  'x-uid',
  'x-requested-with',
  'x-forwarded-for',
  'x-real-ip',
  'x-amz-security-token',
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-user-agent'
])

/** The values of the settings that the definition calls passwords, and of all OAuth tokens, in every spelling they travel in. */
export function secretsIn<Settings>(
  definition: DestinationDefinition<Settings>,
  settings: unknown,
  auth: unknown
): string[] {
  const fields = Object.entries(definition.authentication?.fields ?? {})
  const passwords = fields.filter(([, field]) => field.type === 'password').map(([key]) => key)
  const values = [...passwords.map((key) => (isJsonObject(settings) ? settings[key] : undefined)), ...tokensIn(auth)]
  const secrets = values.filter((value): value is string => typeof value === 'string' && value !== '')
  return spellingsOf(secrets)
}

/** As they are, in an address and in JSON; the longest first, so that none hides a part of another. */
export function spellingsOf(secrets: string[]): string[] {
  const spellings = secrets.flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1)
  ])
  return [...new Set(spellings)].sort((a, b) => b.length - a.length)
}

function tokensIn(auth: unknown): unknown[] {
  return isJsonObject(auth) ? [auth.accessToken, auth.refreshToken, auth.clientSecret] : []
}

export function redactExchange<Seen extends Pick<Exchange, 'request' | 'response'>>(
  exchange: Seen,
  secrets: string[]
): Seen {
  const { request, response } = exchange
  const hide = (text: string) => redactText(text, secrets)
  return {
    ...exchange,
    request: {
      ...request,
      url: hide(request.url),
      headers: redactHeaders(request.headers, hide),
      body: hide(request.body)
    },
    response: response && {
      ...response,
      statusMessage: hide(response.statusMessage),
      headers: mapValues(response.headers, hide),
      body: redactValue(response.body, secrets)
    }
  }
}

/** Every string in a JSON value, keys included, without the secrets; tokens that an API hands out go too. */
export function redactValue(value: unknown, secrets: string[]): unknown {
  if (typeof value === 'string') return redactText(value, secrets)
  if (Array.isArray(value)) return value.map((item) => redactValue(item, secrets))
  if (!isJsonObject(value)) return value
  const entries = Object.entries(value).map(([key, item]) => {
    const isToken = /^(access|refresh|id)_?token$/i.test(key) && typeof item === 'string'
    return [redactText(key, secrets), isToken ? REDACTED : redactValue(item, secrets)]
  })
  return Object.fromEntries(entries)
}

export function redactText(text: string, secrets: string[]): string {
  return secrets.reduce((clean, secret) => clean.split(secret).join(REDACTED), text)
}

function redactHeaders(headers: Record<string, string>, hide: (text: string) => string): Record<string, string> {
  return mapValues(headers, (value, name) => (SECRET_HEADERS.has(name.toLowerCase()) ? REDACTED : hide(value)))
}
