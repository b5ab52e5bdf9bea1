import { Args, Command, Flags } from '@oclif/core'
import type { Interfaces } from '@oclif/core'
import { NOTHING, rejectedPath } from '../../replay/backfill/checkpoint'
import type { Totals } from '../../replay/backfill/checkpoint'
import { MAX_EVENTS_PER_MINUTE } from '../../lib/heap/limits'
import type { FileOptions } from '../../replay/backfill/run-file'
import type { Source } from '../../replay/source'
import { mappingFlag, settingsFlags } from '../common-flags'
import { EXIT_INTERRUPTED, EXIT_WITH_REJECTIONS } from '../exit-codes'
import { abortedByStop } from '../stop-signal'

type BackfillFlags = Interfaces.InferredFlags<typeof Backfill.flags>

export default class Backfill extends Command {
  static description =
    'Replay Segment events into Heap, from files with one JSON message a line. Interrupt it at any time: the same command goes on. ' +
    'Exits with 0 when all is delivered, 2 when some lines are rejected, 1 when it cannot go on, 130 after Ctrl-C.'

  static examples = [
    '<%= config.bin %> <%= command.id %> events.ndjson --dry-run',
    '<%= config.bin %> <%= command.id %> archive/*.gz --from 2024-01-01 --to 2024-02-01 --app-id 11 --live',
    'zcat archive.gz | <%= config.bin %> <%= command.id %> -'
  ]

  static strict = false

  static args = {
    files: Args.string({ description: 'files of Segment messages, plain or .gz; - is standard input', required: true })
  }

  static flags = {
    ...settingsFlags,
    ...mappingFlag,
    from: Flags.string({ description: 'first moment of the events to send, ISO 8601', helpValue: 'TIME' }),
    to: Flags.string({ description: 'first moment of the events no longer to send, ISO 8601', helpValue: 'TIME' }),
    rate: Flags.integer({
      description: "events a minute, by default Heap's limit; 0: no limit, not per identity either",
      default: MAX_EVENTS_PER_MINUTE,
      min: 0
    }),
    'dry-run': Flags.boolean({
      description: 'send nothing; show what would be sent of whole files, whatever an earlier run has delivered of them'
    })
  }

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Backfill)
    const sources = await this.sources(argv.map(String))
    if (flags['dry-run']) return this.dryRun(sources, await this.options(flags))
    const options = await this.options(flags)
    const rejected = await this.replay(sources, options)
    if (options.signal.aborted) {
      this.logToStderr('stopped; the same command goes on from here')
      this.exit(EXIT_INTERRUPTED)
    }
    if (rejected > 0) this.exit(EXIT_WITH_REJECTIONS)
  }

  /** Each file once, whatever it is called. */
  private async sources(paths: string[]): Promise<Source[]> {
    const [{ openSource }, { filesOfRuns }] = await Promise.all([
      import('../../replay/source'),
      import('../../replay/backfill/leftover-files')
    ])
    const own = filesOfRuns(paths)
    if (own.length > 0) this.logToStderr(`left out, as they are of an earlier run: ${own.join(', ')}`)
    const sources = new Map<string, Source>()
    for (const path of paths.filter((each) => !own.includes(each))) {
      const source = await openSource(path)
      if (!sources.has(source.real)) sources.set(source.real, source)
    }
    return [...sources.values()]
  }

  private async options(flags: BackfillFlags): Promise<FileOptions> {
    const [{ targetFrom }, { subscriptionsFrom }, { momentOf }, { RateLimit }, { Progress }] = await Promise.all([
      import('../../replay/target'),
      import('../../replay/backfill/subscriptions'),
      import('../../replay/backfill/time-range'),
      import('../../replay/backfill/rate-limit'),
      import('../../replay/progress')
    ])
    const range = { from: momentOf('from', flags.from, -Infinity), to: momentOf('to', flags.to, Infinity) }
    if (range.from >= range.to) this.error('--from must be before --to')
    const target = await targetFrom(flags, { sends: !flags['dry-run'] })
    const subscriptions = await subscriptionsFrom(target.engine.definition, flags.mapping)
    const rateLimit = flags.rate === 0 || flags['dry-run'] ? undefined : new RateLimit(flags.rate)
    return {
      ...range,
      target,
      subscriptions,
      rateLimit,
      startedAt: new Date(),
      signal: abortedByStop(),
      progress: new Progress()
    }
  }

  private async replay(sources: Source[], options: FileOptions): Promise<number> {
    const [{ runFile }, { removeLeftovers }] = await Promise.all([
      import('../../replay/backfill/run-file'),
      import('../../replay/backfill/leftover-files')
    ])
    await removeLeftovers(sources.map(({ pathPrefix }) => pathPrefix))
    const all = { ...NOTHING }
    for (const source of sources) {
      if (options.signal.aborted) break
      const totals = await runFile(source, options)
      for (const name of ['delivered', 'rejected', 'skipped'] as const) all[name] += totals[name]
      this.summarize(source.path, totals, rejectedPath(source.pathPrefix))
    }
    if (sources.length > 1) this.summarize('all files', all)
    return all.rejected
  }

  private summarize(name: string, { delivered, rejected, skipped }: Totals, rejectedFile?: string): void {
    const where = rejected > 0 && rejectedFile !== undefined ? ` (${rejectedFile})` : ''
    this.log(`${name}: delivered ${delivered}, rejected ${rejected}${where}, skipped ${skipped}`)
  }

  private async dryRun(sources: Source[], options: FileOptions): Promise<void> {
    const [{ tryFile }, { DryRun }] = await Promise.all([
      import('../../replay/backfill/run-file'),
      import('../../replay/backfill/dry-run')
    ])
    const { target } = options
    const dryRun = new DryRun(target.engine.definition)
    let all = 0
    for (const source of sources) {
      const { engine } = dryRun
      const { delivered, rejected, skipped } = await tryFile(source, { ...options, target: { ...target, engine } })
      all += rejected
      this.log(`${source.path}: would deliver ${delivered}, reject ${rejected}, skip ${skipped}`)
    }
    if (options.signal.aborted) this.exit(EXIT_INTERRUPTED)
    for (const [action, { payloads, first }] of dryRun.actions) {
      this.log(`${action}: ${payloads} payloads, the first: ${JSON.stringify(first, null, 2)}`)
    }
    for (const [path, count] of dryRun.requests) this.log(`requests to ${path}: ${count}`)
    if (all > 0) this.exit(EXIT_WITH_REJECTIONS)
  }
}
