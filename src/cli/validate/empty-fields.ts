import { transform } from '@segment/actions-core'
import type { InputField } from '@segment/actions-core'
import type { Call } from './calls-taken'

type Mapping = Parameters<typeof transform>[0]

/** The required fields that the mapping leaves empty for a call. */
export function emptyFields(mapping: Call, fields: Record<string, InputField>, call: Call): string[] {
  const required = Object.keys(fields).filter((key) => fields[key].required === true)
  return required.filter((key) => [undefined, null, ''].includes(mapped(mapping[key], call) as undefined))
}

/** Each field alone, so that a mistake in another one changes nothing. */
function mapped(value: unknown, call: Call): unknown {
  try {
    return transform({ value } as Mapping, call).value
  } catch {
    return undefined
  }
}
