import { writeFile } from 'node:fs/promises'
import { Command, Flags } from '@oclif/core'
import type { Report } from '../../diff'
import { connectionFlags, filesArg } from '../common-flags'
import { EXIT_DIFFERENT, EXIT_INTERRUPTED } from '../exit-codes'
import { abortedByStop } from '../stop-signal'

const mappingOf = (side: string) =>
  Flags.string({
    description: `mapping ${side}: a JSON file as for backfill (default: the definition's own subscriptions)`,
    helpValue: 'FILE'
  })
const definitionOf = (side: string) =>
  Flags.string({
    description: `destination ${side}: path or module, by default this project's own`,
    helpValue: 'PATH'
  })

export default class Diff extends Command {
  static description =
    'Show what another mapping or another destination would change in Heap\n' +
    'Every event runs through both, and nothing is sent.\n' +
    'Exit codes: 0 nothing differs, 3 something differs, 1 it cannot continue, 130 stopped by Ctrl-C.'

  static examples = [
    '<%= config.bin %> <%= command.id %> traffic.ndjson --before mapping-a.json --after mapping-b.json',
    '<%= config.bin %> <%= command.id %> archive/*.gz --before-definition @segment/action-destinations/dist/destinations/heap --html report.html'
  ]

  static strict = false

  static args = filesArg

  static flags = {
    before: mappingOf('before'),
    after: mappingOf('after'),
    'before-definition': definitionOf('before'),
    'after-definition': definitionOf('after'),
    ...connectionFlags,
    json: Flags.boolean({ description: 'print the report as JSON' }),
    html: Flags.string({ description: 'also write the report as a page', helpValue: 'FILE' })
  }

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Diff)
    const { diff, reportHtml, reportText } = await import('../../diff')
    const signal = abortedByStop()
    const onUnreadable = (where: string, reason: string) => this.logToStderr(`${where}: ${reason}`)
    const report = await diff(argv.map(String), flags, { signal, onUnreadable })
    if (report.events === 0 && !signal.aborted) this.error(`there is no message in ${argv.join(', ')}`)
    this.log(flags.json ? JSON.stringify(report, null, 2) : reportText(report))
    if (flags.html !== undefined) await this.write(flags.html, reportHtml(report))
    if (signal.aborted) this.exit(EXIT_INTERRUPTED)
    if (isDifferent(report)) this.exit(EXIT_DIFFERENT)
  }

  private async write(path: string, html: string): Promise<void> {
    await writeFile(path, html).catch((error: Error) => this.error(`cannot write ${path}: ${error.message}`))
  }
}

function isDifferent({ events, outcomes }: Report): boolean {
  const alike = (['same', 'sent by neither', 'refused by both'] as const).map((outcome) => outcomes[outcome].events)
  return events > alike.reduce((sum, count) => sum + count)
}
