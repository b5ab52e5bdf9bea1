import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SegmentMessage } from '../segment/message'

/** Writes one message a line to a new `undelivered-<timestamp>.ndjson` in `folder` and returns its path. */
export async function writeUndelivered(folder: string, messages: SegmentMessage[], now = new Date()): Promise<string> {
  const path = join(folder, `undelivered-${now.toISOString().replace(/[:.]/g, '-')}.ndjson`)
  await writeFile(path, messages.map((message) => `${JSON.stringify(message)}\n`).join(''), { flag: 'wx' })
  return path
}
