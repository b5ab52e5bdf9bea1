import { createHash } from 'node:crypto'
import { Errors } from '@oclif/core'
import type { Progress } from '../progress'
import { openLines } from '../source'
import type { OpenLines, Source } from '../source'
import { Journal, storeFolder } from './journal'
import { waitingOf } from './line-outcome'
import type { Totals } from './line-outcome'
import { rejectedPath, takeOldCheckpoint } from './old-checkpoint'
import { Replay } from './replay'
import type { ReplayOptions } from './replay'

const SAVE_EVERY_MS = 1_000

type Shared = 'target' | 'subscriptions' | 'rateLimit' | 'from' | 'to' | 'startedAt'

export interface FileOptions extends Pick<ReplayOptions, Shared> {
  isDryRun: boolean
  signal: AbortSignal
  progress: Progress
}

export interface FileOutcome {
  /** As the user named it. */
  path: string
  isStdin: boolean
  totals: Totals
  /** Lists the rejected lines, if there are any. */
  rejectedFile: string
}

/** Replays a file from where an earlier run of the same options left off; what it leaves is in a store beside the file. */
export async function runFile(source: Source, options: FileOptions): Promise<FileOutcome> {
  const { isDryRun, progress, startedAt, signal } = options
  const isKept = !isDryRun && !source.isStdin
  const journal = await Journal.open(source, { isKept, options: hashOf(options) })
  try {
    if (isKept && journal.isNew) await takeOldCheckpoint(source, journal, options)
    const before = { ...journal.totals }
    // Also tells, before anything is sent, whether there is room for it.
    await journal.save()
    const rejectedFile = rejectedPath(source, startedAt)
    try {
      await replayLines(source, journal, options)
    } finally {
      await journal.save()
      if (!isDryRun) await journal.writeRejected(rejectedFile)
    }
    if (!signal.aborted) requireBalance(source, journal)
    if (before.read > 0 && before.read === journal.totals.read && waitingOf(before) === 0) {
      progress.note(`${source.path}: everything was already sent; to send it again, delete ${storeFolder(source)}`)
    }
    return { path: source.path, isStdin: source.isStdin, totals: journal.totals, rejectedFile }
  } finally {
    await journal.close()
  }
}

async function replayLines(source: Source, journal: Journal, options: FileOptions): Promise<void> {
  const { progress, signal } = options
  const start = journal.at.position
  const stop = new AbortController()
  const abort = () => stop.abort()
  signal.addEventListener('abort', abort)
  if (signal.aborted) abort()
  const opened = openLines(source, journal.at, stop.signal)
  const replay = new Replay({
    ...{ ...options, journal, stop, name: source.name },
    onRetry: progress.retry,
    onUnreadable: (line, reason) => progress.unreadable(`${source.path}:${line}: ${reason}`)
  })
  const timer = setInterval(() => void journal.save().catch((error: unknown) => replay.fail(error)), SAVE_EVERY_MS)
  progress.follow(source.path, () => figuresOf(journal.totals, opened))
  try {
    await replay.run(opened.lines)
  } finally {
    clearInterval(timer)
    progress.stop()
    signal.removeEventListener('abort', abort)
  }
  if (!signal.aborted && opened.seen() < start) throw journal.differs()
}

/** How much there is in all is estimated from how much of the file was read. */
function figuresOf(totals: Totals, opened: OpenLines) {
  const share = opened.share()
  const waiting = waitingOf(totals)
  const all = share === undefined || share === 0 ? undefined : totals.read / share
  return { ...totals, done: totals.read - waiting, waiting, all }
}

/** Nothing that was read may be forgotten. */
function requireBalance({ path }: Source, { totals }: Journal): void {
  const waiting = waitingOf(totals)
  if (waiting === 0) return
  throw new Errors.CLIError(`${path}: ${waiting} of ${totals.read} lines have no outcome: run the same command again`)
}

function hashOf({ target, subscriptions, from, to }: FileOptions): string {
  const { address, settings } = target
  const decisive = [address, settings.appId, settings.region ?? 'US', subscriptions, String(from), String(to)]
  return createHash('sha256').update(JSON.stringify(decisive)).digest('hex')
}
