import type { Preset } from '@segment/actions-core'
import type { Definition } from '../definition'
import { fqlProblems } from './action-rules'
import { labelProblems } from './field-rules'
import { parseProblem } from '../../segment/fql'
import { callsTaken } from './calls-taken'
import { emptyFields } from './empty-fields'
import { directiveRule, problem } from './problem'
import type { Problem } from './problem'
import { audienceCall, sampleCalls } from './sample-call'

type Actions = Definition['actions']
type AutomaticPreset = Extract<Preset, { type: 'automatic' }>

export function presetProblems(presets: Preset[], actions: Actions): Problem[] {
  return [
    ...presets.flatMap((preset, index) => problemsOf(preset, actions, `presets[${index}]`)),
    ...overlaps(presets.filter((preset): preset is AutomaticPreset => preset.type === 'automatic'))
  ]
}

function problemsOf(preset: Preset, actions: Actions, where: string): Problem[] {
  return [
    ...labelProblems(preset.name, `${where}.name`),
    ...(preset.type === 'automatic' ? fqlProblems(preset.subscribe, `${where}.subscribe`) : []),
    ...directiveRule(preset.mapping, `${where}.mapping`),
    ...mappingProblems(preset, actions, where)
  ]
}

function mappingProblems(preset: Preset, actions: Actions, where: string): Problem[] {
  const { partnerAction, mapping = {} } = preset
  if (!Object.keys(actions).includes(partnerAction)) {
    return [problem('preset-action', `${where}.partnerAction`, `there is no action "${partnerAction}"`)]
  }
  const { fields } = actions[partnerAction]
  const unknown = Object.keys(mapping).filter((key) => !Object.keys(fields).includes(key))
  const calls = preset.type === 'automatic' ? sampleCalls(preset.subscribe) : [audienceCall(preset.eventSlug)]
  const empty = calls.flatMap((call) =>
    emptyFields(mapping, fields, call).map((key): [string, string] => [key, String(call.type)])
  )
  return [
    ...unknown.map((key) => problem('preset-field', `${where}.mapping.${key}`, `${partnerAction} has no such field`)),
    ...[...new Map(empty)].map(([key, type]) =>
      problem('preset-required', `${where}.mapping.${key}`, `leaves the required field empty for ${type} calls`)
    )
  ]
}

function overlaps(presets: AutomaticPreset[]): Problem[] {
  const valid = presets.filter(({ subscribe }) => parseProblem(subscribe) === undefined)
  return valid.flatMap((preset, index) => valid.slice(0, index).flatMap((earlier) => overlap(earlier, preset)))
}

function overlap(one: AutomaticPreset, other: AutomaticPreset): Problem[] {
  const [call] = callsTaken(one.subscribe, other.subscribe)
  if (call === undefined) return []
  const names = `"${one.name}" and "${other.name}"`
  return [problem('preset-overlap', 'presets', `${names} both deliver one call, such as ${JSON.stringify(call)}`)]
}
