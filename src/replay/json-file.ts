import { readFile } from 'node:fs/promises'
import { types } from 'node:util'
import { Errors } from '@oclif/core'

export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return types.isNativeError(error) && typeof (error as NodeJS.ErrnoException).code === 'string'
}

/** Undefined when there is no such file; a byte order mark is skipped. @throws CLIError when it cannot be read or is not JSON */
export async function readJson(path: string): Promise<unknown> {
  const text = await textIfAny(path)
  if (text === undefined) return undefined
  try {
    return JSON.parse(text.replace(/^\ufeff/, '')) as unknown
  } catch {
    throw new Errors.CLIError(`${path} is not valid JSON`)
  }
}

async function textIfAny(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (!isSystemError(error)) throw error
    if (error.code === 'ENOENT') return undefined
    throw new Errors.CLIError(`cannot read ${path}: ${error.message}`)
  }
}
