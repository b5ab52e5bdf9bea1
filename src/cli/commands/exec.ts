import { Command, Flags } from '@oclif/core'
import { CALL_OUTCOMES } from '../../segment/calls/call-record'
import type { CallOutcome } from '../../segment/calls/call-record'
import { CONNECTION_MODES } from '../../segment/connection'
import { emulatorFlags, portFlag } from '../common-flags'

export default class Exec extends Command {
  static description =
    'Run a command, such as a test suite, beside a pipeline of its own\nThe command finds the address in SEGMENT_HOST and ' +
    "SEGMENT_CDN_HOST. Exits with the command's code, or with 3 when it succeeded and calls failed that --fail-on names."

  static examples = [
    '<%= config.bin %> <%= command.id %> -- npx playwright test',
    '<%= config.bin %> <%= command.id %> --fail-on rejected,refused,unmatched --json calls.ndjson -- npm test'
  ]

  static strict = false

  static flags = {
    'fail-on': Flags.string({
      description: `outcomes of calls, with commas between them: ${CALL_OUTCOMES.join(', ')}`,
      default: ''
    }),
    json: Flags.string({ description: 'file that gets the calls, one a line', helpValue: 'FILE' }),
    'idle-timeout': Flags.integer({
      description: 'seconds to keep delivering after the command has ended',
      default: 30,
      min: 0
    }),
    port: portFlag(0),
    mode: Flags.option({ options: CONNECTION_MODES, default: 'cloud' })({
      description: "where a page's calls are delivered: in the cloud, by heap.js on the page, or as each source can"
    }),
    ...emulatorFlags()
  }

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Exec)
    if (argv.length === 0) this.error('put the command to run after --, as in: exec -- npm test')
    const [{ exec }, { faultsFrom }] = await Promise.all([import('../../testing/exec'), import('../emulator-options')])
    const code = await exec({
      command: argv.map(String),
      failOn: flags['fail-on']
        .split(',')
        .filter(Boolean)
        .map((name) => this.outcome(name.trim())),
      file: flags.json,
      idleMs: flags['idle-timeout'] * 1000,
      faults: faultsFrom(flags.fault ?? []),
      rateLimits: !flags['no-rate-limits'],
      mode: flags.mode,
      port: flags.port,
      print: (line) => this.logToStderr(line)
    })
    this.exit(code)
  }

  private outcome(name: string): CallOutcome {
    const known = CALL_OUTCOMES.find((outcome) => outcome === name)
    return known ?? this.error(`--fail-on: there is no outcome "${name}"; the outcomes are ${CALL_OUTCOMES.join(', ')}`)
  }
}
