import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { listen } from '../../src/server/listen'
import { createEmulator } from '../../src/emulator'
import type { Emulator, RecordedRequest } from '../../src/emulator'
import { HEALTHY } from './phases'

/** A line of the journal: a request to Heap. Its body is there when Heap has taken it. */
export interface JournalLine {
  path: string
  status: number | null
  fault: string | null
  body?: unknown
}

/** Lines that a kill has cut off were never answered, so whatever they hold was not stored either. */
export function journalLines(path: string): JournalLine[] {
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []
  return lines.flatMap((line) => {
    try {
      return [JSON.parse(line) as JournalLine]
    } catch {
      return []
    }
  })
}

function lineOf({ path, status, fault, body, accepted }: RecordedRequest): JournalLine {
  return { path, status, fault, ...(accepted ? { body } : {}) }
}

async function restore(emulator: Emulator, journal: string): Promise<void> {
  for (const { path, body } of journalLines(journal)) {
    if (body === undefined) continue
    await emulator.app.request(path, { method: 'POST', body: JSON.stringify(body) })
  }
  emulator.setFaults(HEALTHY)
  if (existsSync(journal)) appendFileSync(journal, '\n')
}

/** Heap as a process that may be killed at any moment and, like the real one, still has what it stored. */
async function main(port: number, journal: string): Promise<void> {
  const emulator = createEmulator({ rateLimits: false })
  await restore(emulator, journal)
  emulator.onChange((change) => {
    if (change.type === 'request') appendFileSync(journal, `${JSON.stringify(lineOf(change.request))}\n`)
  })
  const { url } = await listen({ port, fetch: (request, env) => emulator.app.fetch(request, env) })
  console.log(`ready at ${url}`)
}

if (require.main === module) void main(Number(process.argv[2]), process.argv[3])
