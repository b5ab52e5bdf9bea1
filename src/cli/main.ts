import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { flush, run, settings } from '@oclif/core'
import type { Interfaces } from '@oclif/core'

const ROOT = join(__dirname, '../..')

/** What is thrown by oclif, or by a command about something that its user can mend. */
type CommandError = Error & { code?: string; oclif?: { exit?: number } }

/**
 * Runs a command line, and is the only place that prints an error. Resolves to the exit code when the process is to
 * end at once, and to nothing when the command is done and the process may end by itself.
 */
export async function main(argv: string[]): Promise<number | undefined> {
  // oclif would look for ts-node whenever NODE_ENV is test or development.
  settings.enableAutoTranspile = false
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Interfaces.PJSON
  const oclif = { ...manifest.oclif, commands: join(__dirname, 'commands') }
  try {
    await run(argv, { root: ROOT, pjson: { ...manifest, oclif } })
    await flush()
    return undefined
  } catch (error) {
    return report(error as CommandError)
  }
}

/** What a user can mend is one line, anything else keeps its stack. */
function report(error: CommandError): number {
  if (error.code === 'EEXIT') return error.oclif?.exit ?? 1
  console.error(error.oclif ? `Error: ${oneLine(error.message)}` : error.stack)
  return 1
}

function oneLine(message: string): string {
  return message
    .replace(/^The following errors? occurred:\s+/, '')
    .replace(/\nSee more help with --help$/, ' (see --help)')
    .replace(/ \n\t/g, ': ')
    .replace(/\s*\n\s*/g, ' ')
}
