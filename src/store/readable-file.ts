import { randomBytes } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { Errors } from '@oclif/core'

/**
 * Writes a file for people to read, whole or not at all; a link in its place is replaced and not followed. Without a line,
 * there is no file.
 * @throws CLIError when it cannot be written
 */
export async function writeLines(path: string, lines: AsyncIterable<string[]>): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    const count = await writeTo(temporary, lines)
    await (count > 0 ? rename(temporary, path) : rm(path, { force: true }))
  } catch (error) {
    throw new Errors.CLIError(`cannot write ${path}: ${(error as Error).message}`)
  } finally {
    await rm(temporary, { force: true })
  }
}

async function writeTo(path: string, lines: AsyncIterable<string[]>): Promise<number> {
  let count = 0
  const file = await open(path, 'wx', 0o600)
  try {
    for await (const chunk of lines) {
      count += chunk.length
      await file.writeFile(chunk.map((line) => `${line}\n`).join(''))
    }
    await file.sync()
  } finally {
    await file.close()
  }
  return count
}
