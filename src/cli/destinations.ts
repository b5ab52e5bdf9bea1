import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Errors } from '@oclif/core'
import { destinations } from '../index'
import { OWN_DESTINATIONS } from '../segment/load-definition'

/** The folders of all destinations registered, of the sources or of the build, whichever runs. */
export const registeredFolders: string[] = Object.keys(destinations).map((name) => join(OWN_DESTINATIONS, name))

/** What a module holds, and the folder that it stands in. */
export interface Loaded<Content> {
  path: string
  folder: string
  content: Content
}

/**
 * Loads users' own modules, whose mistakes are told in one line; without paths, all destinations registered.
 * @throws CLIError that names the path
 */
export function loadAll<Content>(
  paths: string[] | undefined,
  load: (path: string) => Promise<Content>
): Promise<Loaded<Content>[]> {
  return Promise.all((paths ?? registeredFolders).map((path) => loaded(path, load)))
}

async function loaded<Content>(path: string, load: (path: string) => Promise<Content>): Promise<Loaded<Content>> {
  const found = await stat(path).catch(() => undefined)
  if (!found) throw new Errors.CLIError(`--path ${path} does not exist`)
  const content = await load(path).catch((error: Error & { oclif?: object }) => {
    if (error.oclif) throw error
    throw new Errors.CLIError(`cannot load ${path}: ${error.message.split('\n')[0]}`)
  })
  return { path, folder: found.isDirectory() ? path : dirname(path), content }
}
