import { execFile } from 'node:child_process'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { ROOT } from '../../cli/__helpers__/command-line'

export interface Packed {
  tarball: string
  files: string[]
}

const FOLDER = process.env.SHARED_FOLDER as string
const RECORD = join(FOLDER, 'packed.json')

const MAX_WAIT_MS = 60_000

/** The package as it is built, packed by the first test file that asks; the others of the run wait for it. */
export async function pack(): Promise<Packed> {
  if (isFirst()) await packInto(FOLDER)
  for (const end = Date.now() + MAX_WAIT_MS; !existsSync(RECORD) && Date.now() < end;) await delay(50)
  return JSON.parse(readFileSync(RECORD, 'utf8')) as Packed
}

function isFirst(): boolean {
  try {
    writeFileSync(join(FOLDER, 'packing'), '', { flag: 'wx' })
    return true
  } catch {
    return false
  }
}

async function packInto(folder: string): Promise<void> {
  const output = await npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], ROOT)
  const [{ filename, files }] = JSON.parse(output) as { filename: string; files: { path: string }[] }[]
  const packed: Packed = { tarball: join(folder, filename), files: files.map(({ path }) => path) }
  writeFileSync(`${RECORD}.new`, JSON.stringify(packed))
  renameSync(`${RECORD}.new`, RECORD)
}

export async function npm(args: string[], cwd: string): Promise<string> {
  return (await promisify(execFile)('npm', args, { cwd, shell: process.platform === 'win32' })).stdout
}
