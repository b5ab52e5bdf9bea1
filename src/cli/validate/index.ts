import { basename, resolve } from 'node:path'
import { loadDefinition } from '../../segment/load-definition'
import { settingsOf } from '../definition'
import type { Definition } from '../definition'
import { loadAll } from '../destinations'
import { actionProblems } from './action-rules'
import { settingProblems } from './field-rules'
import { presetProblems } from './preset-rules'
import { problem } from './problem'
import type { Problem } from './problem'

export interface Verdict {
  /** Name of the folder or file. */
  destination: string
  problems: Problem[]
}

/**
 * Core builds schema keys from the name, and parsers of today refuse what is no URI scheme:
 * https://datatracker.ietf.org/doc/html/rfc3986#section-3.1
 */
const NAME = /^[a-z][a-z0-9+.-]*$/i

const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/

/** @throws CLIError that names a path that cannot be loaded */
export async function validate(paths?: string[]): Promise<Verdict[]> {
  const loaded = await loadAll(paths, loadDefinition)
  return loaded.map(({ path, content }) => ({
    destination: basename(resolve(path)).replace(/\.[jt]s$/, ''),
    problems: validateDefinition(content)
  }))
}

/** Everything that is wrong with a definition of either mode; empty when nothing is. */
export function validateDefinition(definition: Definition): Problem[] {
  const { actions, presets = [] } = definition
  const settingsPath = definition.settings ? 'settings' : 'authentication.fields'
  return [
    ...naming(definition),
    ...settingProblems(settingsOf(definition), settingsPath),
    ...settingProblems(definition.audienceFields ?? {}, 'audienceFields'),
    ...(Object.keys(actions).length > 0 ? [] : [problem('actions', 'actions', 'there must be at least one')]),
    ...Object.entries(actions).flatMap(([key, action]) => actionProblems(action, `actions.${key}`)),
    ...presetProblems(presets, actions)
  ]
}

function naming({ name, slug = '' }: Definition): Problem[] {
  return [
    ...(NAME.test(name)
      ? []
      : [problem('name', 'name', `only letters, digits and \`+.-\` work in every version of core: "${name}"`)]),
    ...(SLUG.test(slug) ? [] : [problem('slug', 'slug', `must be lower-case words joined by \`-\`: "${slug}"`)])
  ]
}
