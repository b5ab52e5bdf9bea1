import { createReadStream } from 'node:fs'
import { lstat, rename, rm } from 'node:fs/promises'
import { Errors } from '@oclif/core'
import { printable } from '../../segment/printable'
import { readLines } from '../lines'
import type { SortedIds } from './compare'

/*
 * Version 0.1.0 kept the state in a file of ids, one a line and in order under a header, and while a sync was under way,
 * the ids that were to be in it in `.next`. It stands as `.unconverted` until its ids are in a store, and as `.old` after.
 */

/** @throws CLIError, and moves nothing, when the file is damaged, of another audience or something else */
export async function moveOldState(path: string, header: string): Promise<void> {
  if (!(await isFile(path))) return
  for await (const ids of idsIn(path, header)) void ids
  await rename(path, `${path}.unconverted`)
}

/** After an interrupted sync, Heap may have been told anything. @throws CLIError when a file is damaged or of another audience */
export async function* oldIds(path: string, header: string): SortedIds {
  const isSure = !(await isFile(`${path}.next`))
  for (const end of ['', '.unconverted', '.next']) {
    if (!(await isFile(path + end))) continue
    for await (const ids of idsIn(path + end, header)) yield ids.map((id) => [id, isSure])
  }
}

export async function forgetOldState(path: string): Promise<void> {
  if (await isFile(`${path}.unconverted`)) await rename(`${path}.unconverted`, `${path}.old`)
  for (const end of ['next', 'checkpoint.json', 'refused']) await rm(`${path}.${end}`, { force: true })
}

async function isFile(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined))?.isFile() === true
}

async function* idsIn(path: string, header: string): AsyncGenerator<string[]> {
  let last = ''
  let lines = 0
  for await (const chunk of readLines(createReadStream(path), { position: 0, line: 0 })) {
    for (const { bytes = Buffer.alloc(0), start, end } of chunk) {
      const id = bytes.toString()
      if (++lines === 1 && id !== header) throw ofAnother(path, id)
      // Cut off or out of order, somebody would seem to have come or left.
      if (end - start === bytes.length || (lines > 2 && id <= last)) throw damaged(path, lines)
      last = id
    }
    yield chunk.filter(({ number }) => number > 1).map(({ bytes }) => String(bytes))
  }
  if (lines === 0) throw damaged(path, 1)
}

function damaged(path: string, line: number): Error {
  return new Errors.CLIError(
    `${path} is damaged at line ${line}: restore a copy, or delete it to start with a first sync, which removes nobody`
  )
}

export function ofAnother(path: string, found: string): Error {
  const name = printable(found).slice(0, 200)
  return new Errors.CLIError(
    `${path} is not of this audience at this Heap but of ${name}; name another folder with --state`
  )
}
