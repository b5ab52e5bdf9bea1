import { transform } from '@segment/actions-core'
import type { InputField } from '@segment/actions-core'
import { mismatch, parseProblem } from '../../segment/fql'
import { SAMPLES } from '../../segment/sample-calls'
import type { SampleCall } from '../../segment/sample-calls'

type Mapping = Parameters<typeof transform>[0]

/** Names of the sample calls that a subscription takes. None when the FQL is wrong. */
export function samplesTaken(subscribe: string): string[] {
  if (parseProblem(subscribe) !== undefined) return []
  return SAMPLES.filter(({ call }) => mismatch(subscribe, call) === undefined).map(({ name }) => name)
}

/** The sample call that a connected audience sends for an event such as `warehouse_audience_entered_track`. */
export function audienceSample(eventSlug: string): string {
  return eventSlug.endsWith('_identify') ? 'audience-identify' : 'audience-track'
}

/** The required fields that the mapping leaves empty for one of the sample calls, each with the type of that call. */
export function emptyFields(
  mapping: object,
  fields: Record<string, InputField>,
  samples: string[]
): [string, string][] {
  const required = Object.keys(fields).filter((key) => fields[key].required === true)
  const values: Record<string, unknown> = { ...mapping }
  return required.flatMap((key): [string, string][] => {
    const call = SAMPLES.filter(({ name }) => samples.includes(name))
      .map((sample) => sample.call)
      .find((sample) => isEmpty(values[key], sample))
    return call ? [[key, call.type]] : []
  })
}

/** Each field alone, so that a mistake in another one changes nothing. */
function isEmpty(value: unknown, call: SampleCall): boolean {
  try {
    const mapped: unknown = transform({ value } as Mapping, call).value
    return mapped === undefined || mapped === null || mapped === ''
  } catch {
    return true
  }
}
