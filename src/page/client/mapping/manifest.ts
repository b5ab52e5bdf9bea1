import type { JsonObject } from '../../protocol'

export interface Choice {
  label: string
  value: string | number
}

/** A field of an action, or a setting. */
export interface Field {
  label: string
  description: string
  type: string
  required?: unknown
  choices?: (Choice | string)[]
  default?: unknown
  unsafe_hidden?: boolean
}

export interface Action {
  title: string
  description: string
  fields: Record<string, Field>
}

/** What the page reads of `GET /manifest`. */
export interface Manifest {
  name: string
  description?: string
  authentication?: { fields: Record<string, Field> }
  actions: Record<string, Action>
}

/** The action asked for if there is one of that name, else the first. */
export function knownAction({ actions }: Manifest, action: string): string {
  const names = Object.keys(actions)
  return names.includes(action) ? action : names[0]
}

/** Passwords: they go to the server with a request and nowhere else. */
export function secretKeys({ authentication }: Manifest): string[] {
  const fields = Object.entries(authentication?.fields ?? {})
  return fields.filter(([, { type }]) => type === 'password').map(([key]) => key)
}

export function withoutSecrets(settings: JsonObject, secrets: string[]): JsonObject {
  return Object.fromEntries(Object.entries(settings).filter(([key]) => !secrets.includes(key)))
}

export function defaultMapping({ fields }: Action): JsonObject {
  const defaults = Object.entries(fields).filter(([, field]) => field.default !== undefined)
  return Object.fromEntries(defaults.map(([key, field]) => [key, field.default]))
}

/** The default mapping with the changes on it; a field mapped to nothing is absent. */
export function mappingOf(action: Action, changes: JsonObject): JsonObject {
  const entries = Object.entries({ ...defaultMapping(action), ...changes })
  return Object.fromEntries(entries.filter(([, value]) => value !== null))
}

/** What makes the default mapping this one. */
export function changesOf(action: Action, mapping: JsonObject): JsonObject {
  const defaults = defaultMapping(action)
  const keys = Object.keys({ ...defaults, ...mapping })
  const changed = keys.filter((key) => JSON.stringify(defaults[key]) !== JSON.stringify(mapping[key]))
  return Object.fromEntries(changed.map((key) => [key, mapping[key] ?? null]))
}

export function choicesOf({ choices = [] }: Field): Choice[] {
  return choices.map((choice) => (typeof choice === 'string' ? { label: choice, value: choice } : choice))
}
