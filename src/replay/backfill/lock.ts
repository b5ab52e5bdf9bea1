import { link, rename, rm, writeFile } from 'node:fs/promises'
import { Errors } from '@oclif/core'
import { isSystemError, onDisk, textIfAny } from '../durable-file'

/**
 * Takes `<path>.lock` for this process, over from one that no longer runs; returns what gives it back.
 * @throws CLIError when a process that runs has it
 */
export async function lock(path: string): Promise<() => Promise<void>> {
  const file = `${path}.lock`
  // Made under another name first: nobody ever sees a lock without the pid in it.
  const own = `${file}.${process.pid}`
  return onDisk('write', file, async () => {
    try {
      await writeFile(own, String(process.pid))
      while (!(await linked(own, file))) await removeStale(file)
    } finally {
      await rm(own, { force: true })
    }
    return () => rm(file, { force: true })
  })
}

async function linked(own: string, file: string): Promise<boolean> {
  try {
    await link(own, file)
    return true
  } catch (error) {
    if (isSystemError(error) && error.code === 'EEXIST') return false
    throw error
  }
}

async function removeStale(file: string): Promise<void> {
  const pid = await holder(file)
  if (pid === undefined) return
  if (isRunning(Number(pid))) {
    throw new Errors.CLIError(
      `another run (process ${pid}) works on it; wait for its end, or if it has none, delete ${file}`
    )
  }
  const aside = `${file}.stale.${process.pid}`
  await rename(file, aside).catch(unlessGone)
  // Two may find the same stale lock; whoever moved the other's new one puts it back.
  if ((await holder(aside)) !== pid) await linked(aside, file).catch(() => false)
  await rm(aside, { force: true })
}

/** Undefined when there is no lock any more. */
async function holder(file: string): Promise<string | undefined> {
  return onDisk('read', file, () => textIfAny(file))
}

function unlessGone(error: unknown): void {
  if (!isSystemError(error) || error.code !== 'ENOENT') throw error
}

export function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid < 1 || pid === process.pid) return false
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return isSystemError(error) && error.code === 'EPERM'
  }
}
