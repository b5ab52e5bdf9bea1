import type { GlobalSetting, InputField } from '@segment/actions-core'
import type { Fields } from '../../definition'
import { isJsonObject } from '../../../segment/json-object'
import { code, prose, table } from './markdown'

type Field = InputField | GlobalSetting

export function settingTable(settings: Fields): string {
  return fieldTable('setting', settings)
}

/** Every field with its key, type, default and meaning. */
export function fieldTable(what: string, fields: Fields): string {
  const rows = Object.entries(fields).map(([key, field]) => [
    prose(field.label),
    code(key),
    typeOf(field),
    field.required === true ? 'yes' : '',
    defaultOf(field),
    prose([field.description, ...notesOf(field)].join(' '))
  ])
  return table([what, 'key', 'type', 'required', 'default', ''], rows)
}

function typeOf(field: Field): string {
  const multiple = 'multiple' in field && field.multiple ? `list of ${field.type}` : field.type
  return 'allowNull' in field && field.allowNull ? `${multiple} or null` : multiple
}

function defaultOf({ default: value }: Field): string {
  if (value === undefined) return ''
  const path: unknown = isJsonObject(value) ? value['@path'] : undefined
  return code(typeof path === 'string' ? path : typeof value === 'string' ? value : JSON.stringify(value))
}

function notesOf(field: Field): string[] {
  const { choices, minimum, maximum } = field as Partial<Pick<InputField, 'choices' | 'minimum' | 'maximum'>>
  const offered = choices?.map((choice) => code(String(typeof choice === 'string' ? choice : choice.value)))
  return [
    ...(offered?.length ? [`One of ${offered.join(', ')}.`] : []),
    ...(minimum === undefined ? [] : [`At least ${minimum}.`]),
    ...(maximum === undefined ? [] : [`At most ${maximum}.`]),
    ...conditionsOf(field),
    ...('unsafe_hidden' in field && field.unsafe_hidden ? ['Hidden.'] : [])
  ]
}

/** When Segment's app shows the field. */
function conditionsOf({ depends_on }: Field): string[] {
  const conditions = depends_on?.conditions.map(({ operator, value, ...on }) => {
    const key = 'fieldKey' in on ? on.fieldKey : 'syncMode'
    return `${code(key)} ${operator === 'is' ? 'is' : 'is not'} ${code(JSON.stringify(value))}`
  })
  return conditions ? [`Only where ${conditions.join(depends_on?.match === 'any' ? ' or ' : ' and ')}.`] : []
}
