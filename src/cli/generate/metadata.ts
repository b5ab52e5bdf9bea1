import { join } from 'node:path'
import type { Preset } from '@segment/actions-core'
import { loadDefinition } from '../../segment/load-definition'
import type { ActionOfDefinition, AnyField, Definition, HookOfDefinition } from '../definition'
import { loadAll } from '../destinations'
import type { GeneratedFile } from './file'

/**
 * What can be said of a destination without running it, key by key and in the order in which the action-destinations
 * monorepo writes it. Its CI writes the file again and fails on any difference.
 */
export function metadataOf(definition: Definition): object {
  const { slug, name, mode = 'cloud', description, actions, presets = [] } = definition
  return {
    slug,
    name,
    mode,
    description,
    authentication: authenticationMetadata(definition),
    audienceConfig: audienceMetadata(definition),
    actions: byKey(actions, actionMetadata),
    presets: presets.map(presetMetadata)
  }
}

function authenticationMetadata({ authentication, settings }: Definition): object | null {
  const fields = authentication?.fields ?? settings ?? {}
  if (!authentication && Object.keys(fields).length === 0) return null
  return { scheme: authentication?.scheme ?? 'custom', fields: byKey(fields, settingMetadata) }
}

function audienceMetadata({ audienceConfig, audienceFields = {} }: Definition): object | null {
  if (!audienceConfig) return null
  const { mode, createAudience, getAudience } = audienceConfig
  return {
    mode:
      mode.type === 'synced'
        ? { type: 'synced', full_audience_sync: mode.full_audience_sync ?? false }
        : { type: 'realtime' },
    audienceFields: byKey(audienceFields, settingMetadata),
    supportsAudienceFunctions: typeof createAudience === 'function' && typeof getAudience === 'function'
  }
}

function settingMetadata(field: AnyField): object {
  return {
    label: field.label,
    description: field.description,
    type: field.type,
    required: requiredMetadata(field),
    multiple: field.multiple ?? false,
    choices: choicesMetadata(field),
    default: field.default ?? null,
    depends_on: field.depends_on ?? null
  }
}

function actionMetadata(action: ActionOfDefinition, key: string): object {
  return {
    title: action.title ?? key,
    description: action.description ?? '',
    platform: action.platform === 'web' ? 'web' : 'cloud',
    defaultSubscription: action.defaultSubscription ?? null,
    hidden: action.hidden ?? false,
    hasPerformBatch: typeof action.performBatch === 'function',
    syncMode: syncModeMetadata(action),
    hooks: orNull(byKey(action.hooks ?? {}, hookMetadata)),
    dynamicFields: dynamicFieldsMetadata(action),
    fields: byKey(action.fields, fieldMetadata)
  }
}

function syncModeMetadata({ syncMode }: ActionOfDefinition): object | null {
  if (!syncMode) return null
  return {
    default: syncMode.default,
    label: syncMode.label ?? 'Sync Mode',
    description: syncMode.description ?? '',
    choices: (syncMode.choices ?? []).map(({ value, label }) => ({ value, label }))
  }
}

function hookMetadata({ label, description, inputFields, outputTypes }: HookOfDefinition, key: string): object {
  return {
    label: label ?? key,
    description: description ?? '',
    inputFields: byKey(inputFields ?? {}, fieldMetadata),
    outputFields: byKey(outputTypes ?? {}, fieldMetadata)
  }
}

/** For each object whose keys or values are looked up: which. A field looked up as a whole says so by `dynamic`. */
function dynamicFieldsMetadata({ dynamicFields = {} }: ActionOfDefinition): object | null {
  const parts = Object.entries(dynamicFields).map(([key, lookUp]): [string, string[]] => [
    key,
    typeof lookUp === 'object' && lookUp !== null
      ? Object.keys(lookUp).filter((part) => part === '__keys__' || part === '__values__')
      : []
  ])
  return orNull(Object.fromEntries(parts.filter(([, found]) => found.length > 0)))
}

function fieldMetadata(field: AnyField): object {
  return {
    label: field.label,
    description: field.description,
    type: field.type,
    required: requiredMetadata(field),
    multiple: field.multiple ?? false,
    allowNull: field.allowNull ?? false,
    dynamic: typeof field.dynamic === 'function' || (field.dynamic ?? false),
    default: field.default ?? null,
    choices: choicesMetadata(field),
    placeholder: field.placeholder ?? null,
    properties: field.type === 'object' && field.properties ? byKey(field.properties, fieldMetadata) : null,
    category: field.category ?? null,
    depends_on: field.depends_on ?? null,
    readOnly: field.readOnly ?? null,
    hidden: field.unsafe_hidden ?? null,
    minimum: field.minimum ?? null,
    maximum: field.maximum ?? null,
    defaultObjectUI: field.defaultObjectUI ?? null,
    disabledInputMethods: field.disabledInputMethods ?? null,
    displayMode: field.displayMode ?? null,
    format: field.format ?? null,
    additionalProperties: field.additionalProperties ?? false
  }
}

function requiredMetadata({ required }: AnyField): boolean | object {
  return typeof required === 'object' ? required : required === true
}

function choicesMetadata({ choices = [] }: AnyField): object[] | null {
  if (choices.length === 0) return null
  return choices.map((choice) => (typeof choice === 'object' ? choice : { label: choice, value: choice }))
}

function presetMetadata(preset: Preset): object {
  const { name, type, partnerAction, mapping } = preset
  const { subscribe, eventSlug }: { subscribe?: string; eventSlug?: string } = preset
  return { name, type, partnerAction, subscribe, mapping: mapping ?? {}, eventSlug: eventSlug ?? null }
}

function byKey<T>(described: Record<string, T>, describe: (value: T, key: string) => object): Record<string, object> {
  return Object.fromEntries(Object.entries(described).map(([key, value]) => [key, describe(value, key)]))
}

function orNull(record: Record<string, unknown>): object | null {
  return Object.keys(record).length > 0 ? record : null
}

/** `metadata.json` of each destination, formatted as action-destinations formats its files. */
export async function metadataFiles(paths?: string[]): Promise<GeneratedFile[]> {
  const loaded = await loadAll(paths, loadDefinition)
  const { format } = await import('prettier')
  const files = loaded.map(async ({ folder, content }) => ({
    path: join(folder, 'metadata.json'),
    content: await format(JSON.stringify(metadataOf(content), null, 2), { parser: 'json', printWidth: 120 })
  }))
  return Promise.all(files)
}
