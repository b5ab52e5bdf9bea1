import { createHash } from 'node:crypto'
import { Errors } from '@oclif/core'
import type { Progress } from '../progress'
import { openLines } from '../source'
import type { OpenLines, Source } from '../source'
import { Ledger, waitingOf } from './ledger'
import type { Totals } from './ledger'
import { takeOldCheckpoint } from './old-checkpoint'
import type { RateLimit } from './rate-limit'
import { Replay } from './replay'
import type { ReplayOptions } from './replay'
import { differs, rejectedPath, RunStore, storeFolder } from './run-store'
import type { Standing } from './run-store'

const SAVE_EVERY_MS = 1_000

/** Saving takes at most this share of a run's time, however much there is and slow the disk. */
const SHARE_OF_TIME = 0.1

export interface FileOptions extends Pick<ReplayOptions, 'target' | 'subscriptions' | 'from' | 'to' | 'startedAt'> {
  isDryRun: boolean
  /** Absent: as fast as it goes. */
  rateLimit?: RateLimit
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
  const isKept = !options.isDryRun && !source.isStdin
  const hash = hashOf(options)
  const store = await RunStore.open(source, { isKept, options: hash })
  try {
    const before = (await store.load()) ?? (isKept ? await takeOldCheckpoint(source, store, hash, options) : undefined)
    if (before) options.progress.note(`${source.path}: ${goesOn(before)}`)
    const ledger = new Ledger(before)
    // Also tells, before anything is sent, whether there is room for it.
    await store.save(ledger)
    const rejectedFile = rejectedPath(source, options.startedAt)
    try {
      await replayLines({ source, store, ledger, before }, options)
    } finally {
      await store.save(ledger)
      if (!options.isDryRun) await store.writeRejected(rejectedFile)
    }
    if (!options.signal.aborted) requireBalance(source, ledger)
    if (before?.totals.read === ledger.totals.read && waitingOf(before.totals) === 0) {
      options.progress.note(
        `${source.path}: nothing was left to send; to send all of it again, delete ${storeFolder(source)}`
      )
    }
    return { path: source.path, isStdin: source.isStdin, totals: ledger.totals, rejectedFile }
  } finally {
    await store.close()
  }
}

interface Run {
  source: Source
  store: RunStore
  ledger: Ledger
  before?: Standing
}

async function replayLines({ source, store, ledger, before }: Run, options: FileOptions): Promise<void> {
  const { progress, signal } = options
  const replay = new Replay(replayOptions(source, store, ledger, options), signal)
  const opened = openLines(source, ledger.at, replay.stopped)
  progress.follow(
    source.path,
    () => ({ ...ledger.totals, waiting: ledger.waiting }),
    () => sentShare(opened, ledger)
  )
  const stopSaving = saveNowAndThen(
    async () => {
      await store.save(ledger)
      replay.wake()
    },
    (error) => replay.fail(error)
  )
  try {
    await replay.run(store.openLines(), opened.lines)
  } finally {
    await stopSaving()
    progress.stop()
  }
  if (!signal.aborted && opened.seen() < (before?.at.position ?? 0)) throw differs(source)
}

/** Tells of the first time that fails. Returns what ends it, once the last is done. */
function saveNowAndThen(save: () => Promise<void>, onError: (error: unknown) => void): () => Promise<void> {
  let isStopped = false
  let timer: NodeJS.Timeout
  let last = Promise.resolve()
  const saveIn = (pauseMs: number) => {
    timer = setTimeout(() => void (last = saveAndGoOn().catch(onError)), pauseMs)
  }
  const saveAndGoOn = async () => {
    const startedAt = performance.now()
    await save()
    if (!isStopped) saveIn(Math.max(SAVE_EVERY_MS, (performance.now() - startedAt) / SHARE_OF_TIME))
  }
  saveIn(SAVE_EVERY_MS)
  return () => {
    isStopped = true
    clearTimeout(timer)
    return last
  }
}

/** What was read and waits is not sent. */
function sentShare(opened: OpenLines, { totals, waiting }: Ledger): number | undefined {
  const share = opened.share()
  return share === undefined ? undefined : (share * (totals.read - waiting)) / Math.max(1, totals.read)
}

function replayOptions(source: Source, store: RunStore, ledger: Ledger, options: FileOptions): ReplayOptions {
  const { target, subscriptions, from, to, startedAt, rateLimit, progress } = options
  return {
    ...{ name: source.name, ledger, target, subscriptions, from, to, startedAt },
    pacing: rateLimit && { rateLimit, messageAt: (position) => store.messageAt(position) },
    onRetry: progress.retry,
    onUnreadable: (line, reason) => progress.unreadable(`${source.path}:${line}: ${reason}`)
  }
}

function goesOn({ at, totals }: Standing): string {
  const waiting = waitingOf(totals)
  return `goes on from line ${at.line + 1}${waiting > 0 ? `, and with ${waiting} before it that have no outcome` : ''}`
}

/** Nothing that was read may be forgotten. */
function requireBalance({ path }: Source, { totals }: Ledger): void {
  const waiting = waitingOf(totals)
  if (waiting === 0) return
  throw new Errors.CLIError(`${path}: ${waiting} of ${totals.read} lines have no outcome: run the same command again`)
}

function hashOf({ target, subscriptions, from, to }: FileOptions): string {
  const { address, settings } = target
  const decisive = [address, settings.appId, settings.region ?? 'US', subscriptions, String(from), String(to)]
  return createHash('sha256').update(JSON.stringify(decisive)).digest('hex')
}
