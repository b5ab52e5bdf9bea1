import { Command, Flags } from '@oclif/core'
import { connectionFlags, filesArg, mappingFlag } from '../common-flags'
import { EXIT_INTERRUPTED, EXIT_WITH_REJECTIONS } from '../exit-codes'
import { abortedByStop } from '../stop-signal'

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

  static args = filesArg

  static flags = {
    'message-id': Flags.string({ description: 'only the messages with this ID', helpValue: 'ID' }),
    ...connectionFlags,
    ...mappingFlag,
    json: Flags.boolean({ description: 'print the explanations as JSON, one a line' })
  }

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Explain)
    const { explainedCalls, explanationText } = await import('../../explain')
    const signal = abortedByStop()
    const counts = { explained: 0, unreadable: 0 }
    for await (const call of explainedCalls(argv.map(String), flags, signal)) {
      const { where } = call
      counts['reason' in call ? 'unreadable' : 'explained'] += 1
      if ('reason' in call) this.logToStderr(`${where}: ${call.reason}`)
      else if (flags.json) this.log(JSON.stringify({ where, ...call.explanation }))
      else this.log([where, ...explanationText(call.explanation), ''].join('\n'))
    }
    if (signal.aborted) this.exit(EXIT_INTERRUPTED)
    if (counts.explained === 0) this.error(nothingIn(argv.join(', '), flags['message-id']))
    if (counts.unreadable > 0) this.exit(EXIT_WITH_REJECTIONS)
  }
}

function nothingIn(files: string, id: string | undefined): string {
  return id === undefined ? `there is no message in ${files}` : `there is no message with the ID ${id} in ${files}`
}
