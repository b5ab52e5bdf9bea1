import { join } from 'node:path'
import type { ActionOfDefinition, Definition } from '../definition'
import type { GeneratedFile } from './file'

/**
 * What can be said of a destination without running it, as a value for JSON: slug, name, mode, the settings under the
 * name they have in the definition, every action with its fields in full, and the presets. Functions vanish.
 */
export function metadataOf(definition: Definition): object {
  const { slug, name, mode, description, authentication, settings, audienceFields, actions, presets } = definition
  return {
    slug,
    name,
    mode,
    description,
    authentication: authentication && { scheme: authentication.scheme, fields: authentication.fields },
    settings,
    audienceFields,
    actions: Object.fromEntries(Object.entries(actions).map(([key, action]) => [key, actionMetadata(action)])),
    presets
  }
}

function actionMetadata(action: ActionOfDefinition): object {
  const { title, description, platform, hidden, defaultSubscription, fields, hooks } = action
  const described = Object.entries(hooks ?? {}).map(([name, { label, inputFields, outputTypes }]) => [
    name,
    { label, inputFields, outputTypes }
  ])
  return {
    title,
    description,
    platform,
    hidden,
    defaultSubscription,
    fields,
    hooks: hooks && (Object.fromEntries(described) as object)
  }
}

/** `metadata.json` of a destination, formatted as action-destinations formats its files. */
export async function metadataFile(folder: string, definition: Definition): Promise<GeneratedFile> {
  const { format } = await import('prettier')
  const json = JSON.stringify(metadataOf(definition), null, 2)
  return {
    path: join(folder, 'metadata.json'),
    content: await format(json, { parser: 'json', printWidth: 120 })
  }
}
