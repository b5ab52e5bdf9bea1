import { Command, Flags } from '@oclif/core'
import type { DryRun, FileOutcome } from '../../replay/backfill'
import { MAX_EVENTS_PER_MINUTE } from '../../lib/heap/limits'
import { filesArg, jsonFlag, mappingFlag, settingsFlags } from '../common-flags'
import { EXIT_INTERRUPTED, EXIT_WITH_REJECTIONS } from '../exit-codes'
import { abortedByStop } from '../stop-signal'

export default class Backfill extends Command {
  static description =
    'Replay Segment events into Heap, from files with one JSON message a line\n' +
    'You can interrupt it at any time: run the same command to continue.\n' +
    'Exit codes: 0 everything is delivered, 2 some lines are rejected, 1 it cannot continue, 130 stopped by Ctrl-C.'

  static examples = [
    '<%= config.bin %> <%= command.id %> events.ndjson --dry-run',
    '<%= config.bin %> <%= command.id %> archive/*.gz --from 2024-01-01 --to 2024-02-01 --app-id 11 --live',
    'zcat archive.gz | <%= config.bin %> <%= command.id %> -'
  ]

  static strict = false

  static args = filesArg

  static flags = {
    ...settingsFlags,
    ...mappingFlag,
    from: Flags.string({ description: 'send events from this time on, ISO 8601', helpValue: 'TIME' }),
    to: Flags.string({ description: 'send events before this time, ISO 8601', helpValue: 'TIME' }),
    rate: Flags.integer({
      description:
        "events a minute (default: Heap's limit for an App ID); 0 lifts this limit and the one for each identity",
      default: MAX_EVENTS_PER_MINUTE,
      min: 0
    }),
    'dry-run': Flags.boolean({
      description: 'send nothing; show what a run over the whole files would send, whatever earlier runs have delivered'
    }),
    ...jsonFlag
  }

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Backfill)
    const { backfill, sumOf } = await import('../../replay/backfill')
    const signal = abortedByStop()
    const { files, dryRun } = await backfill(argv.map(String), flags, signal)
    const summary = flags.json ? asJson : dryRun ? previewOf : summaryOf
    const done: FileOutcome[] = []
    for await (const file of files) {
      done.push(file)
      this.log(summary(file))
    }
    const totals = sumOf(done)
    if (done.length > 1 && !dryRun && !flags.json) this.log(summaryOf({ path: 'all files', totals }))
    if (signal.aborted) this.stopped(done)
    if (dryRun) await this.show(dryRun, flags.json)
    if (totals.rejected > 0) this.exit(EXIT_WITH_REJECTIONS)
  }

  private stopped(done: FileOutcome[]): never {
    const isStdin = done.some((file) => file.isStdin)
    this.logToStderr(
      isStdin
        ? 'stopped; standard input cannot be resumed: pipe it in again from its beginning'
        : 'stopped; run the same command to continue from here'
    )
    this.exit(EXIT_INTERRUPTED)
  }

  private async show({ actions, requests, people }: DryRun, json: boolean): Promise<void> {
    const forecast = people.result()
    if (json) {
      const objects = { actions: Object.fromEntries(actions), requests: Object.fromEntries(requests), people: forecast }
      return this.log(JSON.stringify(objects))
    }
    for (const [action, { payloads, first }] of actions) {
      this.log(`${action}: ${payloads} payloads, the first: ${JSON.stringify(first, null, 2)}`)
    }
    for (const [path, count] of requests) this.log(`requests to ${path}: ${count}`)
    const { forecastLines } = await import('../../replay/backfill')
    for (const line of forecastLines(forecast)) this.log(line)
  }
}

type Summed = Pick<FileOutcome, 'path' | 'totals'> & Partial<FileOutcome>

/** The counts of outcomes, and of the lines that still wait after a stopped run, add up to the lines read. */
function summaryOf({ path, totals, rejectedFile }: Summed): string {
  const { read, delivered, rejected, skipped } = totals
  const where = rejected > 0 && rejectedFile !== undefined ? ` (${rejectedFile})` : ''
  const waiting = read - delivered - rejected - skipped
  const waits = waiting > 0 ? `, waiting ${waiting}` : ''
  return `${path}: read ${read}, delivered ${delivered}, rejected ${rejected}${where}, skipped ${skipped}${waits}`
}

function asJson({ path, totals, rejectedFile }: FileOutcome): string {
  return JSON.stringify({ path, ...totals, rejectedFile: totals.rejected > 0 ? rejectedFile : undefined })
}

function previewOf({ path, totals }: Summed): string {
  return `${path}: would deliver ${totals.delivered}, reject ${totals.rejected}, skip ${totals.skipped}`
}
