import { join } from 'node:path'
import { Errors } from '@oclif/core'
import { fieldsToJsonSchema } from '@segment/actions-core'
import type { GlobalSetting, InputField } from '@segment/actions-core'
import type { JSONSchema4 } from 'json-schema'
import { compile } from 'json-schema-to-typescript'
import mapValues from 'lodash/mapValues'
import { isJsonObject } from '../../segment/json-object'
import { loadExport } from '../../segment/load-definition'
import { loadAll } from '../destinations'
import type { Loaded } from '../destinations'
import type { GeneratedFile } from './file'

type Fields = Record<string, InputField | GlobalSetting>

/** What types are generated from: a cloud definition has `authentication`, a device one `settings`. */
interface TypedDefinition {
  authentication?: { fields?: Fields }
  settings?: Fields
  audienceFields?: Fields
  actions: Record<string, TypedAction>
}

interface TypedAction {
  fields: Fields
  hooks?: Record<string, { inputFields?: object; outputTypes?: object }>
}

const BANNER = '// Generated file. DO NOT MODIFY IT BY HAND.'
const HOOKS_BANNER = '// Generated bundle for hooks. DO NOT MODIFY IT BY HAND.'
const FILE_NAME = 'generated-types.ts'

/** The format of action-destinations, fixed so that the files are the same wherever they are generated. */
const STYLE = { semi: false, singleQuote: true, trailingComma: 'none', printWidth: 120 } as const

/** The types of what each path exports: a destination, an action, or nothing with types. */
export async function typeFiles(paths?: string[]): Promise<GeneratedFile[]> {
  const loaded = await loadAll(paths, loadExport)
  const files = (await Promise.all(loaded.map(typesOf))).flat()
  if (files.length > 0) return files
  throw new Errors.CLIError(`no destination or action in ${loaded.map(({ path }) => path).join(', ')}`)
}

async function typesOf({ folder, content }: Loaded<unknown>): Promise<GeneratedFile[]> {
  if (isDestination(content)) return destinationFiles(folder, content)
  if (isAction(content)) return [{ path: join(folder, FILE_NAME), content: await actionTypes(content) }]
  return []
}

function isDestination(value: unknown): value is TypedDefinition {
  return isJsonObject(value) && isJsonObject(value.actions)
}

function isAction(value: unknown): value is TypedAction {
  return isJsonObject(value) && isJsonObject(value.fields)
}

/** A destination's folder holds one folder an action, named as the action's key. */
async function destinationFiles(folder: string, definition: TypedDefinition): Promise<GeneratedFile[]> {
  const settings = { path: join(folder, FILE_NAME), content: await settingsTypes(definition) }
  const actions = Object.entries(definition.actions).map(async ([key, action]) => ({
    path: join(folder, key, FILE_NAME),
    content: await actionTypes(action)
  }))
  return [settings, ...(await Promise.all(actions))]
}

async function settingsTypes(definition: TypedDefinition): Promise<string> {
  const settings = await interfaceFor('Settings', { ...definition.settings, ...definition.authentication?.fields })
  const audience = definition.audienceFields ?? {}
  return Object.keys(audience).length ? settings + (await interfaceFor('AudienceSettings', audience)) : settings
}

async function actionTypes({ fields, hooks = {} }: TypedAction): Promise<string> {
  const payload = await interfaceFor('Payload', fields)
  return Object.keys(hooks).length ? payload + (await hookTypes(hooks)) : payload
}

function hookTypes(hooks: NonNullable<TypedAction['hooks']>): Promise<string> {
  const fields: object = mapValues(hooks, ({ inputFields, outputTypes }) => ({
    type: 'object',
    required: true,
    properties: {
      inputs: { type: 'object', properties: inputFields },
      outputs: { type: 'object', properties: outputTypes }
    }
  }))
  return interfaceFor('HookBundle', fields as Fields, HOOKS_BANNER)
}

function interfaceFor(name: string, fields: Fields, bannerComment = BANNER): Promise<string> {
  const schema = withoutNames(fieldsToJsonSchema(fields, { tsType: true }))
  return compile(schema, name, { bannerComment, style: STYLE })
}

/** A title would turn a property into a named interface, an enum into a union: Segment's files have neither. */
function withoutNames(schema: JSONSchema4): JSONSchema4 {
  const { title: _title, enum: _enum, properties, items, ...rest } = schema
  if (properties) rest.properties = mapValues(properties, withoutNames)
  if (items) rest.items = withoutNames(items)
  return rest
}
