import { exec, execFile } from 'node:child_process'
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { cleanEnvironment, ROOT } from '../../cli/__helpers__/command-line'
import { temporaryFolder } from '../../cli/__helpers__/temporary-folder'
import { npm } from './packed'
import type { Packed } from './packed'
import manifest from '../../../package.json'

const execute = promisify(execFile)

const QUIET = ['--prefer-offline', '--no-audit', '--no-fund', '--omit=dev', '--ignore-scripts']

/** Kept from run to run, and out of the home of whoever runs the tests. npm's own is left as it is. */
const CACHE = join(ROOT, 'node_modules/.cache/package-managers')
const CACHES = {
  npm_config_prefer_offline: 'true',
  npm_config_store_dir: join(CACHE, 'pnpm-store'),
  npm_config_cache_dir: join(CACHE, 'pnpm-cache'),
  npm_config_state_dir: join(CACHE, 'pnpm-state'),
  YARN_CACHE_FOLDER: join(CACHE, 'yarn')
}

const TSC = join(ROOT, 'node_modules/typescript/bin/tsc')

/** An empty project into which the package is installed, and nothing else. */
export async function installed(specifier: string, ...flags: string[]): Promise<Consumer> {
  const consumer = emptyProject()
  await npm(['install', ...QUIET, ...flags, specifier], consumer.folder)
  return consumer
}

/** An empty project with the packed package beside its manifest. */
export function projectWith({ tarball }: Packed): Consumer {
  const consumer = emptyProject()
  cpSync(tarball, join(consumer.folder, basename(tarball)))
  return consumer
}

/** Yarn 1 keeps what was in a tarball, and a second run in this checkout is to test another. */
function forgetEarlierRuns(): void {
  const folder = join(CACHES.YARN_CACHE_FOLDER, 'v6')
  const names = existsSync(folder) ? readdirSync(folder) : []
  for (const name of names.filter((each) => each.startsWith(`npm-${manifest.name}-`))) {
    rmSync(join(folder, name), { recursive: true, force: true })
  }
}

function emptyProject(): Consumer {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  return new Consumer(folder)
}

export class Consumer {
  constructor(readonly folder: string) {}

  get packageFolder(): string {
    return join(this.folder, 'node_modules', manifest.name)
  }

  get bin(): string {
    return join(this.packageFolder, 'bin/run')
  }

  /** The names of all packages there are. */
  installed(): string[] {
    const lock = readFileSync(join(this.folder, 'node_modules/.package-lock.json'), 'utf8')
    const { packages } = JSON.parse(lock) as { packages: object }
    return Object.keys(packages).map((path) => path.replace(/^.*node_modules\//, ''))
  }

  /** A command line of one of the package managers that this project has among its development dependencies. */
  async run(command: string): Promise<void> {
    if (command.startsWith('yarn ')) forgetEarlierRuns()
    const PATH = [join(ROOT, 'node_modules/.bin'), process.env.PATH].join(delimiter)
    await promisify(exec)(command, { cwd: this.folder, env: { ...process.env, ...CACHES, PATH } })
  }

  /** How a command line ends, and what it prints. Jest and Playwright are not told that jest runs them. */
  async finished(command: string, env: NodeJS.ProcessEnv = {}): Promise<{ code: number; output: string }> {
    const { NODE_ENV: _node, JEST_WORKER_ID: _jest, ...rest } = { ...cleanEnvironment(), ...env }
    return new Promise((resolve) => {
      exec(`${command} 2>&1`, { cwd: this.folder, env: rest }, (error, output) =>
        resolve({ code: Number(error?.code ?? 0), output })
      )
    })
  }

  write(name: string, source: string): void {
    writeFileSync(join(this.folder, name), source)
  }

  /** Puts a file of the project's examples where a consumer would have it. */
  copyExample(name: string): void {
    cpSync(join(ROOT, 'examples', name), join(this.folder, name))
  }

  /** What the program prints. Rejects when it fails. */
  async node(args: string[], env: Record<string, string> = {}): Promise<string> {
    const { stdout } = await execute(process.execPath, args, { cwd: this.folder, env: { ...process.env, ...env } })
    return stdout
  }

  /** The compiler's complaints, in declaration files too, but for its own. */
  async typeErrors(...args: string[]): Promise<string> {
    const strict = ['--noEmit', '--strict', '--target', 'es2022', '--types', 'node', '--skipDefaultLibCheck']
    const run = execute(process.execPath, [TSC, ...strict, ...args], { cwd: this.folder })
    return run.then(
      () => '',
      (error: { stdout: string }) => error.stdout
    )
  }
}
