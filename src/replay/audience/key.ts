import { Errors } from '@oclif/core'
import { snakeCase } from '../../lib/snake-case'

/** Properties that mean something else: Heap's own email, what joins anonymous events to a person, and traits' ids. */
const TAKEN = ['email', 'anonymous_id', 'id']

/** The user property of an audience. @throws CLIError when its name makes none, or one that is taken */
export function keyOf(name: string): string {
  const key = snakeCase(name)
  if (key === '') throw new Errors.CLIError(`--name holds no letter or digit: "${name}"`)
  if (!TAKEN.includes(key)) return key
  throw new Errors.CLIError(
    `--name: the property "${key}" of a person holds something else: give the audience another name`
  )
}
