import { basename, resolve } from 'node:path'
import { Command, Flags, ux } from '@oclif/core'
import { loadDefinition } from '../../segment/load-definition'
import { loaded } from '../loaded'
import type { Problem } from '../validate/problem'

interface Verdict {
  destination: string
  problems: Problem[]
}

export default class Validate extends Command {
  static description = 'Check destinations for mistakes that TypeScript does not see'

  static examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --path src/destinations/heap --json'
  ]

  static flags = {
    path: Flags.string({
      char: 'p',
      multiple: true,
      description: 'folder or file of a destination (default: every destination registered)'
    }),
    json: Flags.boolean({ description: 'print the problems as JSON' })
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(Validate)
    const { registeredFolders } = await import('../registered-destinations')
    const paths = flags.path ?? registeredFolders
    const verdicts = await Promise.all(paths.map((path) => this.verdict(path)))
    if (flags.json) this.log(JSON.stringify(verdicts, null, 2))
    else verdicts.forEach((verdict) => this.show(verdict))
    if (verdicts.some(({ problems }) => problems.length > 0)) this.exit(1)
  }

  private async verdict(path: string): Promise<Verdict> {
    const { validateDefinition } = await import('../validate')
    return {
      destination: basename(resolve(path)).replace(/\.[jt]s$/, ''),
      problems: validateDefinition(await loaded(path, loadDefinition))
    }
  }

  private show({ destination, problems }: Verdict): void {
    for (const { rule, where, message } of problems) this.log(`${destination}: ${where}: ${message} (${rule})`)
    const colour = problems.length > 0 ? 'red' : 'green'
    this.log(ux.colorize(colour, `${destination}: problems ${problems.length}`))
  }
}
