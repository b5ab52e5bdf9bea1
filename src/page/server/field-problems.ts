import { fieldErrors } from '../../segment/tester/tester-error'

/** What went wrong with an event, and the fields (of the action or the settings) that it is about. */
export interface Problem {
  message: string
  fields: Record<string, string>
}

/** `keys`: the fields there are. A message is put down to those that it names in quotes. */
export function problemOf(error: unknown, keys: string[]): Problem {
  const messages = messagesOf(error as Error)
  const byField = Object.entries(fieldErrors(error as Error) ?? {}).flatMap(([path, message]) => {
    const [key] = path.split(/[.[]/)
    return keys.includes(key) ? [[key, message]] : namedIn(message, keys)
  })
  const named = messages.flatMap((message) => namedIn(message, keys))
  const fields = Object.fromEntries([...named, ...byField]) as Record<string, string>
  return { message: messages.join(' '), fields }
}

/** The fields that a message of a batch's outcome names. */
export function fieldsIn(message: string, keys: string[]): Record<string, string> {
  return Object.fromEntries(namedIn(message, keys))
}

function namedIn(message: string, keys: string[]): [string, string][] {
  const words = [...message.matchAll(/[`'"](\w+)[`'"]|^\/(\w+)/g)].map((match) => match[1] ?? match[2])
  return [...new Set(words)].filter((word) => keys.includes(word)).map((word) => [word, message])
}

/** A malformed mapping is refused with one error that holds several, its own message being their stacks. */
function messagesOf(error: Error): string[] {
  const list = error.name === 'AggregateError' ? [...(error as Error & Iterable<Error>)] : [error]
  return list.map(({ message }) => message)
}
