import { Args, Command, Flags } from '@oclif/core'
import type { Interfaces } from '@oclif/core'
import type { Connection, Explanation } from '../../explain/explanation'
import { mappingFlag, settingsFlags } from '../common-flags'
import { EXIT_INTERRUPTED, EXIT_WITH_REJECTIONS } from '../exit-codes'
import { abortedByStop } from '../stop-signal'

type ExplainFlags = Interfaces.InferredFlags<typeof Explain.flags>

export default class Explain extends Command {
  static description =
    'Explain what happens to a Segment event, and why\n' +
    'It shows which subscriptions match it, what their mappings make of it, and what Heap does with it. Nothing is sent.\n' +
    'Exit codes: 0 explained, 2 some lines cannot be read, 1 it cannot continue.'

  static examples = [
    '<%= config.bin %> <%= command.id %> event.json',
    '<%= config.bin %> <%= command.id %> --message-id node-1795464159383-7 archive/*.gz',
    'pbpaste | <%= config.bin %> <%= command.id %> -'
  ]

  static strict = false

  static args = {
    files: Args.string({
      description: 'files of Segment messages, plain or .gz; - reads standard input',
      required: true
    })
  }

  static flags = {
    'message-id': Flags.string({ description: 'only the messages with this ID', helpValue: 'ID' }),
    'app-id': settingsFlags['app-id'],
    region: settingsFlags.region,
    settings: settingsFlags.settings,
    ...mappingFlag,
    json: Flags.boolean({ description: 'print the explanations as JSON, one a line' })
  }

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Explain)
    const [{ openSource }, { explainedCalls }] = await Promise.all([
      import('../../replay/source'),
      import('../../explain/explained-calls')
    ])
    const sources = await Promise.all(argv.map((path) => openSource(String(path))))
    const [connection, signal, messageId] = [await this.connection(flags), abortedByStop(), flags['message-id']]
    const counts = { explained: 0, unreadable: 0 }
    for await (const call of explainedCalls(sources, { connection, messageId, signal })) {
      counts['reason' in call ? 'unreadable' : 'explained'] += 1
      if ('reason' in call) this.logToStderr(`${call.where}: ${call.reason}`)
      else await this.show(call, flags.json)
    }
    if (signal.aborted) this.exit(EXIT_INTERRUPTED)
    if (counts.explained === 0) this.error(nothingIn(argv.join(', '), messageId))
    if (counts.unreadable > 0) this.exit(EXIT_WITH_REJECTIONS)
  }

  private async show({ where, explanation }: { where: string; explanation: Explanation }, json: boolean) {
    if (json) return this.log(JSON.stringify({ where, ...explanation }))
    const { explanationText } = await import('../../explain/text')
    this.log([where, ...explanationText(explanation), ''].join('\n'))
  }

  private async connection(flags: ExplainFlags): Promise<Connection> {
    const [{ targetFrom }, { subscriptionsFrom }, { Engine }, { HeapInProcess }] = await Promise.all([
      import('../../replay/target'),
      import('../../replay/backfill/subscriptions'),
      import('../../segment/engine'),
      import('../../explain/heap-verdict')
    ])
    const { engine, settings } = await targetFrom({ ...flags, emulator: '', live: false }, { sends: false })
    return {
      engine: new Engine({ definition: engine.definition, dryRun: true }),
      settings,
      subscriptions: await subscriptionsFrom(engine.definition, flags.mapping),
      heap: new HeapInProcess()
    }
  }
}

function nothingIn(files: string, id: string | undefined): string {
  return id === undefined ? `there is no message in ${files}` : `there is no message with the ID ${id} in ${files}`
}
