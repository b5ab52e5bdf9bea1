import { existsSync } from 'node:fs'
import { Errors } from '@oclif/core'

/**
 * What a user's own module holds, whose mistakes are told in one line.
 * @throws CLIError that names the path
 */
export async function loaded<Module>(path: string, load: (path: string) => Promise<Module>): Promise<Module> {
  if (!existsSync(path)) throw new Errors.CLIError(`--path ${path} does not exist`)
  return load(path).catch((error: Error & { oclif?: object }) => {
    if (error.oclif) throw error
    throw new Errors.CLIError(`cannot load ${path}: ${error.message.split('\n')[0]}`)
  })
}
