import { writeFile } from 'node:fs/promises'
import { Args, Command, Flags } from '@oclif/core'
import type { Interfaces } from '@oclif/core'
import type { Report } from '../../diff/report'
import type { Side } from '../../diff/side'
import { settingsFlags } from '../common-flags'
import { EXIT_DIFFERENT, EXIT_INTERRUPTED } from '../exit-codes'
import { abortedByStop } from '../stop-signal'

type DiffFlags = Interfaces.InferredFlags<typeof Diff.flags>

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

  static args = {
    files: Args.string({
      description: 'files of Segment messages, plain or .gz; - reads standard input',
      required: true
    })
  }

  static flags = {
    before: mappingOf('before'),
    after: mappingOf('after'),
    'before-definition': definitionOf('before'),
    'after-definition': definitionOf('after'),
    'app-id': settingsFlags['app-id'],
    region: settingsFlags.region,
    settings: settingsFlags.settings,
    json: Flags.boolean({ description: 'print the report as JSON' }),
    html: Flags.string({ description: 'also write the report as a page', helpValue: 'FILE' })
  }

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Diff)
    const [{ openSource }, { diffCalls }] = await Promise.all([
      import('../../replay/source'),
      import('../../diff/diff-calls')
    ])
    const sources = await Promise.all(argv.map((path) => openSource(String(path))))
    const signal = abortedByStop()
    const [before, after] = [await this.side('before', flags), await this.side('after', flags)]
    const onUnreadable = (where: string, reason: string) => this.logToStderr(`${where}: ${reason}`)
    const report = await diffCalls(sources, { before, after, signal, onUnreadable })
    if (report.events === 0 && !signal.aborted) this.error(`there is no message in ${argv.join(', ')}`)
    await this.show(report, flags)
    if (signal.aborted) this.exit(EXIT_INTERRUPTED)
    if (isDifferent(report)) this.exit(EXIT_DIFFERENT)
  }

  private async side(name: 'before' | 'after', flags: DiffFlags): Promise<Side> {
    const [{ targetFrom }, { Side }] = await Promise.all([import('../../replay/target'), import('../../diff/side')])
    const { engine, settings } = await targetFrom({ ...flags, emulator: '', live: false }, { sends: false })
    const definition = flags[`${name}-definition`]
    return Side.open({ name, own: engine.definition, definition, mapping: flags[name], settings })
  }

  private async show(report: Report, { json, html }: DiffFlags): Promise<void> {
    const [{ reportText }, { reportHtml }] = await Promise.all([import('../../diff/text'), import('../../diff/html')])
    this.log(json ? JSON.stringify(report, null, 2) : reportText(report))
    if (html === undefined) return
    const onError = (error: Error) => this.error(`cannot write ${html}: ${error.message}`)
    await writeFile(html, reportHtml(report)).catch(onError)
  }
}

function isDifferent({ events, outcomes }: Report): boolean {
  const alike = (['same', 'sent by neither', 'refused by both'] as const).map((outcome) => outcomes[outcome].events)
  return events > alike.reduce((sum, count) => sum + count)
}
