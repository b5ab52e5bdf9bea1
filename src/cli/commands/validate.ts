import { Command, Flags, ux } from '@oclif/core'
import { pathFlag } from '../common-flags'
import type { Verdict } from '../validate'

export default class Validate extends Command {
  static description = 'Check destinations for mistakes that TypeScript does not see'

  static examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --path src/destinations/heap --json'
  ]

  static flags = {
    ...pathFlag('folder or file of a destination'),
    json: Flags.boolean({ description: 'print the problems as JSON' })
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(Validate)
    const { validate } = await import('../validate')
    const verdicts = await validate(flags.path)
    if (flags.json) this.log(JSON.stringify(verdicts, null, 2))
    else verdicts.forEach((verdict) => this.show(verdict))
    if (verdicts.some(({ problems }) => problems.length > 0)) this.exit(1)
  }

  private show({ destination, problems }: Verdict): void {
    for (const { rule, where, message } of problems) this.log(`${destination}: ${where}: ${message} (${rule})`)
    const colour = problems.length > 0 ? 'red' : 'green'
    this.log(ux.colorize(colour, `${destination}: problems ${problems.length}`))
  }
}
