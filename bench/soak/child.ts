import { fork, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { peakMemory } from '../../test/doors/__helpers__/memory'

export const ROOT = join(__dirname, '../..')

/** In words, and as JSON. */
const READY = /^(?:ready at |\{"url":")(http:[^\s"]+)/

interface Options {
  cwd?: string
  env?: Record<string, string>
  onLine?: (line: string) => void
}

const running = new Set<ChildProcess>()
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')))
process.on('SIGINT', () => process.exit(130))

/** A process of the soak. One that ends unasked ends the soak. */
export class Child {
  readonly exited: Promise<number | null>
  peakMb = 0
  private readonly ready: Promise<string>
  private isAsked = false

  constructor(
    readonly name: string,
    private readonly child: ChildProcess,
    onLine: (line: string) => void = () => undefined
  ) {
    running.add(child)
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })
    lines.on('line', onLine)
    this.ready = new Promise((resolve) => lines.on('line', (line) => READY.test(line) && resolve(READY.exec(line)![1])))
    const sampling = setInterval(() => this.sample(), 250)
    this.exited = new Promise((resolve) => child.once('exit', resolve))
    void this.exited.then((code) => {
      clearInterval(sampling)
      running.delete(child)
      if (!this.isAsked) fail(`${name} ended unasked with ${code}`)
    })
  }

  url(): Promise<string> {
    return this.ready
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.isAsked = true
    this.child.kill(signal)
    return this.exited
  }

  /** To a forked process: asks and waits for the one answer. */
  async ask<Answer>(message: object): Promise<Answer> {
    this.isAsked = true
    const answer = new Promise<Answer>((resolve) => this.child.once('message', (value) => resolve(value as Answer)))
    this.child.send(message)
    return answer
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal)
  }

  private sample(): void {
    try {
      const now = peakMemory(this.child.pid as number)
      if (now > this.peakMb) this.peakMb = now
    } catch {
      // It has just ended.
    }
  }
}

const TYPESCRIPT = ['-r', 'ts-node/register']

/** A program of this folder. */
export function forked(name: string, args: string[], onLine?: Options['onLine']): Child {
  // The SDK's waiting for a full server makes Node warn of many listeners.
  const env = { ...process.env, NODE_NO_WARNINGS: '1' }
  const child = fork(join(__dirname, `${name}.ts`), args, { cwd: ROOT, env, execArgv: TYPESCRIPT, silent: true })
  child.stderr?.pipe(process.stderr)
  return new Child(name, child, onLine)
}

/** The command line of the project. */
export function commanded(args: string[], { cwd = ROOT, env, onLine }: Options): Child {
  const child = spawn(process.execPath, [join(ROOT, 'bin/run'), ...args], { cwd, env: { ...process.env, ...env } })
  child.stderr.pipe(process.stderr)
  return new Child(args[0], child, onLine)
}

function fail(reason: string): never {
  console.error(reason)
  process.exit(1)
}
