import type { Preset } from '@segment/actions-core'
import type { Definition } from '../definition'
import { fqlProblems } from './action-rules'
import { labelProblems } from './field-rules'
import { directiveRule, problem } from './problem'
import type { Problem } from './problem'
import { audienceSample, emptyFields, samplesTaken } from './sample-calls-taken'

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
  const samples = preset.type === 'automatic' ? samplesTaken(preset.subscribe) : [audienceSample(preset.eventSlug)]
  return [
    ...unknown.map((key) => problem('preset-field', `${where}.mapping.${key}`, `${partnerAction} has no such field`)),
    ...emptyFields(mapping, fields, samples).map(([key, type]) =>
      problem('preset-required', `${where}.mapping.${key}`, `leaves the required field empty for ${type} calls`)
    )
  ]
}

function overlaps(presets: AutomaticPreset[]): Problem[] {
  return presets.flatMap((preset, index) => presets.slice(0, index).flatMap((earlier) => overlap(earlier, preset)))
}

function overlap(one: AutomaticPreset, other: AutomaticPreset): Problem[] {
  const taken = samplesTaken(other.subscribe)
  const both = samplesTaken(one.subscribe).find((name) => taken.includes(name))
  if (both === undefined) return []
  const names = `"${one.name}" and "${other.name}"`
  return [problem('preset-overlap', 'presets', `${names} both deliver one call, such as the sample ${both}`)]
}
