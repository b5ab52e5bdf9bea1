import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { SegmentMessage } from '../segment/message'

/** Calls are customers' data, and the folder for temporary files is everybody's. */
const OWNER_ONLY = 0o600

/**
 * Writes one message a line to a new `undelivered-<timestamp>.ndjson` in the current folder or, where that cannot be, in the
 * system's folder for temporary files. Returns its path.
 */
export async function writeUndelivered(messages: SegmentMessage[], now = new Date()): Promise<string> {
  const name = `undelivered-${now.toISOString().replace(/[:.]/g, '-')}.ndjson`
  const text = messages.map((message) => `${JSON.stringify(message)}\n`).join('')
  return writeNew(() => resolve(name), text).catch(() => writeNew(() => join(tmpdir(), name), text))
}

/** The path is made only now: there is none when the current folder has been removed. */
async function writeNew(pathOf: () => string, text: string): Promise<string> {
  const path = pathOf()
  await writeFile(path, text, { flag: 'wx', mode: OWNER_ONLY })
  return path
}
