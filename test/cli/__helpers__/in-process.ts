import type { EventEmitter } from 'node:events'
import { main } from '../../../src/cli/main'
import { cleanEnvironment, ROOT, withoutSharedData } from './command-line'
import type { Finished } from './command-line'

interface Options {
  cwd?: string
  env?: Record<string, string>
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** ts-node's mark, by which the sources know that TypeScript can be loaded: here jest compiles it. */
const COMPILES_TYPESCRIPT = Symbol.for('ts-node.register.instance')

let last: Promise<unknown> = Promise.resolve()

/**
 * Runs a command of the sources to its end within the test's own process, many times as fast as a process: for its
 * words, its exit code and what it leaves behind. One runs at a time. What is about a process itself (signals, kills,
 * standard input, a server that keeps running, the time zone) needs `Running` or `run`.
 */
export function runCommand(args: string[], options: Options = {}): Promise<Finished> {
  const finished = last.then(() => runAlone(args, options))
  last = finished.catch(() => undefined)
  return finished
}

async function runAlone(args: string[], { cwd = ROOT, env = {} }: Options): Promise<Finished> {
  const restore = takeOver(cwd, env)
  const printed = capture()
  try {
    const code = await main(withoutSharedData(args))
    return { code: code ?? 0, ...printed.output }
  } finally {
    printed.restore()
    restore()
  }
}

/** Makes the state that all of a process shares the command's own; returns what gives it back. */
function takeOver(cwd: string, env: Record<string, string>): () => void {
  const before = { cwd: process.cwd(), env: process.env, exitCode: process.exitCode }
  const removeAdded = SIGNALS.map((signal) => withoutAdded(process, signal))
  process.env = { ...cleanEnvironment(), ...env }
  process.chdir(cwd)
  Object.assign(process, { [COMPILES_TYPESCRIPT]: true })
  return () => {
    process.env = before.env
    process.exitCode = before.exitCode
    process.chdir(before.cwd)
    removeAdded.forEach((remove) => remove())
  }
}

/** Takes what oclif prints through the console, and commands on the streams. */
function capture() {
  const output = { stdout: '', stderr: '' }
  const add =
    (stream: 'stdout' | 'stderr', end: string) =>
    (text: unknown = '') => {
      output[stream] += String(text) + end
      return true
    }
  const spies = [
    jest.spyOn(console, 'log').mockImplementation(add('stdout', '\n')),
    jest.spyOn(console, 'error').mockImplementation(add('stderr', '\n')),
    jest.spyOn(process.stdout, 'write').mockImplementation(add('stdout', '')),
    jest.spyOn(process.stderr, 'write').mockImplementation(add('stderr', ''))
  ]
  const removeAdded = [process.stdout, process.stderr].flatMap((stream) =>
    ['drain', 'error'].map((event) => withoutAdded(stream, event))
  )
  return {
    output,
    restore: () => {
      spies.forEach((spy) => spy.mockRestore())
      removeAdded.forEach((remove) => remove())
    }
  }
}

/** Removes, when it is called, the listeners that were added since. */
function withoutAdded(emitter: EventEmitter, event: string | symbol): () => void {
  const before = emitter.listeners(event)
  return () => {
    for (const added of emitter.listeners(event) as (() => void)[]) {
      if (!before.includes(added)) emitter.off(event, added)
    }
  }
}
