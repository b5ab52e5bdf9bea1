export type Rule =
  | 'actions'
  | 'name'
  | 'slug'
  | 'label'
  | 'description'
  | 'default-type'
  | 'choices'
  | 'secret'
  | 'directive'
  | 'required-default'
  | 'batch-keys'
  | 'fql'
  | 'fql-never'
  | 'preset-action'
  | 'preset-field'
  | 'preset-required'
  | 'preset-overlap'

/** One thing that is wrong. `where` is the path in the definition, such as `actions.trackEvent.fields.event`. */
export interface Problem {
  rule: Rule
  where: string
  message: string
}

export function problem(rule: Rule, where: string, message: string): Problem {
  return { rule, where, message }
}
