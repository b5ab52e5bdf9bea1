import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { flush, run, settings, ux } from '@oclif/core'
import type { Interfaces } from '@oclif/core'

const ROOT = join(__dirname, '../..')

type Manifest = Interfaces.PJSON & { optionalDependencies: Record<string, string> }

/** What oclif throws, or a command about something that its user can fix. */
type CommandError = Error & { code?: string; oclif?: { exit?: number } }

/**
 * Runs a command line, and is the only place that prints an error. Resolves to the exit code when the process is to
 * end at once, and to nothing when the command is done and the process may end by itself.
 */
export async function main(argv: string[]): Promise<number | undefined> {
  // oclif would look for ts-node whenever NODE_ENV is test or development.
  settings.enableAutoTranspile = false
  try {
    await run(argv, { root: ROOT, pjson: manifestHere() })
    await flush()
    return undefined
  } catch (error) {
    return report(error as CommandError)
  }
}

/** The package's own, with the commands of the sources or of the build, whichever runs. */
function manifestHere(): Interfaces.PJSON {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest
  // oclif looks for its plugins among the dependencies alone.
  const dependencies = { ...manifest.dependencies, ...manifest.optionalDependencies }
  return { ...manifest, dependencies, oclif: { ...manifest.oclif, commands: join(__dirname, 'commands') } }
}

/** An error that the user can fix is one line; any other keeps its stack. */
function report(error: CommandError): number {
  if (error.code === 'EEXIT') return error.oclif?.exit ?? 1
  console.error(error.oclif ? `${ux.colorize('red', 'Error:')} ${oneLine(error.message)}` : error.stack)
  return 1
}

/** Without oclif's note on flags that can be repeated, which is longer than the mistake. */
function oneLine(message: string): string {
  return message
    .replace(/^The following errors? occurred:\s+/, '')
    .replace(/\n\nNote: .*\n.*/, '')
    .replace(/\nSee more help with --help$/, ' (see --help)')
    .replace(/ \n\t/g, ': ')
    .replace(/\s*\n\s*/g, ' ')
}
