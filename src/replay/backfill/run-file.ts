import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { checkpointPath, readCheckpoint, rejectedPath } from './checkpoint'
import type { Checkpoint, Totals } from './checkpoint'
import { sizeOf } from '../durable-file'
import { Ledger } from './ledger'
import { lock } from './lock'
import type { RateLimit } from './rate-limit'
import type { Progress } from '../progress'
import { Replay } from './replay'
import type { ReplayOptions } from './replay'
import { CheckpointWriter } from './checkpoint-writer'
import { OverflowFile } from './overflow-file'
import { notTheSame, openLines, fingerprintOf } from '../source'
import type { OpenLines, Source } from '../source'

export interface FileOptions extends Pick<ReplayOptions, 'target' | 'subscriptions' | 'from' | 'to' | 'startedAt'> {
  /** Absent: as fast as it goes. */
  rateLimit?: RateLimit
  signal: AbortSignal
  progress: Progress
}

/** Replays a file from where an earlier run of the same options left off; its checkpoint stays beside it. */
export async function runFile(source: Source, options: FileOptions): Promise<Totals> {
  const unlock = await lock(source.pathPrefix)
  try {
    return await runLocked(source, options)
  } finally {
    await unlock()
  }
}

async function runLocked(source: Source, options: FileOptions): Promise<Totals> {
  const hash = hashOf(options)
  const checkpoint = await readCheckpoint(source.pathPrefix, hash)
  await requireSameFile(source, checkpoint)
  const ledger = new Ledger(checkpoint && { ...checkpoint, at: checkpoint })
  const writer = new CheckpointWriter({
    pathPrefix: source.pathPrefix,
    options: hash,
    ledger,
    rejectedBytes: checkpoint?.rejectedBytes ?? (await bytesOfOthers(source)),
    // Standard input has not been read again yet where the run before left off.
    fingerprintAt: (position) =>
      position === checkpoint?.position ? checkpoint.print : fingerprintOf(source, position)
  })
  // Also tells, before anything is sent, whether there is room for it.
  await writer.save()
  if (checkpoint) options.progress.note(`${source.path}: goes on from line ${ledger.firstOpen().line + 1}`)
  const overflow = new OverflowFile(`${source.pathPrefix}.waiting.${process.pid}`)
  try {
    await replayLines(source, { ...options, ledger, writer, overflow }, checkpoint)
  } finally {
    overflow.close()
    await writer.stop()
  }
  if (checkpoint && !options.signal.aborted && isSettled(checkpoint, ledger.totals)) {
    options.progress.note(
      `${source.path}: nothing was left to send; to send all of it again, delete ${checkpointPath(source.pathPrefix)}`
    )
  }
  // What comes next on standard input is another file.
  if (source.isStdin && !options.signal.aborted) await rm(checkpointPath(source.pathPrefix))
  return ledger.totals
}

/** Rejected lines of other inputs, which standard input has had before this one: they stay. */
async function bytesOfOthers({ isStdin, pathPrefix }: Source): Promise<number> {
  return isStdin ? sizeOf(rejectedPath(pathPrefix)) : 0
}

function isSettled({ totals, unsettled }: Checkpoint, now: Totals): boolean {
  return (
    unsettled.length === 0 &&
    (['delivered', 'rejected', 'skipped'] as const).every((name) => totals[name] === now[name])
  )
}

interface Replaying extends FileOptions {
  ledger: Ledger
  writer: CheckpointWriter
  overflow: OverflowFile
}

async function replayLines(source: Source, options: Replaying, checkpoint: Checkpoint | undefined): Promise<void> {
  const { ledger, writer, overflow, rateLimit, progress, signal } = options
  const expected = checkpoint && { position: checkpoint.position, print: checkpoint.print }
  const replay = new Replay(replayOptions(source, ledger, options, rateLimit && { rateLimit, overflow }), signal)
  const opened = openLines(source, { from: ledger.firstOpen(), expected, signal: replay.stopped })
  progress.start(source, ledger, () => sentShare(opened, ledger))
  writer.start(
    () => replay.wake(),
    (error) => replay.fail(error)
  )
  try {
    await replay.run(opened.lines)
  } finally {
    progress.stop()
  }
  const isShort = opened.seen() < (checkpoint?.position ?? 0)
  if (!signal.aborted && (isShort || ledger.missing > 0)) throw notTheSame(source)
}

/** What was read and waits is not sent. */
function sentShare(opened: OpenLines, { totals, waiting }: Ledger): number | undefined {
  const settled = totals.delivered + totals.rejected + totals.skipped
  const share = opened.share()
  return share === undefined ? undefined : (share * settled) / Math.max(1, settled + waiting)
}

/** Replays a file into a target that sends nothing; nothing is written. */
export async function tryFile(source: Source, options: FileOptions): Promise<Totals> {
  const ledger = new Ledger()
  const replay = new Replay(replayOptions(source, ledger, options), options.signal)
  const opened = openLines(source, { from: ledger.firstOpen(), signal: replay.stopped })
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
  return ledger.totals
}

function replayOptions(
  { name, path }: Source,
  ledger: Ledger,
  options: FileOptions,
  pacing?: ReplayOptions['pacing']
): ReplayOptions {
  const { target, subscriptions, from, to, startedAt, progress } = options
  return {
    ...{ name, ledger, target, subscriptions, from, to, startedAt, pacing },
    onRetry: progress.retry,
    onUnreadable: (line, reason) => progress.unreadable(`${path}:${line}: ${reason}`)
  }
}

function hashOf({ target, subscriptions, from, to }: FileOptions): string {
  const { address, settings } = target
  const decisive = [address, settings.appId, settings.region ?? 'US', subscriptions, String(from), String(to)]
  return createHash('sha256').update(JSON.stringify(decisive)).digest('hex')
}

async function requireSameFile(source: Source, checkpoint: Checkpoint | undefined): Promise<void> {
  if (!checkpoint || source.isStdin) return
  if (checkpoint.print !== (await fingerprintOf(source, checkpoint.position))) throw notTheSame(source)
}
