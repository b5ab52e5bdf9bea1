import { Command, Flags } from '@oclif/core'
import type { SyncOutcome } from '../../../replay/audience'
import { jsonFlag, settingsFlags } from '../../common-flags'
import { EXIT_INTERRUPTED, EXIT_WITH_REJECTIONS } from '../../exit-codes'
import { abortedByStop } from '../../stop-signal'

/** A share that is safe to take for people who have left. */
const USUAL_REMOVALS = 30

const percentage = Flags.custom<number>({
  parse: async (input) => {
    const percent = /^\d+(\.\d+)?%?$/.test(input) ? parseFloat(input) : NaN
    if (percent <= 100) return percent
    throw new Error(`--allow-removals must be a percentage such as 50%; got "${input}"`)
  }
})

export default class AudienceSync extends Command {
  static description =
    'Bring an audience into Heap as a user property, as Segment Engage does: true for all members first, then only the changes\n' +
    'You can interrupt it at any time: run the same command to continue.\n' +
    'Exit codes: 0 everything is delivered, 2 some members are rejected, 1 it cannot continue, 130 stopped by Ctrl-C.'

  static examples = [
    '<%= config.bin %> <%= command.id %> --name "Order Completed Last 30days" --members members.csv --dry-run',
    '<%= config.bin %> <%= command.id %> --name "Order Completed Last 30days" --members members.csv --app-id 11 --live'
  ]

  static flags = {
    name: Flags.string({
      description: 'name of the audience; its snake_case form is the user property',
      required: true
    }),
    members: Flags.string({
      description: 'CSV or NDJSON file with the ID of one member in each row; - reads standard input, uncompressed',
      required: true,
      helpValue: 'FILE'
    }),
    format: Flags.option({
      options: ['csv', 'ndjson'] as const,
      description: 'format of the file (default: by its extension, else csv)'
    })(),
    column: Flags.string({
      description: 'column or field with the IDs (default: userId, user_id, identity or id, else the only one)'
    }),
    state: Flags.string({
      description:
        "folder with the members that Heap has acknowledged (default: named after audience and App ID, in the members' folder)",
      helpValue: 'FOLDER'
    }),
    ...settingsFlags,
    'allow-removals': percentage({
      description: 'largest share of the members that one sync may remove; 100% also accepts an empty list',
      default: USUAL_REMOVALS,
      helpValue: 'N%'
    }),
    'dry-run': Flags.boolean({ description: 'send nothing; show how many are added, removed and unchanged' }),
    ...jsonFlag
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(AudienceSync)
    const { syncAudience } = await import('../../../replay/audience')
    const signal = abortedByStop()
    const outcome = await syncAudience(flags, signal)
    if (flags.json) this.log(asJson(outcome))
    else if (!flags['dry-run']) this.log(summaryOf(outcome, signal))
    else if (!signal.aborted) this.log(previewOf(outcome))
    if (signal.aborted) {
      this.logToStderr('stopped; run the same command to continue from here')
      this.exit(EXIT_INTERRUPTED)
    }
    if (outcome.totals.rejected > 0) this.exit(EXIT_WITH_REJECTIONS)
  }
}

function summaryOf({ key, totals, rejectedFile }: SyncOutcome, { aborted }: AbortSignal): string {
  const { added, removed, unchanged, rejected } = totals
  const where = rejected > 0 ? ` (${rejectedFile})` : ''
  const what = aborted ? 'interrupted' : 'synced'
  return `${key}: ${what}: added ${added}, removed ${removed}, unchanged ${unchanged}, rejected ${rejected}${where}`
}

function previewOf({ key, totals: { added, removed, unchanged, rejected } }: SyncOutcome): string {
  return `${key}: would add ${added}, remove ${removed}, leave ${unchanged} unchanged, reject ${rejected}`
}

function asJson({ key, totals, rejectedFile }: SyncOutcome): string {
  return JSON.stringify({ audience: key, ...totals, rejectedFile: totals.rejected > 0 ? rejectedFile : undefined })
}
