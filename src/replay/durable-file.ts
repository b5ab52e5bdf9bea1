import { existsSync } from 'node:fs'
import { lstat, open, readFile, realpath, rename, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { types } from 'node:util'
import { Errors } from '@oclif/core'

export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return types.isNativeError(error) && typeof (error as NodeJS.ErrnoException).code === 'string'
}

/** Runs a file operation; its failure names the file. @throws CLIError */
export async function onDisk<T>(doing: string, path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation()
  } catch (error) {
    if (!isSystemError(error)) throw error
    throw new Errors.CLIError(`cannot ${doing} ${path}: ${error.message}`)
  }
}

/** Either the old content or the new one survives a crash, never a part. @throws CLIError when it cannot be written */
export async function writeAtomically(path: string, content: string): Promise<void> {
  await onDisk('write', path, async () => {
    const temporary = `${path}.tmp`
    await withHandle(temporary, 'w', async (handle) => {
      await handle.writeFile(content)
      await handle.sync()
    })
    await moveDurably(temporary, path)
  })
}

export async function moveDurably(from: string, to: string): Promise<void> {
  await rename(from, to)
  await withHandle(dirname(to), 'r', (folder) => folder.sync())
}

/**
 * Cuts the file to `length` bytes and appends. Returns the new length, once it is on the disk.
 * @throws CLIError when it cannot be written
 */
export async function appendAt(path: string, length: number, content: string): Promise<number> {
  if (content === '' && !existsSync(path)) return 0
  return onDisk('write', path, () =>
    withHandle(path, 'a', async (handle) => {
      const kept = Math.min(length, (await handle.stat()).size)
      await handle.truncate(kept)
      await handle.writeFile(content)
      await handle.sync()
      return kept + Buffer.byteLength(content)
    })
  )
}

/** The file that a symbolic link leads to, else the path: what stands beside a file must not depend on who names it how. */
export async function behindLink(path: string): Promise<string> {
  const found = await lstat(path).catch(() => undefined)
  return found?.isSymbolicLink() ? realpath(path).catch(() => path) : path
}

/** 0 when there is no such file. */
export async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0
  )
}

/** Undefined when there is no such file; a byte order mark is passed over. @throws CLIError when it cannot be read or is no JSON */
export async function readJson(path: string): Promise<unknown> {
  const text = await onDisk('read', path, () => textIfAny(path))
  if (text === undefined) return undefined
  try {
    return JSON.parse(text.replace(/^\ufeff/, '')) as unknown
  } catch {
    throw new Errors.CLIError(`${path} is not valid JSON`)
  }
}

/** Undefined when there is no such file. */
export async function textIfAny(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return undefined
    throw error
  }
}

type Handle = Awaited<ReturnType<typeof open>>

async function withHandle<T>(path: string, mode: string, use: (handle: Handle) => Promise<T>): Promise<T> {
  const handle = await open(path, mode)
  try {
    return await use(handle)
  } finally {
    await handle.close()
  }
}
