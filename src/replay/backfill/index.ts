import { resolve } from 'node:path'
import { Errors } from '@oclif/core'
import { Progress } from '../progress'
import { openSource } from '../source'
import type { Source } from '../source'
import { targetFrom } from '../target'
import type { HeapFlags } from '../target'
import { DryRun } from './dry-run'
import { NOTHING } from './ledger'
import type { Totals } from './ledger'
import { RateLimit } from './rate-limit'
import { runFile } from './run-file'
import type { FileOptions, FileOutcome } from './run-file'
import { subscriptionsFrom } from './subscriptions'
import { momentOf } from './time-range'

export interface BackfillFlags extends HeapFlags {
  mapping?: string
  /** ISO 8601. */
  from?: string
  to?: string
  /** Events a minute; 0: no limit. */
  rate: number
  'dry-run': boolean
}

export type { DryRun, FileOutcome }

export interface Backfill {
  /** One after another, each once it is done; fewer when the signal aborts. */
  files: AsyncGenerator<FileOutcome>
  /** What would be sent. */
  dryRun?: DryRun
}

/** Replays files of Segment messages into Heap. @throws CLIError when a file or flag is wrong */
export async function backfill(paths: string[], flags: BackfillFlags, signal: AbortSignal): Promise<Backfill> {
  const progress = new Progress()
  const sources = await sourcesOf(paths, progress)
  const options = { ...(await optionsFrom(flags)), signal, progress }
  if (!flags['dry-run']) return { files: runFiles(sources, options) }
  const dryRun = new DryRun(options.target.engine.definition)
  const { engine } = dryRun
  return { files: runFiles(sources, { ...options, target: { ...options.target, engine } }), dryRun }
}

export function sumOf(files: FileOutcome[]): Totals {
  const sum = { ...NOTHING }
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
  if (own.length > 0) progress.note(`left out, as they are of an earlier run: ${own.join(', ')}`)
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

async function optionsFrom(flags: BackfillFlags): Promise<Omit<FileOptions, 'signal' | 'progress'>> {
  const isDryRun = flags['dry-run']
  const from = momentOf('from', flags.from, -Infinity)
  const to = momentOf('to', flags.to, Infinity)
  if (from >= to) throw new Errors.CLIError('--from must be before --to')
  const target = await targetFrom(flags, { sends: !isDryRun })
  const subscriptions = await subscriptionsFrom(target.engine.definition, flags.mapping)
  const rateLimit = flags.rate === 0 || isDryRun ? undefined : new RateLimit(flags.rate)
  return { isDryRun, from, to, target, subscriptions, rateLimit, startedAt: new Date() }
}
