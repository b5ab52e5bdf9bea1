import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { constants } from 'node:os'
import countBy from 'lodash/countBy'
import type { Faults } from '../emulator'
import type { CallOutcome, CallRecord } from '../segment/calls/call-record'
import type { ConnectionMode } from '../segment/connection'
import { writeLines } from '../store/readable-file'
import { startPipeline } from '.'
import { FAILURES, problemLines } from './problems'

const SHOWN_PROBLEMS = 10
const EXIT_FAILED_CALLS = 3

/** As shells have it for a command that does not exist. */
const EXIT_CANNOT_RUN = 127

const REASONS: Record<string, string> = { ENOENT: 'there is no such command', EACCES: 'it is not a program' }

/** A terminal sends one Ctrl-C to the command as well; one pressed later than this is another one. */
const SAME_SIGNAL_MS = 500

export interface ExecOptions {
  command: string[]
  /** Calls with one of these outcomes make a command that succeeded end with 3. */
  failOn: CallOutcome[]
  /** Gets the calls, a line of JSON each. */
  file?: string
  idleMs: number
  faults: Faults
  rateLimits?: boolean
  mode: ConnectionMode
  port: number
  print: (line: string) => void
}

/**
 * Runs a command beside a pipeline of its own, whose address it finds in `SEGMENT_HOST` and `SEGMENT_CDN_HOST`. Returns the
 * exit code: the command's own, or 3 when it succeeded and calls failed.
 */
export async function exec(options: ExecOptions): Promise<number> {
  const { faults, rateLimits, mode, port, idleMs, print, file } = options
  // What cannot be written is told before the command has run for an hour.
  if (file !== undefined) await writeLines(file, linesOf([]))
  const pipeline = await startPipeline({ faults, rateLimits, mode, port })
  try {
    const code = await run(options.command, pipeline.url)
    if (code instanceof Error) {
      print(`Error: ${code.message}`)
      return EXIT_CANNOT_RUN
    }
    await pipeline.idle(idleMs).catch(({ message }: Error) => print(message))
    const calls = await pipeline.calls()
    summarize(calls, print)
    if (file !== undefined) await writeLines(file, linesOf(calls))
    const hasFailed = calls.some(({ outcome }) => options.failOn.includes(outcome))
    return code === 0 && hasFailed ? EXIT_FAILED_CALLS : code
  } finally {
    await pipeline.close()
  }
}

/** Its exit code, 128 and the number of the signal that ended it, or why it could not begin. */
function run([name, ...args]: string[], url: string): Promise<number | Error> {
  const env = { ...process.env, SEGMENT_HOST: url, SEGMENT_CDN_HOST: url }
  // In a terminal the command stays in the group that Ctrl-C reaches. Elsewhere it leads one of its own: npm and shells do
  // not hand signals on to what they have started.
  const leadsGroup = !process.stdin.isTTY && process.platform !== 'win32'
  const child = spawn(name, args, { stdio: 'inherit', env, detached: leadsGroup })
  const stopForwarding = forwardSignals((signal) => (leadsGroup ? signalGroup(child, signal) : child.kill(signal)))
  return new Promise<number | Error>((resolve) => {
    child.once('error', (error) => resolve(cannotRun(name, error)))
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)))
  }).finally(stopForwarding)
}

/** A second Ctrl-C ends the command at once. */
function forwardSignals(send: (signal: NodeJS.Signals) => void): () => void {
  let interruptedAt: number | undefined
  const interrupt = () => {
    const isSecond = interruptedAt !== undefined && Date.now() - interruptedAt > SAME_SIGNAL_MS
    // A terminal has sent the first one to the command itself.
    if (isSecond) send('SIGKILL')
    else if (interruptedAt === undefined && !process.stdin.isTTY) send('SIGINT')
    interruptedAt ??= Date.now()
  }
  process.on('SIGINT', interrupt).on('SIGTERM', send).on('SIGHUP', send)
  return () => process.off('SIGINT', interrupt).off('SIGTERM', send).off('SIGHUP', send)
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal)
  } catch {
    // All of it has ended meanwhile.
  }
}

function cannotRun(name: string, { code = '', message }: NodeJS.ErrnoException): Error {
  return new Error(`cannot run ${name}: ${REASONS[code] ?? message}`)
}

function summarize(calls: CallRecord[], print: (line: string) => void): void {
  const counts = Object.entries(countBy(calls, 'outcome')).map(([outcome, count]) => `${outcome} ${count}`)
  print(`calls: ${calls.length}${counts.length > 0 ? ` (${counts.join(', ')})` : ''}`)
  const problems = problemLines(calls, [...FAILURES, 'unmatched', 'waiting'])
  problems.slice(0, SHOWN_PROBLEMS).forEach(print)
  if (problems.length > SHOWN_PROBLEMS) print(`  and ${problems.length - SHOWN_PROBLEMS} more`)
}

async function* linesOf(calls: CallRecord[]): AsyncGenerator<string[]> {
  yield calls.map((call) => JSON.stringify(call))
}
