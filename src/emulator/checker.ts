import Ajv from 'ajv'
import type { DefinedError, ErrorObject } from 'ajv'
import isPlainObject from 'lodash/isPlainObject'
import { MAX_USER_ID } from './limits'

const ISO_8601 = /^(\d{4}|[+-]\d{6})-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/

// Heap does not say what a character is. UTF-16 units are the stricter reading: what passes here passes either way.
// `logger: false` only silences the note that ajv counts code points by default.
const ajv = new Ajv({
  allowUnionTypes: true,
  verbose: true,
  unicode: false,
  logger: false,
  formats: {
    user_id: (text: string) => /^\d+$/.test(text) && Number(text) <= MAX_USER_ID,
    'date-time': (text: string) => ISO_8601.test(text) && !Number.isNaN(Date.parse(text))
  }
})

/** A body that follows its schema, or the text of the refusal. */
export type Checked<Body> = { body: Body } | { refusal: string }

/** Compiles a schema once; the text names the place of the first fault, below `root`, in Heap's wording. */
export function checker<Body>(schema: object, root: string): (value: unknown) => Checked<Body> {
  const follows = ajv.compile<Body>(schema)
  return (value) => (follows(value) ? { body: value } : { refusal: refusalText(root, follows.errors ?? []) })
}

// The last error is the outermost one: "exactly one of" rather than its first alternative.
function refusalText(root: string, errors: ErrorObject[]): string {
  const error = errors[errors.length - 1] as DefinedError
  return `${root}${place(error.instancePath)} ${complaint(error)}`
}

/** `/events/3/properties/x` as `.events[3].properties['x']`. */
function place(pointer: string): string {
  const names = pointer.split('/').slice(1)
  return names
    .map((name) => name.replace(/~1/g, '/').replace(/~0/g, '~'))
    .map((name, at) => (isFreeKey(names[at - 1]) ? `['${name}']` : /^\d+$/.test(name) ? `[${name}]` : `.${name}`))
    .join('')
}

function isFreeKey(parent: string | undefined): boolean {
  return parent === 'properties' || parent === 'custom_properties'
}

function complaint(error: DefinedError): string {
  switch (error.keyword) {
    case 'propertyNames':
      return `property name '${error.params.propertyName}' is invalid`
    case 'additionalProperties':
      return `should NOT have a property '${error.params.additionalProperty}'`
    case 'oneOf':
      return choice('exactly one', error)
    case 'anyOf':
      return choice('at least one', error)
    case 'type':
      return Array.isArray(error.params.type) ? 'should be string, number or boolean' : `should be ${error.params.type}`
    case 'minLength':
      return `should NOT be shorter than ${error.params.limit} characters`
    case 'maxLength':
      return `should NOT be longer than ${error.params.limit} characters`
    default:
      return (error.message ?? 'is invalid').replace('must', 'should')
  }
}

// ajv weighs alternatives before the type, so a value that is not an object ends here too.
function choice(amount: string, { schema, data }: ErrorObject): string {
  if (!isPlainObject(data)) return 'should be object'
  const alternatives = schema as { required: string[] }[]
  return `should have ${amount} of ${alternatives.map(({ required }) => required[0]).join(', ')}`
}
