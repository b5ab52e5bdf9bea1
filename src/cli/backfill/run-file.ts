import { createHash } from 'node:crypto'
import { Errors } from '@oclif/core'
import { checkpointPath, readCheckpoint } from './checkpoint'
import type { Checkpoint, Totals } from './checkpoint'
import { Ledger } from './ledger'
import { lock } from './lock'
import type { Progress } from './progress'
import { Replay } from './replay'
import type { ReplayOptions } from './replay'
import { Saver } from './saver'
import { headOf, openLines } from './source'
import type { Source } from './source'

export interface FileOptions extends Pick<
  ReplayOptions,
  'target' | 'subscriptions' | 'pace' | 'from' | 'to' | 'startedAt'
> {
  signal: AbortSignal
  progress: Progress
}

export interface FileResult {
  totals: Totals
  /** Where the run before was cut off, if one was. */
  resumedAtLine?: number
}

/** Replays a file from where an earlier run of the same options left off; its checkpoint stays beside it. */
export async function runFile(source: Source, options: FileOptions): Promise<FileResult> {
  const unlock = await lock(source.besides)
  try {
    return await runLocked(source, options)
  } finally {
    await unlock()
  }
}

async function runLocked(source: Source, options: FileOptions): Promise<FileResult> {
  const hash = hashOf(options)
  const checkpoint = await readCheckpoint(source.besides, hash)
  await requireSameFile(source, checkpoint)
  const ledger = new Ledger(checkpoint && { ...checkpoint, at: checkpoint })
  const saver = new Saver({
    besides: source.besides,
    options: hash,
    ledger,
    rejectedBytes: checkpoint?.rejectedBytes ?? 0,
    headAt: (position) => headOf(source, position)
  })
  // Also tells, before anything is sent, whether there is room for it. Standard input has nothing to lose yet.
  await saver.save()
  const opened = openLines(source, ledger.firstOpen())
  const replay = new Replay(
    {
      ...options,
      name: source.name,
      ledger,
      onRetry: (events, reason) => options.progress.retry(events, reason)
    },
    options.signal
  )
  options.progress.start(source, ledger, () => opened.share())
  saver.start(
    () => replay.wake(),
    (error) => replay.fail(error)
  )
  try {
    await replay.run(opened.lines)
  } finally {
    options.progress.stop()
    await saver.stop()
  }
  return { totals: ledger.totals, resumedAtLine: checkpoint && checkpoint.line + 1 }
}

/** Replays a file into a target that sends nothing; nothing is written. */
export async function tryFile(source: Source, options: FileOptions): Promise<FileResult> {
  const ledger = new Ledger()
  const opened = openLines(source, ledger.firstOpen())
  const replay = new Replay(
    {
      ...options,
      name: source.name,
      ledger,
      onRetry: (events, reason) => options.progress.retry(events, reason)
    },
    options.signal
  )
  options.progress.start(source, ledger, () => opened.share())
  const draining = setInterval(() => {
    ledger.snapshot()
    replay.wake()
  }, 200)
  try {
    await replay.run(opened.lines)
  } finally {
    clearInterval(draining)
    options.progress.stop()
  }
  return { totals: ledger.totals }
}

function hashOf({ target, subscriptions, from, to }: FileOptions): string {
  const { address, settings } = target
  const decisive = [address, settings.appId, settings.region ?? 'US', subscriptions, String(from), String(to)]
  return createHash('sha256').update(JSON.stringify(decisive)).digest('hex')
}

async function requireSameFile(source: Source, checkpoint: Checkpoint | undefined): Promise<void> {
  if (!checkpoint) return
  if (checkpoint.head === (await headOf(source, checkpoint.position))) return
  throw new Errors.CLIError(
    `${source.path} is not the file that ${checkpointPath(source.besides)} was written for; delete that to begin anew`
  )
}
