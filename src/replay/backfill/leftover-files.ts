import { readdir, readFile, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { isRunning } from './lock'

/** The number is a process. */
const OWN_FILE = /(\.rejected\.ndjson|\.checkpoint\.json(\.tmp)?|\.lock((\.stale)?\.\d+)?|\.waiting\.\d+)+$/
const OF_PROCESS = /(\.lock(?:\.stale)?|\.waiting)\.(\d+)$/

/** Those of the paths that belong to an earlier run of another one: a pattern such as `*` takes them along. */
export function filesOfRuns(paths: string[]): string[] {
  const given = new Set(paths.map((path) => resolve(path)))
  return paths.filter((path) => OWN_FILE.test(path) && given.has(resolve(path).replace(OWN_FILE, '')))
}

/** Removes what runs that were killed have left beside these files. */
export async function removeLeftovers(paths: string[]): Promise<void> {
  const known = new Set(paths.map((path) => resolve(path)))
  for (const folder of new Set([...known].map(dirname))) {
    const found = (await readdir(folder).catch(() => [])).map((name) => join(folder, name))
    for (const path of found.filter((each) => known.has(each.replace(OF_PROCESS, '')))) {
      if (await isLeftover(path)) await rm(path, { force: true })
    }
  }
}

/** Somebody else may have a file of such a name: it holds something else. */
async function isLeftover(path: string): Promise<boolean> {
  const pid = OF_PROCESS.exec(basename(path))?.[2]
  if (pid === undefined || isRunning(Number(pid))) return false
  const content = await readFile(path, 'utf8').catch(() => undefined)
  return content === '' || content === pid
}
