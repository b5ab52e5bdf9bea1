import { defaultValues } from '@segment/actions-core'
import type { InputField } from '@segment/actions-core'
import type { ActionOfDefinition } from '../definition'
import { descriptionProblems, fieldProblems, labelProblems } from './field-rules'
import { parseProblem } from '../../segment/fql'
import { problem } from './problem'
import type { Problem } from './problem'
import { emptyFields, samplesTaken } from './sample-calls-taken'

export function actionProblems(action: ActionOfDefinition, where: string): Problem[] {
  const { title, description, defaultSubscription, fields } = action
  return [
    ...labelProblems(title, `${where}.title`),
    ...descriptionProblems(description, `${where}.description`),
    ...(defaultSubscription === undefined ? [] : fqlProblems(defaultSubscription, `${where}.defaultSubscription`)),
    ...fieldProblems(fields, `${where}.fields`),
    ...batchKeyProblems(fields, `${where}.fields.batch_keys`),
    ...unreachedFields(action, `${where}.fields`)
  ]
}

export function fqlProblems(fql: string, where: string): Problem[] {
  const fault = parseProblem(fql)
  return fault === undefined ? [] : [problem('fql', where, `is not valid FQL (${fault}): ${fql}`)]
}

/** Segment groups batches by these fields, and hides the field that names them. */
function batchKeyProblems(fields: Record<string, InputField>, where: string): Problem[] {
  const { batch_keys: field } = fields
  if (field === undefined) return []
  const keys: unknown[] = Array.isArray(field.default) ? field.default : []
  const unknown = keys.filter((key) => !Object.keys(fields).includes(String(key)))
  return [
    ...(field.type === 'string' && field.multiple && field.unsafe_hidden
      ? []
      : [problem('batch-keys', where, 'must be a `string` with `multiple` and `unsafe_hidden`')]),
    ...unknown.map((key) =>
      problem('batch-keys', `${where}.default`, `does not name a field of the action: ${String(key)}`)
    )
  ]
}

/** Required fields that the defaults leave empty for a call that the action is subscribed to. */
function unreachedFields({ fields, defaultSubscription }: ActionOfDefinition, where: string): Problem[] {
  const withoutDefault = Object.keys(fields).filter(
    (key) => fields[key].required === true && fields[key].default === undefined
  )
  const samples = defaultSubscription === undefined ? [] : samplesTaken(defaultSubscription)
  const unreached = emptyFields(defaultValues(fields), fields, samples).filter(([key]) => !withoutDefault.includes(key))
  return [
    ...withoutDefault.map((key) => problem('required-default', `${where}.${key}`, 'is required and has no default')),
    ...unreached.map(([key, type]) =>
      problem('required-default', `${where}.${key}.default`, `leaves the required field empty for ${type} calls`)
    )
  ]
}
