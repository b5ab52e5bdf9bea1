import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** One field of each kind that the generated types tell apart. */
export const TOY = `
const field = (type, description, more = {}) => ({ label: description, description, type, ...more })

const sendEvent = {
  title: 'Send event',
  description: 'Sends an event.',
  defaultSubscription: 'type = "track"',
  fields: {
    event: field('string', 'The event name.', { required: true, default: { '@path': '$.event' } }),
    note: field('text', 'First line.\\n\\nThird line.'),
    count: field('number', 'A number.', { minimum: 1 }),
    index: field('integer', 'A whole number.'),
    flag: field('boolean', 'A switch.', { unsafe_hidden: true }),
    at: field('datetime', 'A date.'),
    secret: field('password', 'A secret.'),
    colour: field('string', 'One of a list.', { choices: ['red', 'blue'] }),
    colours: field('string', 'Several of a list.', { multiple: true, choices: [{ value: 'red', label: 'Red' }] }),
    nothing: field('string', 'Text or null.', { allowNull: true }),
    properties: field('object', 'Any object.', { default: { '@path': '$.properties' } }),
    items: field('object', 'Any objects.', { multiple: true }),
    closed: field('object', 'Known keys only.', {
      properties: {
        id: field('string', 'The id.', { required: true }),
        kind: { label: 'Kind', type: 'string', choices: ['a', 'b'] }
      }
    }),
    open: field('object', 'Known keys and others.', {
      properties: { id: { label: 'Id', type: 'string' } },
      additionalProperties: true
    })
  },
  perform: () => undefined
}

export default {
  name: 'Toy',
  mode: 'cloud',
  authentication: {
    scheme: 'custom',
    fields: {
      appId: field('string', 'Where events go.', { required: true }),
      apiKey: field('password', 'For deletion.'),
      region: field('string', 'Where data is kept.', { choices: [{ value: 'US', label: 'US' }], default: 'US' })
    }
  },
  actions: { sendEvent }
}
`

export const TOY_SETTINGS = `// Generated file. DO NOT MODIFY IT BY HAND.

export interface Settings {
  /**
   * Where events go.
   */
  appId: string
  /**
   * For deletion.
   */
  apiKey?: string
  /**
   * Where data is kept.
   */
  region?: string
}
`

export const TOY_PAYLOAD = `// Generated file. DO NOT MODIFY IT BY HAND.

export interface Payload {
  /**
   * The event name.
   */
  event: string
  /**
   * First line.
   *
   * Third line.
   */
  note?: string
  /**
   * A number.
   */
  count?: number
  /**
   * A whole number.
   */
  index?: number
  /**
   * A switch.
   */
  flag?: boolean
  /**
   * A date.
   */
  at?: string | number
  /**
   * A secret.
   */
  secret?: string
  /**
   * One of a list.
   */
  colour?: string
  /**
   * Several of a list.
   */
  colours?: string[]
  /**
   * Text or null.
   */
  nothing?: string | null
  /**
   * Any object.
   */
  properties?: {
    [k: string]: unknown
  }
  /**
   * Any objects.
   */
  items?: {
    [k: string]: unknown
  }[]
  /**
   * Known keys only.
   */
  closed?: {
    /**
     * The id.
     */
    id: string
    kind?: string
  }
  /**
   * Known keys and others.
   */
  open?: {
    id?: string
    [k: string]: unknown
  }
}
`

/** Writes the toy destination to `<directory>/toy` and returns that folder. */
export function writeToy(directory: string): string {
  const folder = join(directory, 'toy')
  mkdirSync(join(folder, 'sendEvent'), { recursive: true })
  writeFileSync(join(folder, 'index.ts'), TOY)
  return folder
}
