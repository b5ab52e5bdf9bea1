import { resolve } from 'node:path'
import { Errors } from '@oclif/core'
import { isoTimestamp } from '../../lib/iso-timestamp'
import { Progress } from '../progress'
import { openSource } from '../source'
import type { Source } from '../source'
import { targetFrom } from '../target'
import type { HeapFlags } from '../target'
import { DryRun } from './dry-run'
import type { Totals } from './line-outcome'
import { RateLimit } from './rate-limit'
import { runFile } from './run-file'
import type { FileOptions, FileOutcome } from './run-file'
import { subscriptionsFrom } from './subscriptions'

export interface BackfillFlags extends HeapFlags {
  mapping?: string
  /** ISO 8601. */
  from?: string
  to?: string
  /** Events a minute; 0: no limit. */
  rate: number
  'dry-run': boolean
}

export { forecastLines } from '../identity-forecast'
export type { DryRun, FileOutcome }

export interface Backfill {
  /** One after another, each once it is done; fewer when the signal aborts. */
  files: AsyncGenerator<FileOutcome>
  /** What would be sent. */
  dryRun?: DryRun
}

/** Replays files of Segment messages into Heap. @throws CLIError when a file or flag is wrong */
export async function backfill(
  paths: string[],
  flags: BackfillFlags,
  signal: AbortSignal,
  progress = new Progress()
): Promise<Backfill> {
  const sources = await sourcesOf(paths, progress)
  const isDryRun = flags['dry-run']
  const from = momentOf('from', flags.from, -Infinity)
  const to = momentOf('to', flags.to, Infinity)
  if (from >= to) throw new Errors.CLIError('--from must be before --to')
  const target = await targetFrom(flags, { sends: !isDryRun })
  const subscriptions = await subscriptionsFrom(target.engine.definition, flags.mapping)
  const rateLimit = flags.rate === 0 || isDryRun ? undefined : new RateLimit(flags.rate)
  const dryRun = isDryRun ? new DryRun(target.engine.definition) : undefined
  if (dryRun) target.engine = dryRun.engine
  const options = { isDryRun, from, to, target, subscriptions, rateLimit, startedAt: new Date(), signal, progress }
  return { files: runFiles(sources, options), dryRun }
}

export function sumOf(files: FileOutcome[]): Totals {
  const sum = { read: 0, delivered: 0, rejected: 0, skipped: 0 }
  for (const { totals } of files) {
    for (const name of ['read', 'delivered', 'rejected', 'skipped'] as const) sum[name] += totals[name]
  }
  return sum
}

async function* runFiles(sources: Source[], options: FileOptions): AsyncGenerator<FileOutcome> {
  for (const source of sources) {
    if (options.signal.aborted) return
    yield await runFile(source, options)
  }
}

/** Each file once, whatever it is called. */
async function sourcesOf(paths: string[], progress: Progress): Promise<Source[]> {
  const own = filesOfRuns(paths)
  if (own.length > 0) progress.note(`skipped, because an earlier run wrote them: ${own.join(', ')}`)
  const sources = new Map<string, Source>()
  for (const path of paths.filter((each) => !own.includes(each))) {
    const source = await openSource(path)
    if (!sources.has(source.real)) sources.set(source.real, source)
  }
  return [...sources.values()]
}

const OF_A_RUN = /\.(rejected\.ndjson|backfill|checkpoint\.json)$/

/** Those of the paths that stand beside another one: a pattern such as `*` takes them along. */
function filesOfRuns(paths: string[]): string[] {
  const given = new Set(paths.map((path) => resolve(path)))
  return paths.filter((path) => OF_A_RUN.test(path) && given.has(resolve(path).replace(OF_A_RUN, '')))
}

/** An ISO 8601 date or time; a date alone is its first moment in UTC. @throws CLIError when it is neither */
function momentOf(flag: string, value: string | undefined, otherwise: number): number {
  if (value === undefined) return otherwise
  const [date] = /^\d{4}-\d\d-\d\d/.exec(value) ?? []
  // JavaScript takes 30 February for 2 March.
  const isDate = date !== undefined && isoTimestamp(`${date}T00:00:00Z`)?.startsWith(date)
  const time = isDate ? Date.parse(isoTimestamp(value) ?? '') : NaN
  if (isNaN(time)) throw new Errors.CLIError(`--${flag} must be an ISO 8601 date such as 2024-01-31; got "${value}"`)
  return time
}
