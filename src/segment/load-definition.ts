import { existsSync, readdirSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import type { DestinationDefinition } from '@segment/actions-core'
import { Errors } from '@oclif/core'
import { isJsonObject } from './json-object'
import { allowTypeScript, syntaxError } from './typescript-loader'

/** The folder with this project's own destinations, of the sources or of the build, whichever runs. */
export const OWN_DESTINATIONS = resolve(__dirname, '../destinations')

/** Names of the folders in `directory` that have an `index` file, sorted. */
export function destinationNames(directory: string): string[] {
  if (!existsSync(directory)) return []
  return readdirSync(directory)
    .filter((name) => ['ts', 'js'].some((extension) => existsSync(join(directory, name, `index.${extension}`))))
    .sort()
}

/**
 * The definition exported by a destination's folder or file, as `destination` or as the default export.
 * @throws CLIError when there is none; whatever the module throws while it loads
 */
export async function loadDefinition(path: string): Promise<DestinationDefinition> {
  const exported = await loadExport(path)
  if (isDefinition(exported)) return exported
  throw new Errors.CLIError(`${path} exports no destination: its default export needs a name and actions`)
}

/** What a module exports as `destination`, else by default. */
export async function loadExport(path: string): Promise<unknown> {
  allowTypeScript(path)
  const loaded = (await import(resolve(path)).catch((error: unknown) => {
    throw syntaxError(error)
  })) as { destination?: unknown; default?: unknown }
  return loaded.destination ?? loaded.default
}

/** Makes the next load read the files under `folder` again. */
export function forgetModules(folder: string): void {
  for (const path of Object.keys(require.cache)) {
    if (path.startsWith(folder + sep)) delete require.cache[path]
  }
}

export function isDefinition(value: unknown): value is DestinationDefinition {
  return isJsonObject(value) && typeof value.name === 'string' && isJsonObject(value.actions)
}
