import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import omit from 'lodash/omit'

export const ROOT = join(__dirname, '../../..')

/** Runs the sources, which the commands that write beside them ask for. */
export const DEV = join(ROOT, 'bin/dev')

export interface Finished {
  code: number | null
  stdout: string
  stderr: string
}

interface Options {
  cwd?: string
  env?: Record<string, string>
  bin?: string
  /** Names of the environment that it has not. */
  without?: string[]
}

/** Servers of several tests would have one folder for their calls. */
export function withoutSharedData(args: string[]): string[] {
  const isOwn = args[0] !== 'serve' || args.includes('--data') || args.includes('--no-data')
  return isOwn ? args : [...args, '--no-data']
}

const running = new Set<Running>()

/** A `bin/run` that keeps running: `line` waits for what it prints, nothing here ever sleeps. */
export class Running {
  stdout = ''
  stderr = ''
  readonly exited: Promise<Finished>
  private readonly child: ChildProcess
  private readonly watchers = new Set<() => void>()

  constructor(args: string[], { cwd = ROOT, env = {}, bin = join(ROOT, 'bin/run'), without = [] }: Options = {}) {
    this.child = spawn(process.execPath, [bin, ...withoutSharedData(args)], {
      cwd,
      env: { ...omit(cleanEnvironment(), without), ...env }
    })
    // A process that is killed closes it while the test still writes.
    this.child.stdin?.on('error', () => undefined)
    this.child.stdout?.on('data', (chunk: Buffer) => this.collect('stdout', chunk))
    this.child.stderr?.on('data', (chunk: Buffer) => this.collect('stderr', chunk))
    this.exited = new Promise((resolve) => {
      this.child.on('close', (code) => {
        running.delete(this)
        resolve({ code, stdout: this.stdout, stderr: this.stderr })
        this.watchers.forEach((check) => check())
      })
    })
    running.add(this)
  }

  /** The first match in all that was printed from `after` on; rejects with the output when the process ends first. */
  printed(pattern: RegExp, after = 0): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const check = () => {
        const match = pattern.exec((this.stdout + this.stderr).slice(after))
        if (!match && running.has(this)) return
        this.watchers.delete(check)
        if (match) resolve(match)
        else reject(new Error(`ended without printing ${String(pattern)}:\n${this.stdout}${this.stderr}`))
      }
      this.watchers.add(check)
      check()
    })
  }

  /** The address in the ready line. */
  async url(): Promise<string> {
    return (await this.printed(/ready at (http:\S+)/))[1]
  }

  get pid(): number {
    return this.child.pid as number
  }

  /** Standard input, which stays open until it is ended. */
  get stdin(): Writable {
    return this.child.stdin as Writable
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal)
  }

  private collect(stream: 'stdout' | 'stderr', chunk: Buffer): void {
    this[stream] += chunk.toString()
    this.watchers.forEach((check) => check())
  }
}

/** Runs a process to its end, for what `runCommand` of `in-process.ts` cannot show. */
export function run(args: string[], options?: Options): Promise<Finished> {
  return new Running(args, options).exited
}

/** Ends what a failed test left running. */
export async function endAll(): Promise<void> {
  await Promise.all(
    [...running].map((left) => {
      left.kill('SIGKILL')
      return left.exited
    })
  )
}

/** Without the settings of whoever runs the tests; NODE_ENV=test is jest's. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const { PORT: _port, HEAP_APP_ID: _appId, HEAP_API_KEY: _apiKey, FORCE_COLOR: _color, ...rest } = process.env
  return { ...rest, NO_COLOR: '1' }
}
