import { execFile } from 'node:child_process'
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from '../../cli/__helpers__/command-line'
import { temporaryFolder } from '../../cli/__helpers__/temporary-folder'
import manifest from '../../../package.json'

const execute = promisify(execFile)

const QUIET = ['--prefer-offline', '--no-audit', '--no-fund', '--omit=dev', '--ignore-scripts']

const TSC = join(ROOT, 'node_modules/typescript/bin/tsc')

export interface Packed {
  tarball: string
  files: string[]
}

/** Packs what `npm run build` has built, and builds it if nobody has. */
export async function pack(): Promise<Packed> {
  if (!existsSync(join(ROOT, 'dist/index.js'))) await npm(['run', 'build'], ROOT)
  const folder = temporaryFolder()
  const output = await npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], ROOT)
  const [{ filename, files }] = JSON.parse(output) as { filename: string; files: { path: string }[] }[]
  return { tarball: join(folder, filename), files: files.map(({ path }) => path) }
}

/** An empty project into which the package is installed, and nothing else. */
export async function installed({ tarball }: Packed, ...flags: string[]): Promise<Consumer> {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  await npm(['install', ...QUIET, ...flags, tarball], folder)
  return new Consumer(folder)
}

export class Consumer {
  constructor(readonly folder: string) {}

  get bin(): string {
    return join(this.folder, 'node_modules', manifest.name, 'bin/run')
  }

  /** The names of all packages there are. */
  installed(): string[] {
    const lock = readFileSync(join(this.folder, 'node_modules/.package-lock.json'), 'utf8')
    const { packages } = JSON.parse(lock) as { packages: object }
    return Object.keys(packages).map((path) => path.replace(/^.*node_modules\//, ''))
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

  /** The compiler's complaints, in declaration files too. */
  async typeErrors(...args: string[]): Promise<string> {
    const strict = ['--noEmit', '--strict', '--target', 'es2022', '--types', 'node']
    const run = execute(process.execPath, [TSC, ...strict, ...args], { cwd: this.folder })
    return run.then(
      () => '',
      (error: { stdout: string }) => error.stdout
    )
  }
}

export async function npm(args: string[], cwd: string): Promise<string> {
  return (await execute('npm', args, { cwd, shell: process.platform === 'win32' })).stdout
}
