import { readFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { Errors } from '@oclif/core'
import { defaultValues } from '@segment/actions-core'
import type { Preset } from '@segment/actions-core'
import { loadDefinition } from '../../../segment/load-definition'
import { settingsOf } from '../../definition'
import type { ActionOfDefinition, Definition } from '../../definition'
import { loadAll } from '../../destinations'
import type { Loaded } from '../../destinations'
import type { GeneratedFile } from '../file'
import { fieldTable, settingTable } from './field-table'
import { code, page, prose, table } from './markdown'

/** What stands between the two is written from the definition, the rest of a page by hand. */
export const BEGIN = '<!-- begin of what generate:docs writes: do not edit -->'
export const END = '<!-- end of what generate:docs writes -->'

/** The page of each destination, in the folder `output`. @throws CLIError that names the page that cannot be written */
export async function catalogPages(paths: string[] | undefined, output: string): Promise<GeneratedFile[]> {
  const loaded = await loadAll(paths, loadDefinition)
  return Promise.all(loaded.map((destination) => pageOf(destination, output)))
}

async function pageOf({ path, content }: Loaded<Definition>, output: string): Promise<GeneratedFile> {
  const file = join(output, `${basename(resolve(path))}.md`)
  const present = await readFile(file, 'utf8').catch(() => undefined)
  try {
    return { path: file, content: catalogPage(content, present) }
  } catch (error) {
    throw new Errors.CLIError(`cannot write ${file}: ${(error as Error).message}`)
  }
}

/**
 * The page that a catalog shows of a destination: the one there is, with the tables written again, or a new one.
 * @throws Error when the page does not have both markers
 */
export function catalogPage(definition: Definition, present = `# ${definition.name}\n\n${BEGIN}\n${END}\n`): string {
  const [before, ...rest] = present.split(BEGIN)
  const [, ...after] = rest.join(BEGIN).split(END)
  if (after.length === 0) {
    throw new Error(`it must have the lines "${BEGIN}" and "${END}", between which the tables are written`)
  }
  return `${before}${BEGIN}\n\n${tables(definition)}\n${END}${after.join(END)}`
}

function tables({ slug = '', mode, description = '', actions, presets = [], ...definition }: Definition): string {
  return page(
    prose(description),
    `Slug ${code(slug)}${mode === undefined ? '' : `, ${mode} mode`}.`,
    '## Settings',
    settingTable(settingsOf(definition)),
    '## Actions',
    actionTable(actions),
    ...Object.entries(actions).flatMap(([key, action]) => actionSection(key, action)),
    ...(presets.length > 0 ? ['## Presets', presetTable(presets, actions)] : [])
  )
}

function actionTable(actions: Definition['actions']): string {
  const rows = Object.entries(actions).map(([key, { description = '', defaultSubscription }]) => [
    code(key),
    prose(description),
    defaultSubscription === undefined ? '' : code(defaultSubscription)
  ])
  return table(['action', '', 'default subscription'], rows)
}

function actionSection(key: string, { title = key, fields }: ActionOfDefinition): string[] {
  return [`### ${title}`, `Key ${code(key)}.`, fieldTable('field', fields)]
}

function presetTable(presets: Preset[], actions: Definition['actions']): string {
  const rows = presets.map((preset) => [
    prose(preset.name ?? ''),
    code(preset.partnerAction),
    preset.type === 'automatic' ? code(preset.subscribe) : `event ${code(preset.eventSlug)}`,
    mappingOf(preset, actions[preset.partnerAction])
  ])
  return table(['preset', 'action', 'takes', 'mapping'], rows)
}

function mappingOf({ mapping = {} }: Preset, action: ActionOfDefinition | undefined): string {
  const usual = action ? defaultValues(action.fields) : {}
  const keys = [...new Set([...Object.keys(usual), ...Object.keys(mapping)])]
  const different = keys.filter((key) => JSON.stringify(mapping[key]) !== JSON.stringify(usual[key]))
  if (different.length === 0) return 'the defaults'
  return different.map((key) => code(`${key}: ${key in mapping ? JSON.stringify(mapping[key]) : 'none'}`)).join(', ')
}
