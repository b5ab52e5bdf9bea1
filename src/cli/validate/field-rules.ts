import type { GlobalSetting, InputField } from '@segment/actions-core'
import mapValues from 'lodash/mapValues'
import type { Fields } from '../definition'
import { isJsonObject } from '../../segment/json-object'
import { isDirective } from '../../segment/mapping-directives'
import { directiveRule, problem } from './problem'
import type { Problem } from './problem'

type Field = InputField | GlobalSetting

const SECRET = /secret|passw|passphrase|token|credential|(api|access|private)[\s_-]*key/i

const HAS_TYPE: Record<Field['type'], (value: unknown) => boolean> = {
  string: isText,
  text: isText,
  password: isText,
  number: Number.isFinite,
  integer: Number.isInteger,
  boolean: (value) => typeof value === 'boolean',
  datetime: (value) => isText(value) || typeof value === 'number' || value instanceof Date,
  object: isJsonObject
}

/** Label, description, default and choices of every field, and of the fields inside objects. */
export function fieldProblems(fields: Fields, where: string): Problem[] {
  return Object.entries(fields).flatMap(([key, field]) => {
    const path = `${where}.${key}`
    return [
      ...labelProblems(field.label, `${path}.label`),
      ...descriptionProblems(field.description, `${path}.description`),
      ...defaultProblems(field, `${path}.default`),
      ...(field.properties ? innerProblems(field.properties, `${path}.properties`) : [])
    ]
  })
}

/** Inside an object a description may be missing. */
function innerProblems(properties: NonNullable<InputField['properties']>, where: string): Problem[] {
  const described = mapValues(properties, (field, key) => ({ description: key, ...field }))
  return fieldProblems(described, where)
}

export function settingProblems(settings: Fields, where: string): Problem[] {
  const secrets = Object.entries(settings).filter(([key, { label, type }]) => {
    return type !== 'password' && isTextType(type) && SECRET.test(`${key} ${label}`)
  })
  const shown = secrets.map(([key]) =>
    problem(
      'secret',
      `${where}.${key}.type`,
      'a secret must have type `password`; otherwise Segment shows it as plain text'
    )
  )
  return [...fieldProblems(settings, where), ...shown]
}

export function labelProblems(label: unknown, where: string): Problem[] {
  const fault = labelFault(label)
  return fault === undefined ? [] : [problem('label', where, fault)]
}

function labelFault(label: unknown): string | undefined {
  if (!isText(label) || label.trim() === '') return 'is missing'
  if (label !== label.trim()) return 'has spaces around it'
  if (/^[a-z](?![A-Z])/.test(label)) return `should begin with a capital: "${label}"`
  return label.endsWith('.') ? `must not end with a full stop: "${label}"` : undefined
}

export function descriptionProblems(description: unknown, where: string): Problem[] {
  return isText(description) && description.trim() !== '' ? [] : [problem('description', where, 'is missing')]
}

function defaultProblems(field: Field, where: string): Problem[] {
  const value: unknown = field.default
  if (value === undefined) return []
  if (isDirective(value)) return directiveRule(value, where)
  const fault = typeFault(field, value) ?? choiceFault(field, value)
  return [...(fault ? [problem(fault.rule, where, fault.message)] : []), ...directiveRule(value, where)]
}

type Fault = Pick<Problem, 'rule' | 'message'> | undefined

function typeFault(field: Field, value: unknown): Fault {
  const multiple = 'multiple' in field && field.multiple
  const fits = multiple ? Array.isArray(value) && value.every(HAS_TYPE[field.type]) : HAS_TYPE[field.type]?.(value)
  if (fits) return undefined
  const wanted = multiple ? `a list of ${field.type}` : field.type
  return { rule: 'default-type', message: `should be ${wanted}, but is ${JSON.stringify(value)}` }
}

function choiceFault({ choices }: Field, value: unknown): Fault {
  if (!choices?.length) return undefined
  const offered: unknown[] = choices.map((choice) => (typeof choice === 'string' ? choice : choice.value))
  const missing = [value].flat().find((each) => !offered.includes(each))
  if (missing === undefined) return undefined
  return { rule: 'choices', message: `is not one of the choices: ${JSON.stringify(missing)}` }
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isTextType(type: Field['type']): boolean {
  return type === 'string' || type === 'text'
}
