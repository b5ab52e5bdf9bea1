import { directiveProblems } from '../../segment/mapping-directives'

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

/** Directives that the mapping engine would refuse. */
export function directiveRule(mapping: unknown, where: string): Problem[] {
  return directiveProblems(mapping, where).map((found) => problem('directive', found.where, found.message))
}
